// One IKE SA (RFC 7296 1.2): takes messages, time, tasks and answers, looks the event up in the transition table, and
// does what the row, or an error's disposition, says. One engine's; never throws; a peer can no more than close it.
#pragma once

#include "ike/ikev2/sa/step.h"
#include "ike/ikev2/sa/transition.h"

namespace xfrmd::ikev2::exchange {
struct MessageIds;
}

namespace xfrmd::ikev2::sa {

class IkeSa {
public:
    explicit IkeSa(Sa sa) : sa_(std::move(sa)) {}
    explicit IkeSa(Birth born) : sa_(std::move(born.sa)), phase_(std::move(born.phase)) {}  // by rekeying

    const Sa& sa() const { return sa_; }
    Sa& sa() { return sa_; }
    const Phase& phase() const { return phase_; }
    PhaseId phase_id() const { return id_of(phase_); }
    bool is_half_open() const { return sa::is_half_open(phase_id()); }
    bool has_passed_round() const;  // half-open, but the connection is chosen (RFC 4739)
    bool is_closed() const { return phase_id() == PhaseId::closed; }
    // Deleting, withdrawing or closed.
    bool is_ending() const { return phase_id() >= PhaseId::deleting; }
    const Established* established() const { return std::get_if<Established>(&phase_); }

    // Initiator: sends the first message. Error: what kept it from doing so; the SA is closed then.
    void initiate(Surroundings around);
    // Responder: the first message. On an error the SA is of no use, and the caller answers without state
    // (2.6, 2.21.1).
    base::Result<void> answer_first(const Message& request, Surroundings around);

    // Any later message. `received` borrows from `bytes`, the datagram without marker.
    void on_message(const wire::Received& received, base::ByteView bytes, const base::Endpoint& local,
                    const base::Endpoint& remote, Surroundings around);
    void on_child_installed(const ike::ChildInstalled& answer, Surroundings around);
    // What its message has waited for is known, or will not be.
    void on_answer(Surroundings around);
    void on_use(const ike::ChildrenUsed& answer, Surroundings around);
    // Its packets come from there now, as the kernel says (RFC 7296 2.23).
    void on_peer_moved(const base::Endpoint& remote, Surroundings around);
    // As routing says (RFC 4555 3.5); nothing where the peer cannot follow.
    void on_path(const ike::UsePath& path, Surroundings around);
    // Options::own_addresses has changed.
    void on_own_addresses(Surroundings around);
    void add_task(Task task, Surroundings around);
    void on_time(Surroundings around);
    // Those that wait begin where nothing is in flight.
    void start_waiting_tasks(Surroundings around);
    // `force`: the child goes at once, and the peer is told when it is its turn.
    void delete_child(ike::ChildSaId child, ike::OperationId operation, bool force, Surroundings around);
    // What the peer has put off, the other one asks for.
    void hand_over_postponed(IkeSa& heir);
    // Another one takes its place: children, and waiting tasks that this does not end. Both are established.
    void hand_over_to(IkeSa& heir, Surroundings around);
    // Another one has taken its place: the peer should delete it, and we do if it does not.
    void await_delete(Surroundings around);
    // Another one counts from now on: this one is deleted, after a while where the peer may be replacing it itself.
    void give_way(bool at_once, Surroundings around);
    // It is time to begin another one in its place, with IKE_AUTH (RFC 7296 2.8.3).
    bool reauthentication_is_due(base::Instant now) const { return repeat_at() <= now; }
    // What that one is to do: these children.
    std::vector<CreateChildTask> children_to_repeat() const;
    // It is that one.
    void begin_reauthentication(ike::IkeSaId by);
    // It has failed.
    void postpone_reauthentication(Surroundings around);
    void authenticate_again_at(base::Instant when);
    // Established, and nothing of ours is in flight or waits.
    bool is_complete() const;
    // Nothing new is begun in an IKE SA that is being deleted, or will be as soon as its request in flight is answered.
    bool is_leaving() const;
    // It is being deleted for this reason, or will be as soon as its request in flight is answered.
    bool is_ended_by(base::Reason reason) const;
    // Has the children of `old` by now; those come to it for their last packets. Both are complete.
    void take_place_of(IkeSa& old, Surroundings around);
    // The peer knows that `old` has gone: the children that came from it stay for late packets only.
    void end_inheritance(Surroundings around);
    // What another IKE SA has carried goes out on this child, once it is installed. False where there is none.
    bool use_child(ike::ChildSaId child, Surroundings around);
    // Ends the SA without waiting for the peer; a Delete is sent once if there are keys for it.
    void close_now(base::Error why, Surroundings around);
    // The same for an attempt; where the peer may be established by now, it is told until it has heard.
    void give_up(base::Error why, Surroundings around);
    // Without a word to the peer.
    void close_silently(base::Error why, Surroundings around) { close(std::move(why), around); }
    // What was to be done once it stands, for the one that is begun in its place. For attempts of ours.
    std::deque<Task> take_wishes(Surroundings around);
    // The peer wants us elsewhere, and we do not go (RFC 5685).
    void refuse_redirect(base::Error why, Surroundings around);

