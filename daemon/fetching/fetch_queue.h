// Questions that are open, whoever has asked them: each once at a time, so many of them out, few of these with one
// server, so that one that hangs holds up its own CA's certificates only. Does nothing by itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/fetching/fetch_frames.h"
#include "ike/base/instant.h"
#include "ike/base/result.h"
#include "ike/enquiries.h"

namespace xfrmd::daemon {

class FetchQueue {
public:
    using Answer = std::function<void(const ike::Fetched& answer)>;

    static constexpr std::size_t kMostOpen = 1024;
    static constexpr std::size_t kMostOut = 16;
    static constexpr std::size_t kMostOutOfHost = 4;
    static constexpr std::size_t kMostAskers = 256;                           // of one question
    static constexpr base::Duration kLongestWait = std::chrono::seconds(10);  // for its turn

    struct Done {
        ike::Fetch question;
        std::vector<Answer> askers;

        void tell(const base::Result<base::Bytes>& body) const {
            const ike::Fetched answer{question.uri, question.posted, body};
            for (const Answer& asker : askers) asker(answer);
        }
    };

    // True: it is open, and `answer` hears what becomes of it. False: there is no room.
    bool ask(const ike::Fetch& question, Answer answer, base::Instant now);
    // One whose turn it is, to be sent now.
    std::optional<FetchQuestion> next(base::Instant now);
    bool has_waiting() const { return open_.size() > out(); }
    // Of one that is out; nullopt for any other, and where the body is longer than was asked for.
    std::optional<Done> finish(const FetchAnswer& answer);
    // All that are out: whoever would answer has gone.
    std::vector<Done> take_out();
    // Those whose turn has not come in time.
    std::vector<Done> take_late(base::Instant now);
    std::vector<Done> take_all();
    // Since when the first of those that are out is out; kNever: none is.
    base::Instant out_since() const;
    std::size_t out() const { return numbers_.size(); }

private:
    using Key = std::pair<std::string, base::Bytes>;  // URI, and what is posted
    struct Open {
        Done done;
        std::string host;
        base::Instant since;       // asked, or out
        std::uint64_t number = 0;  // 0: it waits
    };

    template <typename IsMeant>
    std::vector<Done> take(IsMeant is_meant);
    std::size_t out_of(const std::string& host) const;

    std::map<Key, Open> open_;
    std::map<std::uint64_t, Key> order_;    // of those that wait
    std::map<std::uint64_t, Key> numbers_;  // of those that are out
    std::uint64_t last_ = 0;
};

}  // namespace xfrmd::daemon
