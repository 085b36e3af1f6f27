// Downloads by libcurl, several at once. What goes wrong is an answer with a sentence.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <vector>

#include "daemon/fetching/fetch_frames.h"

namespace xfrmd::fetch {

using daemon::FetchAnswer;
using daemon::FetchQuestion;

class Transfer;

class Transfers {
public:
    static constexpr std::size_t kMost = 16;
    static constexpr long kMostRedirections = 3;
    static constexpr long kPatienceMs = 10000;  // in all
    static constexpr long kConnectPatienceMs = 5000;
    static constexpr std::size_t kMostHeaderBytes = 65536;

    Transfers();
    ~Transfers();
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    // Those beyond kMost are answered at once, with a failure.
    void begin(FetchQuestion question);
    // Until `socket` can be read, or written where that is `wanted`, or a transfer goes on, or a second has passed.
    void wait(int socket, bool wanted);
    // Goes on with all of them; what has come to its end since.
    std::vector<FetchAnswer> go_on();

private:
    void finish(CURL* easy, CURLcode code);

    CURLM* multi_;
    std::vector<std::unique_ptr<Transfer>> running_;
    std::vector<FetchAnswer> answers_;
};

}  // namespace xfrmd::fetch
