// Many IKE SAs behind one door: inputs and the time in, actions out, nothing else. One thread owns an engine for life;
// the daemon may run several, told apart by Options::shard. The same inputs and the same random bytes give the same
// actions. No input makes it throw, block, or keep more than Options allows.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>

#include "ike/actions.h"
#include "ike/admission.h"
#include "ike/counters.h"
#include "ike/ikev2/sa/ike_sa.h"
#include "ike/inputs.h"
#include "ike/rank.h"
#include "ike/sa_table.h"
#include "ike/token_bucket.h"

namespace xfrmd::ike {

using ikev2::sa::Options;

class Engine {
public:
    // `random` outlives the engine.
    Engine(Options options, base::Random& random, policy::Snapshot configuration);
    Engine(Engine&&) = delete;  // what it holds knows its options

    Actions handle(const Input& input, base::Instant now);
    // By its header alone, for whoever has more datagrams than time. Says nothing about whether it will be accepted.
    Rank rank_of(const Datagram& datagram) const;
    // When TimePassed is due; kNever if nothing is.
    base::Instant next_timeout() const;

    // For lists: the IKE SAs with numbers above `after`, in their order, until the visitor says false. The reference is
    // good during the call only.
    using Visitor = std::function<bool(const ikev2::sa::IkeSa&)>;
    void visit(const Visitor& visitor, IkeSaId after = IkeSaId::none) const;
    const ikev2::sa::IkeSa* find(IkeSaId id) const;  // nullptr for a number nobody has
    std::size_t size() const { return table_.ike_sas(); }
    const Counters& counters() const { return counters_; }
    MessageCounters& message_counters() { return counters_.messages; }
    const policy::IndexedConfiguration& configuration() const { return *configuration_; }
    std::size_t half_open() const { return admission_.half_open().size(); }

private:
    using IkeSa = ikev2::sa::IkeSa;

    struct Turn {  // one input's context
        base::Instant now;
        Actions actions;
        std::vector<ikev2::sa::Succession> successions;
    };

    void on(const Datagram& datagram, Turn& turn);
    void on(const Initiate& wish, Turn& turn);
    void on(const Clear& wish, Turn& turn);
    void on(const Rekey& wish, Turn& turn);
    void on(const Redirect& wish, Turn& turn);
    void on(const ChildExpiring& notice, Turn& turn);
    void on(const PeerMoved& notice, Turn& turn);
    void on(const UsePath& path, Turn& turn);
    void on(const OwnAddresses& own, Turn& turn);
    void on(const TimeOfDay& told, Turn& turn);
    void on(const ChildInstalled& answer, Turn& turn);
    void on(const ChildrenUsed& answer, Turn& turn);
    void on(const Fetched& answer, Turn& turn);
    void on(const Signed& answer, Turn& turn);
    void on(const Leased& answer, Turn& turn);
    void on(const PeerNews& news, Turn& turn);
    void on(const Reconfigure& change, Turn& turn);
    void on(const ExplainDrops& told, Turn&) { options_.explain_drops = told.explains; }
    void on(const TimePassed&, Turn& turn);

    struct Frame {  // engine_datagrams.cpp
        base::Endpoint local;
        base::Endpoint remote;
        base::ByteView bytes;  // without marker
    };
    base::Result<Frame> unframe(const Datagram& datagram);
    base::Result<void> route(const Frame& frame, Turn& turn);
    base::Result<ikev2::wire::Received> decode(const Frame& frame, Turn& turn);
    base::Result<void> on_first_request(const ikev2::wire::Header& header, const Frame& frame, Turn& turn);
    base::Result<void> check_cookie(const ikev2::wire::Header& header, const Frame& frame, Turn& turn);
    base::Result<void> admit(const Frame& frame, Turn& turn);
    void drop(const Datagram& datagram, const base::Error& error, Turn& turn);
    base::Result<void> on_repeated_first_request(const IkeSa& sa, const Frame& frame, Turn& turn);
    void answer_without_state(const ikev2::wire::Header& header, const base::Error& error, const Frame& frame,
                              Turn& turn, const std::vector<ikev2::wire::Payload>& beside = {});

    // --- Life ---
    ikev2::sa::Surroundings around(Turn& turn);
    ikev2::sa::Sa make_sa(bool original_initiator, const base::Endpoint& local, const base::Endpoint& remote,
                          Turn& turn);
    IkeSa* ike_sa_for(const Initiate& wish);
    void initiate(const policy::Connection& connection, const Initiate& wish, const std::string& child, Turn& turn);
    void settle(IkeSa& sa, bool was_established, Turn& turn);                  // after anything happened to it
    void carry_out(IkeSa& old, ikev2::sa::Succession succession, Turn& turn);  // of a rekeying
    void adopt(IkeSa& sa, const policy::Snapshot& configuration, Turn& turn);
    void fail(OperationId operation, base::Error error, Turn& turn);
    void go_on(Turn& turn);  // engine_enquiries.cpp
    void tell_where_leases_are(ikev2::sa::Sa& sa, Turn& turn);
    void let_go_of_addresses(const ikev2::sa::Sa& sa, Turn& turn);
    void follow_redirect(IkeSa& old, const base::Address& local, Turn& turn);  // engine_redirect.cpp
    void end_resumed(IkeSa& sa, Turn& turn);                                   // engine_resumption.cpp
    void begin_anew(IkeSa& old, Turn& turn);
    void reauthenticate(IkeSa& old, Turn& turn);  // engine_reauthentication.cpp
    struct Heir {
        IkeSaId ike_sa{};
        ChildSaId child{};
    };
    void lead_over(Turn& turn);
    bool use_heir_of(ChildSaId child, Turn& turn);
    void note_heir(const ChildInstall& child);
    void catch_up(IkeSa& sa, const IkeSa& old, Turn& turn);
    void note_cleared(const IkeSa& old, ChildSaId number);
    void drop_cleared(IkeSa& sa, Turn& turn);
    void take_over(IkeSa& sa, IkeSa& old, Turn& turn);
    void outlive(IkeSa& sa, Turn& turn);
    void settle_reauthentication(IkeSa& sa, Turn& turn);
    void settle_repeated(IkeSa& old, Turn& turn);
    // --- Several with one peer (engine_peers.cpp) ---
    bool have_crossed(const IkeSa& ours, const IkeSa& theirs) const;
    bool is_first_contact(const ikev2::sa::Sa& sa);
    void note_first_contact(IkeSa& sa);
    void claim_peer(IkeSa& sa, Turn& turn);
    void tell_place(IkeSa& sa, Turn& turn);
    void tell_gone(ikev2::sa::Sa& sa, Turn& turn) const;
    void tell_engines(PeerNews news, Turn& turn) const;
    void end_in_favour_of(const PeerNews& news, IkeSa& other, Turn& turn);
    void settle_crossing(IkeSa& sa, Turn& turn);
    void give_up_attempts(IkeSa& sa, Turn& turn);
    void hand_over_wishes(IkeSa& redundant, IkeSa& stays, Turn& turn);
    void ask_elsewhere(IkeSa& closed, Turn& turn);
    void replace(IkeSa& redundant, IkeSa& stays, Turn& turn);

    Options options_;
    base::Random& random_;
    policy::Snapshot configuration_;
    SaTable table_;
    Admission admission_;
    TokenBucket stateless_answers_{20, 40};
    std::unordered_map<ChildSaId, Heir> heirs_;  // of children in other IKE SAs
    ikev2::sa::RedirectHistory redirects_;
    ikev2::sa::Tickets tickets_;
    ikev2::sa::Validation validation_;
    Counters counters_;
};

}  // namespace xfrmd::ike
