#include "daemon/fetching/fetcher.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/clock.h"
#include "daemon/fetching/fetch_rules.h"
#include "ike/crypto/crl_date.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

constexpr unsigned kMostDoublings = 6;
constexpr std::chrono::seconds kLook{1};

tl::unexpected<base::Error> failed(const std::string& uri, const std::string& why) {
    return base::fail(Reason::FetchFailed, base::printable(uri) + " " + why);
}

std::string helper_beside_us() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    return (self.parent_path() / "xfrmd-fetch").string();
}

bool is_list(const ike::Fetch& question) { return question.posted.empty(); }

}  // namespace

Fetcher::Fetcher(asio::io_context& io, Log& log, const FetcherOptions& options)
    : log_(log),
      patience_(options.patience),
      shelf_(io, log, options.crl_cache),
      helper_(
          io, log, options.helper.empty() ? helper_beside_us() : options.helper,
          [this](base::ByteView more) { hear(more); }, [this](const std::string& why) { on_end(why); }),
      time_(io, [this] { look_at_time(); }) {}

// From the disk once only, as who asks again could not use it: it may be that somebody has put it there in the CA's
// name.
void Fetcher::fetch(const ike::Fetch& question, Answer answer) {
    if (const std::string objection = objection_to_uri(question.uri); !objection.empty()) {
        return answer({question.uri, question.posted, failed(question.uri, objection)});
    }
    if (!is_list(question) || known_.contains(question.uri)) return ask(question, answer);
    know(question.uri);
    shelf_.find(question.uri, [this, question, answer](const std::optional<CrlCache::Kept>& kept) {
        const bool is_good = kept && kept->next_update > wall_now() && kept->body.size() <= question.most;
        if (!is_good) return ask(question, answer);
        answer({question.uri, question.posted, kept->body, true});
    });
}

void Fetcher::know(const std::string& uri) {
    if (known_.size() >= kMostKnown) known_.clear();
    known_.insert(uri);
}

void Fetcher::ask(const ike::Fetch& question, const Answer& answer) {
    if (!queue_.ask(question, answer, boot_now())) {
        return answer(
            {question.uri, question.posted, failed(question.uri, "is not asked, as too many questions are open")});
    }
    send_next();
}

void Fetcher::send_next() {
    while (queue_.has_waiting() && queue_.out() < FetchQueue::kMostOut) {
        if (!is_ready()) return fail(queue_.take_all(), down_);
        const auto question = queue_.next(boot_now());
        if (!question) break;
        helper_.send(encode(*question));
    }
    arm();
}

bool Fetcher::is_ready() {
    if (helper_.runs()) return true;
    if (boot_now() < not_before_) return false;
    splitter_ = FrameSplitter(kMostAnswerBytes);
    if (const auto started = helper_.start(); !started) end_helper("is not known: " + started.error());
    return helper_.runs();
}

void Fetcher::hear(base::ByteView more) {
    splitter_.feed(more);
    while (const auto frame = splitter_.next()) {
        auto answer = decode_answer(*frame);
        auto done = answer ? queue_.finish(*answer) : std::nullopt;
        if (!done) return end_helper("is not known, as the program that fetches talks nonsense");
        failures_ = 0;
        conclude(*done, std::move(*answer));
        if (!helper_.runs()) return;
    }
    if (splitter_.is_broken()) return end_helper("is not known, as the program that fetches talks nonsense");
    send_next();
}

void Fetcher::conclude(const FetchQueue::Done& done, FetchAnswer answer) {
    if (!answer.failure.empty()) return fail(done, answer.failure);
    if (is_list(done.question)) {
        if (!crypto::announced_next_update(answer.body))
            return fail(done, "gives no list of revoked certificates with a next update");
        know(done.question.uri);
        shelf_.keep(done.question.uri, answer.body);
    }
    done.tell(std::move(answer.body));
}

void Fetcher::on_end(const std::string& why) { end_helper("is not known, as " + why); }

// The first time it is started again at once: whoever has killed it may have had a reason.
void Fetcher::end_helper(const std::string& why) {
    helper_.kill();
    down_ = why;
    ++failures_;
    const unsigned doublings = std::min(failures_ - 1, kMostDoublings);
    const std::chrono::seconds pause(doublings == 0 ? 0 : 1 << (doublings - 1));
    not_before_ = boot_now() + pause;
    log_.warning("what URIs say " + why +
                 (pause.count() == 0 ? "" : "; nothing is asked for " + std::to_string(pause.count()) + " s"));
    fail(queue_.take_out(), why);
    arm();
}

// An old list makes nobody good; whom it revokes is revoked until a new one can be read.
void Fetcher::fail(FetchQueue::Done done, const std::string& why) {
    const ike::Fetch asked = done.question;
    const auto tell = [this, done = std::move(done), why](const std::optional<CrlCache::Kept>& kept) {
        const ike::Fetch& question = done.question;
        if (!kept || kept->body.size() > question.most) return done.tell(failed(question.uri, why));
        log_.warning(base::printable(question.uri) + " " + why + ": the list that it gave before is used");
        done.tell(kept->body);
    };
    if (!is_list(asked)) return tell(std::nullopt);
    shelf_.find(asked.uri, tell);
}

void Fetcher::fail(std::vector<FetchQueue::Done> all, const std::string& why) {
    for (FetchQueue::Done& done : all) fail(std::move(done), why);
}

void Fetcher::look_at_time() {
    const base::Instant now = boot_now();
    fail(queue_.take_late(now), "is not asked in time, as others are slow");
    if (queue_.out_since() <= now - patience_) end_helper("is not known, as the program that fetches hangs");
    send_next();
}

void Fetcher::arm() {
    const auto pause = std::chrono::ceil<std::chrono::milliseconds>(std::min<base::Duration>(kLook, patience_));
    if (queue_.out() > 0 || queue_.has_waiting()) time_.within(pause);
}

}  // namespace xfrmd::daemon
