// What has been asked outside (ike/enquiries.h) and what came of it. Answers are kept for whoever asks next; there are
// so many of them, and those that came first go first. One for each engine.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "ike/actions.h"
#include "ike/base/instant.h"
#include "ike/ikev2/sa/found.h"

namespace xfrmd::ikev2::sa {

class Enquiries {
public:
    // nullptr: nothing has come yet.
    Found* find(const ike::Fetch& question);
    // `asker` hears of the answer, of this question or of the one like it that is out already. False: too many are
    // out.
    bool ask(ike::Fetch question, ike::IkeSaId asker, base::Instant now);
    // A signature that has been made; nullptr: it is asked for. `question` has no number yet.
    const base::Result<base::Bytes>* sign(ike::Sign question, ike::IkeSaId asker, base::Instant now);

    // Whether it is known what `question` leases; else it is asked for.
    bool lease(ike::LeaseAddresses question, ike::IkeSaId asker, base::Instant now);
    // Nothing where none are known. What is taken is the asker's to return.
    policy::Grant take_lease(policy::LeaseHolder holder);
    // Who asked for them has gone. True where they have been asked for, and not taken.
    bool forget_lease(policy::LeaseHolder holder);

    // Those who wait for it may go on: nobody where it was not asked for, or counts as unanswered by now. What a URI
    // says late is kept for the next.
    void answer(const ike::Fetched& answer, base::Instant now);
    void answer(const ike::Signed& answer, base::Instant now);
    void answer(const ike::Leased& answer, base::Instant now);
    // What nobody has answered for kPatience counts as failed.
    void give_up(base::Instant now);
    // Who may go on, since the last call: so many at a time, as others have their turn, too.
    std::vector<ike::IkeSaId> take_ready();
    // For give_up() and take_ready().
    base::Instant deadline() const;
    // Those whom the operator trusts with OCSP responses have changed.
    void forget_judgements();

    // What is to be asked, since the last call.
    ike::Actions take_questions() { return std::exchange(questions_, {}); }

    static constexpr base::Duration kPatience = std::chrono::seconds(15);
    static constexpr std::size_t kMostReady = 16;  // at a time
    static constexpr std::size_t kMostAnswers = 1024;
    // Of all answers. What is read out of one takes no more, for each of Found::kMostIssuers, and counts as long as the
    // longest answer that it may be of.
    static constexpr std::size_t kMostBytes = std::size_t{64} << 20;
    static constexpr std::size_t kMostOpen = 1024;  // questions of either kind

private:
    using Key = std::pair<std::string, base::Bytes>;  // URI, and what is posted

    struct Open {
        base::Instant since;
        std::vector<ike::IkeSaId> askers;
    };
    struct Signature {
        ike::SignatureId id{};
        base::Instant since;  // asked, or made
        ike::IkeSaId asker{};
        std::optional<base::Result<base::Bytes>> made;
    };

    struct Lease {
        base::Instant since;  // asked
        ike::IkeSaId asker{};
        std::optional<policy::Grant> grant;
    };

    struct Kept {
        Found found;
        std::size_t size = 0;
        std::list<Key>::iterator place;
    };

    void keep(const Key& key, base::Result<base::Bytes> body, base::Instant now, bool is_kept = false);
    void make_room();
    void give_up_leases(base::Instant now);
    void let_go_on(const std::vector<ike::IkeSaId>& askers, base::Instant now);

    std::map<Key, Open> open_;
    std::map<Key, Kept> found_;
    std::list<Key> order_;  // of found_: what was answered last comes last
    std::size_t bytes_ = 0;
    std::map<crypto::Sha256, Signature> signatures_;  // by what is signed
    std::map<policy::LeaseHolder, Lease> leases_;
    std::uint64_t numbers_ = 0;
    ike::Actions questions_;
    std::deque<ike::IkeSaId> ready_;
    base::Instant ready_since_;
};

}  // namespace xfrmd::ikev2::sa
