#include "daemon/fetching/fetcher.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/clock.h"
#include "daemon/fetching/fetch_rules.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

constexpr unsigned kMostDoublings = 6;
constexpr std::chrono::seconds kLook{1};

tl::unexpected<base::Error> failed(const std::string& uri, const std::string& why) {
    return base::fail(Reason::FetchFailed, base::printable(uri) + " " + why);
}

crypto::WallClock wall_now() {
    return std::chrono::floor<crypto::WallClock::duration>(std::chrono::system_clock::now());
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
      cache_folder_(options.crl_cache),
      helper_(
          io, log, options.helper.empty() ? helper_beside_us() : options.helper,
          [this](base::ByteView more) { hear(more); }, [this](const std::string& why) { on_end(why); }),
      time_(io, [this] { look_at_time(); }) {}

void Fetcher::fetch(const ike::Fetch& question, Answer answer) {
    if (const std::string objection = objection_to_uri(question.uri); !objection.empty()) {
        return answer(failed(question.uri, objection));
    }
    if (!cache_) open_cache();
    if (is_list(question) && answer_from_cache(question, answer)) return;
    if (!queue_.ask(question, answer, boot_now())) {
        return answer(failed(question.uri, "is not asked, as too many questions are open"));
    }
    send_next();
}

void Fetcher::open_cache() {
    cache_.emplace();
    if (cache_folder_.empty()) return;
    auto opened = CrlCache::open(cache_folder_);
    if (!opened) return log_.warning("CRLs that are fetched are not kept for the next start: " + opened.error());
    cache_ = std::move(*opened);
}

// Once only, as who asks again could not use it: it may be that somebody has put it there in the CA's name.
bool Fetcher::answer_from_cache(const ike::Fetch& question, const Answer& answer) {
    if (known_.contains(question.uri)) return false;
    const auto kept = cache_->find(question.uri);
    if (!kept || kept->next_update <= wall_now() || kept->body.size() > question.most) return false;
    if (known_.size() >= kMostKnown) known_.clear();
    known_.insert(question.uri);
    answer(kept->body);
    return true;
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
        done->tell(body_of(done->question, std::move(*answer)));
        if (!helper_.runs()) return;
    }
    if (splitter_.is_broken()) return end_helper("is not known, as the program that fetches talks nonsense");
    send_next();
}

base::Result<base::Bytes> Fetcher::body_of(const ike::Fetch& question, FetchAnswer answer) {
    if (!answer.failure.empty()) {
        if (auto kept = kept_in_spite_of(question, answer.failure)) return std::move(*kept);
        return failed(question.uri, answer.failure);
    }
    if (is_list(question)) {
        if (const auto kept = cache_->keep(question.uri, answer.body, wall_now()); !kept) log_.warning(kept.error());
        if (known_.size() >= kMostKnown) known_.clear();
        known_.insert(question.uri);
    }
    return std::move(answer.body);
}

// An old list makes nobody good, but whom it revokes stays revoked.
std::optional<base::Bytes> Fetcher::kept_in_spite_of(const ike::Fetch& question, const std::string& failure) const {
    if (!is_list(question)) return std::nullopt;
    auto kept = cache_->find(question.uri);
    if (!kept || kept->body.size() > question.most) return std::nullopt;
    log_.warning(base::printable(question.uri) + " " + failure + ": the list that it gave before is used");
    return std::move(kept->body);
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

void Fetcher::fail(const std::vector<FetchQueue::Done>& all, const std::string& why) {
    for (const FetchQueue::Done& done : all) {
        const auto kept = kept_in_spite_of(done.question, why);
        done.tell(kept ? base::Result<base::Bytes>(*kept) : failed(done.question.uri, why));
    }
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
