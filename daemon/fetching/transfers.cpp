#include "daemon/fetching/transfers.h"

#include <algorithm>
#include <new>
#include <utility>

#include "daemon/fetching/fetch_rules.h"
#include "daemon/fetching/transfer.h"

namespace xfrmd::fetch {

namespace {

constexpr int kLongestWaitMs = 1000;

}  // namespace

Transfers::Transfers() : multi_(curl_multi_init()) {
    if (multi_ == nullptr) throw std::bad_alloc();
}

Transfers::~Transfers() {
    for (const auto& transfer : running_) curl_multi_remove_handle(multi_, transfer->easy());
    running_.clear();
    curl_multi_cleanup(multi_);
}

void Transfers::begin(FetchQuestion question) {
    std::string objection = daemon::objection_to_uri(question.uri);
    if (objection.empty() && running_.size() >= kMost) objection = "is one too many at a time";
    if (!objection.empty()) {
        answers_.push_back({question.number, {}, std::move(objection)});
        return;
    }
    auto& transfer = running_.emplace_back(std::make_unique<Transfer>(std::move(question)));
    const CURLMcode code = curl_multi_add_handle(multi_, transfer->easy());
    if (code != CURLM_OK) finish(transfer->easy(), CURLE_FAILED_INIT);
}

void Transfers::wait(int socket, bool wanted) {
    curl_waitfd link{socket, CURL_WAIT_POLLIN, 0};
    if (wanted) link.events |= CURL_WAIT_POLLOUT;
    curl_multi_poll(multi_, &link, 1, kLongestWaitMs, nullptr);
}

std::vector<FetchAnswer> Transfers::go_on() {
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
    }
    return std::exchange(answers_, {});
}

void Transfers::finish(CURL* easy, CURLcode code) {
    const auto found = std::ranges::find_if(running_, [&](const auto& each) { return each->easy() == easy; });
    if (found == running_.end()) return;
    answers_.push_back((*found)->answer(code));
    curl_multi_remove_handle(multi_, easy);
    running_.erase(found);
}

}  // namespace xfrmd::fetch
