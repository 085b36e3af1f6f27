#include "daemon/fetching/transfer.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include "daemon/fetching/fetch_rules.h"
#include "daemon/fetching/own_address.h"
#include "daemon/fetching/transfers.h"

namespace xfrmd::fetch {

namespace {

constexpr long kOk = 200;

std::optional<base::Address> address_of(const curl_sockaddr& address) {
    if (address.family == AF_INET && address.addrlen >= sizeof(sockaddr_in)) {
        sockaddr_in in{};
        std::memcpy(&in, &address.addr, sizeof in);
        return base::Address::from_bytes({reinterpret_cast<const std::uint8_t*>(&in.sin_addr), 4});
    }
    if (address.family == AF_INET6 && address.addrlen >= sizeof(sockaddr_in6)) {
        sockaddr_in6 in{};
        std::memcpy(&in, &address.addr, sizeof in);
        return base::Address::from_bytes({reinterpret_cast<const std::uint8_t*>(&in.sin6_addr), 16});
    }
    return std::nullopt;
}

}  // namespace

Transfer::Transfer(FetchQuestion question) : question_(std::move(question)), easy_(curl_easy_init()) {
    if (easy_ == nullptr) throw std::bad_alloc();
    describe_request();
    describe_limits();
    describe_rules();
}

Transfer::~Transfer() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
}

// RFC 6960 A.1
void Transfer::describe_request() {
    curl_easy_setopt(easy_, CURLOPT_URL, question_.uri.c_str());
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, "xfrmd");
    if (question_.posted.empty()) return;
    headers_ = curl_slist_append(headers_, "Content-Type: application/ocsp-request");
    headers_ = curl_slist_append(headers_, "Accept: application/ocsp-response");
    headers_ = curl_slist_append(headers_, "Expect:");
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE, static_cast<long>(question_.posted.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, question_.posted.data());
    curl_easy_setopt(easy_, CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));
}

void Transfer::describe_limits() {
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, Transfers::kPatienceMs);
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, Transfers::kConnectPatienceMs);
    // A resolver that hangs is left behind and cleans up after itself: waited for, it would hold up the others.
    curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy_, CURLOPT_MAXREDIRS, Transfers::kMostRedirections);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
}

// A proxy would connect to where we do not.
void Transfer::describe_rules() {
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_socket);
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* transfer) {
    auto& self = *static_cast<Transfer*>(transfer);
    const std::size_t length = size * count;
    if (length > self.question_.most - self.body_.size()) {
        self.refusal_ = "sends more than " + std::to_string(self.question_.most) + " bytes";
        return 0;
    }
    base::append(self.body_, base::as_bytes({data, length}));
    return length;
}

std::size_t Transfer::on_header(char*, std::size_t size, std::size_t count, void* transfer) {
    auto& self = *static_cast<Transfer*>(transfer);
    self.header_bytes_ += size * count;
    if (self.header_bytes_ <= Transfers::kMostHeaderBytes) return size * count;
    self.refusal_ = "sends headers without end";
    return 0;
}

// The address that is connected to, whatever name or redirection led there.
curl_socket_t Transfer::on_socket(void* transfer, curlsocktype, curl_sockaddr* address) {
    auto& self = *static_cast<Transfer*>(transfer);
    const auto peer = address_of(*address);
    std::string objection = peer ? daemon::objection_to_address(*peer) : "of an unknown kind";
    if (objection.empty() && daemon::is_of_this_host(*peer)) objection = "this host itself";
    if (objection.empty()) return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    self.refusal_ = "leads to " + (peer ? peer->to_string() + ", which is " : "an address ") + objection;
    return CURL_SOCKET_BAD;
}

FetchAnswer Transfer::answer(CURLcode code) {
    FetchAnswer answer{question_.number};
    answer.failure = failure(code);
    if (answer.failure.empty()) answer.body = std::move(body_);
    return answer;
}

std::string Transfer::failure(CURLcode code) const {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) return status == kOk ? "" : "answers with status " + std::to_string(status);
    if (!refusal_.empty()) return refusal_;
    if (code == CURLE_TOO_MANY_REDIRECTS) return "redirects without end";
    if (code == CURLE_UNSUPPORTED_PROTOCOL) return "redirects to what is neither http nor https";
    if (code == CURLE_LOGIN_DENIED) return "redirects to where a user or password is in the URI";
    if (code == CURLE_OPERATION_TIMEDOUT) return "does not answer in time";
    return std::string("cannot be asked: ") + curl_easy_strerror(code);
}

}  // namespace xfrmd::fetch
