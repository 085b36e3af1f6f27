// bench_flood: IKE_SA_INIT requests and garbage from random addresses, as fast as the machine sends or at a given rate.
// Each request is whole and has an SPI, a nonce and a key exchange value of its own, as real ones have. Needs the right
// to raw sockets. Prints how many were sent, and in how many seconds.
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>

#include "ike/base/address.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/wire/message.h"
#include "ike/policy/proposal.h"

namespace {

using namespace xfrmd;
namespace wire = ikev2::wire;

constexpr std::size_t kAtOnce = 64;
constexpr std::size_t kSpiSize = 8;
constexpr std::size_t kValueSize = 32;  // of an x25519 value, and of the nonce
constexpr std::uint16_t kPort = 500;

struct Arguments {
    std::string to;
    std::string from = "10.0.0.0/8";
    double seconds = 5;
    double rate = 0;       // a second; 0: as fast as it goes
    unsigned garbage = 0;  // of a hundred
};

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

base::Bytes first_request() {
    wire::Header header;
    header.spi_i = wire::IkeSpi{1};
    header.from_original_initiator = true;
    const auto sa =
        ikev2::exchange::offer(*policy::parse_proposal(policy::ProtocolId::ike, "aes128-sha256-x25519"), {});
    return wire::encode(header, {sa, wire::KeyExchangePayload{policy::KeyExchangeId::x25519, base::Bytes(kValueSize)},
                                 wire::Nonce{base::Bytes(kValueSize)}});
}

// IP and UDP headers, the request, and where its values stand; made once and changed in place.
class Packet {
public:
    Packet(const base::Address& to, const base::Bytes& request) : request_(request) {
        bytes_.resize(sizeof(iphdr) + sizeof(udphdr) + request.size());
        iphdr ip{};
        ip.version = 4;
        ip.ihl = sizeof ip / 4;
        ip.ttl = 64;
        ip.protocol = IPPROTO_UDP;
        std::memcpy(&ip.daddr, to.bytes().data(), sizeof ip.daddr);
        udphdr udp{};
        udp.dest = htons(kPort);
        udp.source = htons(kPort);
        udp.len = htons(static_cast<std::uint16_t>(sizeof udp + request.size()));
        std::memcpy(bytes_.data(), &ip, sizeof ip);
        std::memcpy(&bytes_[sizeof ip], &udp, sizeof udp);
    }

    void vary(std::mt19937_64& random, const base::Prefix& from, bool garbage) {
        const auto spread = static_cast<std::uint32_t>(random() >> 32 >> from.length);
        std::uint32_t network = 0;
        std::memcpy(&network, from.network.bytes().data(), sizeof network);
        const std::uint32_t source = network | htonl(spread);
        std::memcpy(&bytes_[offsetof(iphdr, saddr)], &source, sizeof source);
        std::uint8_t* message = &bytes_[sizeof(iphdr) + sizeof(udphdr)];
        std::memcpy(message, request_.data(), request_.size());
        fill(random, message, kSpiSize);
        // The nonce's header stands between it and the key exchange value.
        fill(random, message + request_.size() - kValueSize, kValueSize);
        fill(random, message + request_.size() - 2 * kValueSize - 4, kValueSize);
        if (garbage) fill(random, message + kSpiSize, request_.size() - kSpiSize);
    }

    iovec part() { return {bytes_.data(), bytes_.size()}; }

private:
    static void fill(std::mt19937_64& random, std::uint8_t* at, std::size_t size) {
        for (std::size_t done = 0; done < size; done += sizeof(std::uint64_t)) {
            const std::uint64_t value = random();
            std::memcpy(at + done, &value, std::min(sizeof value, size - done));
        }
    }

    base::Bytes request_;
    base::Bytes bytes_;
};

class Flood {
public:
    explicit Flood(const Arguments& arguments)
        : arguments_(arguments),
          to_(*base::Address::parse(arguments.to)),
          from_(*base::Prefix::parse(arguments.from)),
          packets_(kAtOnce, Packet(to_, first_request())),
          socket_(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)) {
        if (socket_ < 0) throw std::runtime_error(std::string("cannot make a raw socket: ") + std::strerror(errno));
        address_.sin_family = AF_INET;
        std::memcpy(&address_.sin_addr, to_.bytes().data(), sizeof address_.sin_addr);
        for (std::size_t i = 0; i < kAtOnce; ++i) {
            parts_[i] = packets_[i].part();
            messages_[i].msg_hdr.msg_name = &address_;
            messages_[i].msg_hdr.msg_namelen = sizeof address_;
            messages_[i].msg_hdr.msg_iov = &parts_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
        }
    }
    ~Flood() { close(socket_); }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;

    void run() {
        const auto start = Clock::now();
        std::uint64_t sent = 0;
        while (seconds_since(start) < arguments_.seconds) {
            if (arguments_.rate > 0 && static_cast<double>(sent) > seconds_since(start) * arguments_.rate) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                continue;
            }
            for (Packet& packet : packets_) packet.vary(random_, from_, random_() % 100 < arguments_.garbage);
            const int count = sendmmsg(socket_, messages_.data(), kAtOnce, 0);
            if (count > 0) sent += static_cast<std::uint64_t>(count);
        }
        std::printf("%llu %.3f\n", static_cast<unsigned long long>(sent), seconds_since(start));
    }

private:
    Arguments arguments_;
    base::Address to_;
    base::Prefix from_;
    std::mt19937_64 random_{std::random_device{}()};  // no flood repeats another one
    std::vector<Packet> packets_;
    std::array<iovec, kAtOnce> parts_{};
    std::array<mmsghdr, kAtOnce> messages_{};
    sockaddr_in address_{};
    int socket_;
};

std::string check_address(const std::string& text) {
    const auto address = base::Address::parse(text);
    return address && !address->is_v6() ? "" : "expected an IPv4 address, not '" + text + "'";
}
std::string check_network(const std::string& text) {
    const auto prefix = base::Prefix::parse(text);
    return prefix && !prefix->network.is_v6() ? "" : "expected an IPv4 network, not '" + text + "'";
}

}  // namespace

int main(int argc, char** argv) {
    try {
        Arguments arguments;
        CLI::App app("floods an IKE responder from random addresses");
        app.add_option("--to", arguments.to, "the responder's IPv4 address")->required()->check(check_address);
        app.add_option("--from", arguments.from, "network of the sources")->check(check_network);
        app.add_option("--seconds", arguments.seconds, "how long");
        app.add_option("--rate", arguments.rate, "datagrams a second (0: as fast as it goes)");
        app.add_option("--garbage", arguments.garbage, "of a hundred datagrams")->check(CLI::Range(0, 100));
        CLI11_PARSE(app, argc, argv);
        Flood(arguments).run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_flood: %s\n", error.what());
        return 1;
    }
}
