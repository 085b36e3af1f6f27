#include "ike/ikev2/sa/redirection.h"

#include "ike/ikev2/sa/options.h"

namespace xfrmd::ikev2::sa {

bool RedirectHistory::note(const std::string& connection, base::Instant now, const Options& options) {
    for (; !followed_.empty() && followed_.front().at + options.redirect_period <= now; followed_.pop_front()) {
        const auto count = counts_.find(followed_.front().connection);
        if (--count->second == 0) counts_.erase(count);
    }
    unsigned& count = counts_[connection];
    if (count >= options.most_redirects) return false;
    ++count;
    followed_.push_back({now, connection});
    return true;
}

}  // namespace xfrmd::ikev2::sa
