// xfrmd-fetch: fetches CRLs and OCSP responses for xfrmd, which starts it, asks it through its standard input, a
// socket, and believes nothing that it says: what comes is judged by its signatures. It has no keys.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>

#include "daemon/fetching/confinement.h"
#include "daemon/fetching/fetch_frames.h"
#include "daemon/fetching/transfers.h"
#include "daemon/sockets/frame_splitter.h"

namespace {

using namespace xfrmd;

constexpr int kLink = STDIN_FILENO;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

// The daemon's end of the socket. False once it is closed, or says what is no question.
class Link {
public:
    bool read(fetch::Transfers& transfers) {
        std::array<std::uint8_t, 65536> bytes{};
        const ssize_t count = recv(kLink, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (count < 0) return errno == EAGAIN || errno == EINTR;
        if (count == 0) return false;
        splitter_.feed({bytes.data(), static_cast<std::size_t>(count)});
        while (const auto frame = splitter_.next()) {
            auto question = daemon::decode_question(*frame);
            if (!question) return false;
            transfers.begin(std::move(*question));
        }
        return !splitter_.is_broken();
    }

    void put(const daemon::FetchAnswer& answer) { base::append(unsent_, daemon::encode(answer)); }

    bool write() {
        while (sent_ < unsent_.size()) {
            const ssize_t count =
                send(kLink, unsent_.data() + sent_, unsent_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (count < 0) return errno == EAGAIN || errno == EINTR;
            sent_ += static_cast<std::size_t>(count);
        }
        unsent_ = {};
        sent_ = 0;
        return true;
    }

    bool has_unsent() const { return !unsent_.empty(); }

private:
    daemon::FrameSplitter splitter_{daemon::kMostQuestionBytes};
    base::Bytes unsent_;
    std::size_t sent_ = 0;
};

int serve() {
    fetch::Transfers transfers;
    Link link;
    for (;;) {
        transfers.wait(kLink, link.has_unsent());
        if (!link.read(transfers)) return 0;
        for (const daemon::FetchAnswer& answer : transfers.go_on()) link.put(answer);
        if (!link.write()) return 0;
    }
}

bool is_socket() {
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(kLink, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

}  // namespace

int main() {
    if (!is_socket()) {
        std::fputs("xfrmd-fetch: fetches CRLs and OCSP responses for xfrmd, which starts it\n", stderr);
        return kUsage;
    }
    try {
        if (const std::string problem = fetch::confine(); !problem.empty()) {
            std::fprintf(stderr, "xfrmd-fetch: %s\n", problem.c_str());
            return kFailed;
        }
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return kFailed;
        return serve();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "xfrmd-fetch: %s\n", error.what());
        return kFailed;
    }
}
