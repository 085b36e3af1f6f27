// One download.
#pragma once

#include <curl/curl.h>

#include <string>

#include "daemon/fetching/fetch_frames.h"

namespace xfrmd::fetch {

using daemon::FetchAnswer;
using daemon::FetchQuestion;

class Transfer {
public:
    explicit Transfer(FetchQuestion question);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURL* easy() const { return easy_; }
    // Once libcurl is through with it.
    FetchAnswer answer(CURLcode code);

private:
    void describe_request();
    void describe_limits();
    void describe_rules();
    std::string failure(CURLcode code) const;

    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* transfer);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* transfer);
    static curl_socket_t on_socket(void* transfer, curlsocktype purpose, curl_sockaddr* address);

    FetchQuestion question_;
    CURL* easy_;
    curl_slist* headers_ = nullptr;
    base::Bytes body_;
    std::size_t header_bytes_ = 0;
    std::string refusal_;  // ours, and not libcurl's
};

}  // namespace xfrmd::fetch
