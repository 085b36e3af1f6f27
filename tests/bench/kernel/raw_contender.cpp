#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <sys/time.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "netlink/xfrm_messages.h"
#include "tests/bench/kernel/contender.h"
#include "tests/bench/kernel/recorder.h"

namespace xfrmd::bench {

namespace {

// Beyond this nothing gets faster: what a sendmsg costs is lost among the messages.
constexpr std::size_t kMessages = 256;

[[noreturn]] void fail(const char* what) { throw std::runtime_error(std::string(what) + ": " + std::strerror(errno)); }

class RawContender final : public Contender {
public:
    explicit RawContender(const MakeWork& make_work)
        : recorder_([this](const netlink::Change& change) { record(change); }),
          work_(make_work(recorder_)),
          batch_(kMessages, kMessages * netlink::kLongestMessage),
          answers_(1 << 16) {
        socket_.reset(mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC));
        if (!socket_ || mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID) != 0) fail("opening a netlink socket");
        const timeval patience{10, 0};
        setsockopt(mnl_socket_get_fd(socket_.get()), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const int room = 4 << 20;
        setsockopt(mnl_socket_get_fd(socket_.get()), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
        setsockopt(mnl_socket_get_fd(socket_.get()), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    }

    void prepare(Phase phase) override {
        requests_.clear();
        if (phase == Phase::list) {
            netlink::encode_list_sas(batch_);
            end_request();
            netlink::encode_list_policies(batch_);
        } else {
            prepare_for(*work_, phase);
            bench::carry_out(*work_, phase);
        }
        end_request();
    }

    std::size_t parts(Phase phase) const override { return phase == Phase::list ? 1 : requests_.size(); }

    void run(Phase phase, std::size_t part) override {
        if (phase != Phase::list) {
            carry_out(requests_[part]);
            return;
        }
        listed_ = 0;
        for (const Request& request : requests_) listed_ += carry_out(request);
    }

    std::size_t listed() const override { return listed_; }

private:
    struct Request {
        std::vector<std::uint8_t> bytes;
        std::uint32_t last;  // sequence number
    };

    void record(const netlink::Change& change) {
        netlink::encode(change, batch_);
        if (batch_.count() == kMessages) end_request();
    }

    void end_request() {
        if (batch_.count() == 0) return;
        if (!batch_.ok()) throw std::runtime_error("a message without room");
        batch_.seal(next_);
        next_ += static_cast<std::uint32_t>(batch_.count());
        requests_.push_back({{batch_.view().begin(), batch_.view().end()}, next_ - 1});
        batch_.clear();
    }

    // How many messages it brought that were neither errors nor the end.
    std::size_t carry_out(const Request& request) {
        if (mnl_socket_sendto(socket_.get(), request.bytes.data(), request.bytes.size()) < 0) fail("sending");
        std::size_t listed = 0;
        for (;;) {
            const ssize_t size = mnl_socket_recvfrom(socket_.get(), answers_.data(), answers_.size());
            if (size < 0) fail("receiving");
            int left = static_cast<int>(size);
            const auto* message = reinterpret_cast<const nlmsghdr*>(answers_.data());  // NOLINT: aligned by its vector
            for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
                if (message->nlmsg_type >= NLMSG_MIN_TYPE) {
                    ++listed;
                } else if (is_end(*message, request.last)) {
                    return listed;
                }
            }
        }
    }

    static bool is_end(const nlmsghdr& message, std::uint32_t last) {
        if (message.nlmsg_type == NLMSG_ERROR) {
            const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(&message));
            if (error->error != 0) {
                errno = -error->error;
                fail("a prebuilt message");
            }
        }
        return message.nlmsg_seq == last;
    }

    struct Close {
        void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
    };

    Recorder recorder_;
    std::unique_ptr<PortWork> work_;
    netlink::MessageBatch batch_;
    std::vector<std::uint8_t> answers_;
    std::unique_ptr<mnl_socket, Close> socket_;
    std::vector<Request> requests_;
    std::uint32_t next_ = 1;
    std::size_t listed_ = 0;
};

}  // namespace

std::unique_ptr<Contender> raw_contender(const MakeWork& make_work) {
    return std::make_unique<RawContender>(make_work);
}

}  // namespace xfrmd::bench