    // When on_time() wants to be called; kNever if nothing is due.
    base::Instant deadline(const Options& options) const;

private:
    Step step(const Surroundings& around) { return {around, sa_, phase_}; }
    // A message whose handler awaits an answer from outside. It has changed nothing, and is called again.
    struct Waiting {
        Event event;
        Message message;
    };
    bool is_waiting() const { return waiting_ && find_transition(phase_id(), waiting_->event) != nullptr; }
    void note_waiting(base::Instant now);
    base::Result<void> work_on(Event event, Message message, Surroundings& around);
    void resolve_error(const wire::Header& header, const base::Error& error, Surroundings& around);
    base::Result<void> dispatch(Event event, const Stimulus& stimulus, Surroundings& around);
    void on_request(const wire::Received& received, base::ByteView bytes, const Path& arrival, Surroundings& around);
    bool on_id_sync(const wire::Received& received, base::ByteView bytes, const Path& arrival, Surroundings& around);
    void synchronize(const exchange::MessageIds& ids, base::ByteView bytes, const Path& arrival, Surroundings& around);
    void answer_repetition(const wire::Received& received, const Path& arrival, Surroundings& around);
    void on_response(const wire::Received& received, base::ByteView bytes, Surroundings& around);
    void on_unprotected(const wire::Received& received, Surroundings& around);
    void on_init_response(const wire::Received& received, base::ByteView bytes, Surroundings& around);
    void resolve_request_error(const wire::Header& header, const base::Error& error, Surroundings& around);
    void on_retransmission(Surroundings& around);
    bool may_follow(const base::Endpoint& remote) const;
    void leave_address(const ike::UsePath& found, Surroundings& around);
    void follow_peer(const Path& arrival, Surroundings& around);
    void follow_to(const base::Endpoint& remote, Surroundings& around);
    base::Instant next_lead(const Surroundings& around) const;
    void lead_children(Surroundings& around);
    void seek_path(Surroundings& around);
    // May a request of ours begin?
    bool is_ready() const;
    bool has_room(const Options& options) const { return sa_.tasks.size() < options.most_tasks; }
    bool liveness_is_due(base::Instant now) const;
    void check_liveness(Established& phase, Surroundings& around);
    void check_activity(Established& phase, Surroundings& around);
    void ask_for_use(Established& phase, Surroundings& around);
    void use_proven_children(Surroundings& around);
    void use_in_time(ChildSa& child, Surroundings& around);
    void judge_activity(const ChildSa& child, Surroundings& around);
    void queue_due_tasks(Established& phase, Surroundings& around);
    void queue_postponed(Surroundings& around);
    void hand_over_tasks(IkeSa& heir, Surroundings& around);
    base::Instant repeat_at() const;
    void close(base::Error why, Surroundings& around);
    void tell_end(const base::Error& why, Surroundings& around);
    void drop(const base::Error& error, Surroundings& around);
    Keyed* keyed();
    crypto::SkCipher& opener_of_last_request();

    Sa sa_;
    Phase phase_;
    std::unique_ptr<Waiting> waiting_;
};

}  // namespace xfrmd::ikev2::sa
