#include "tests/bench/generator.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <stdexcept>
#include <utility>

#include "daemon/clock.h"
#include "daemon/system_address.h"
#include "ike/crypto/chacha_random.h"
#include "ike/crypto/credentials.h"
#include "ike/engine.h"
#include "tests/bench/fleet.h"

namespace xfrmd::bench {

namespace {

constexpr std::uint16_t kPort = 500;
constexpr int kPatienceMilliseconds = 10'000;  // as long as a patient initiator waits
constexpr int kTickMilliseconds = 5;
constexpr int kQuietMilliseconds = 50;
constexpr std::size_t kDeletesAtOnce = 64;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

policy::Identity name(const std::string& text) { return *policy::Identity::parse(text); }

policy::Connection connection(const Suite& suite, const base::Address& local, const base::Address& responder,
                              std::size_t number) {
    policy::Connection made;
    made.name = "c" + std::to_string(number);
    made.local_addrs = {{local, local}};
    made.remote_addrs = {{responder, responder}};
    made.mobike = false;  // it would take IKE_AUTH to another port (RFC 4555 3.3)
    made.proposals = *policy::parse_proposal(policy::ProtocolId::ike, suite.ike);
    made.local.auth = made.remote.auth = policy::AuthMethod::psk;
    made.local.id = name(peer_name(number));
    made.remote.id = name(kGatewayName);
    policy::Child child;
    child.name = "net";
    child.esp_proposals = *policy::parse_proposal(policy::ProtocolId::esp, suite.esp);
    // A host of its own for everybody, as road warriors have.
    const std::string host = "10." + std::to_string(number >> 16) + "." + std::to_string(number >> 8 & 0xff) + "." +
                             std::to_string(number & 0xff);
    child.local_ts = {*policy::parse_selector(host)};
    child.remote_ts = {*policy::parse_selector("0.0.0.0/0")};
    made.children = {child};
    return made;
}

// Everybody gets a certificate of the fleet.
void certify(policy::Configuration& configuration, const Fleet& fleet, base::Random& random) {
    crypto::Credentials::Parts parts;
    parts.authorities.push_back(fleet.authority());
    parts.private_keys.push_back(*crypto::PrivateKey::load(fleet.peer_key().pkcs8(), nullptr, random));
    for (std::size_t i = 0; i < configuration.connections.size(); ++i) {
        policy::Connection& one = configuration.connections[i];
        one.local.auth = one.remote.auth = policy::AuthMethod::pubkey;
        parts.certificates.push_back(fleet.peer(i));
        one.local.certificates = {parts.certificates.back().fingerprint()};
    }
    configuration.credentials =
        *crypto::Credentials::make(std::move(parts), {configuration.connections.front().remote});
}

policy::Snapshot configuration(const Suite& suite, const base::Address& local, const base::Address& responder,
                               std::size_t most, base::Random& random) {
    policy::Configuration made;
    for (std::size_t i = 0; i < most; ++i) made.connections.push_back(connection(suite, local, responder, i));
    made.secrets.push_back({"all", base::SecretBytes(base::as_bytes("bench")), {}});
    if (suite.has_certificates()) certify(made, Fleet(suite.keys), random);
    return policy::IndexedConfiguration::of(std::move(made));
}

int open_socket(const base::Address& local) {
    daemon::SystemAddress address;
    const socklen_t size = daemon::to_system({local, kPort}, address);
    const int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int room = 8 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (fd < 0 || bind(fd, &address.any, size) != 0) {
        throw std::runtime_error(std::string("cannot bind UDP port 500: ") + std::strerror(errno));
    }
    return fd;
}

}  // namespace

struct Generator::Impl {
    Impl(const Suite& suite, const base::Address& from, const base::Address& to, std::size_t most)
        : random(*crypto::ChaChaRandom::make()),
          engine(ike::Options{}, *random, configuration(suite, from, to, most, *random)),
          socket(open_socket(from)),
          local(from),
          responder(to) {
        // Certificates are valid by it.
        handle(ike::TimeOfDay{daemon::boot_time()});
    }
    ~Impl() { close(socket); }

    void handle(const ike::Input& input) {
        for (ike::Action& action : engine.handle(input, daemon::boot_now())) take(action);
        while (!answers.empty()) {
            const ike::ChildInstalled answer = std::exchange(answers.front(), {});
            answers.pop_front();
            for (ike::Action& action : engine.handle(answer, daemon::boot_now())) take(action);
        }
    }

    void take(ike::Action& action) {
        if (auto* packet = std::get_if<ike::SendDatagram>(&action)) {
            send(*packet);
        } else if (auto* install = std::get_if<ike::InstallChild>(&action)) {
            answers.push_back({install->child.ike_sa, install->child.child, {}});
        } else if (auto* done = std::get_if<ike::OperationDone>(&action)) {
            ++ended;
            if (!done->result) return;
            ++established;
            const auto begun = begun_at.find(done->operation);
            if (begun != begun_at.end()) seconds.push_back(seconds_since(begun->second));
        }
    }

    void send(const ike::SendDatagram& packet) const {
        daemon::SystemAddress address;
        const socklen_t size = daemon::to_system(packet.remote, address);
        sendto(socket, packet.bytes.data(), packet.bytes.size(), 0, &address.any, size);
    }

    // False when nothing came in this time.
    bool receive(int milliseconds) {
        pollfd wait{socket, POLLIN, 0};
        if (poll(&wait, 1, milliseconds) <= 0) return false;
        for (;;) {
            const ssize_t size = recv(socket, buffer.data(), buffer.size(), 0);
            if (size < 0) break;
            handle(ike::Datagram{{local, kPort}, {responder, kPort}, {buffer.data(), static_cast<std::size_t>(size)}});
        }
        handle(ike::TimePassed{});
        return true;
    }

    void listen() {
        while (receive(kQuietMilliseconds)) {
        }
    }

    void initiate() {
        const ike::OperationId operation{++operations};
        begun_at[operation] = Clock::now();
        handle(ike::Initiate{operation, "c" + std::to_string(next), "net", local, responder});
        ++next;
    }

    std::unique_ptr<crypto::ChaChaRandom> random;
    ike::Engine engine;
    int socket;
    base::Address local;
    base::Address responder;
    std::deque<ike::ChildInstalled> answers;
    std::array<std::uint8_t, 65536> buffer{};
    std::uint64_t operations = 0;
    std::uint64_t next = 0;  // identity
    std::size_t ended = 0;
    std::size_t established = 0;
    std::map<ike::OperationId, Clock::time_point> begun_at;
    std::vector<double> seconds;  // that each of the established took
};

Generator::Generator(const Suite& suite, const base::Address& local, const base::Address& responder, std::size_t most)
    : impl_(std::make_unique<Impl>(suite, local, responder, most)) {}

Generator::~Generator() = default;

Outcome Generator::run(const Load& load) {
    Impl& impl = *impl_;
    impl.ended = impl.established = 0;
    impl.next = load.first;
    const auto start = Clock::now();
    std::size_t begun = 0;
    while (impl.ended < load.handshakes) {
        while (begun < load.handshakes && begun - impl.ended < load.at_once) {
            impl.initiate();
            ++begun;
        }
        if (!impl.receive(kPatienceMilliseconds)) break;
    }
    return {impl.established, seconds_since(start)};
}

std::vector<double> Generator::visit(const Visits& visits) {
    Impl& impl = *impl_;
    impl.next = visits.first;
    impl.seconds.clear();
    const auto start = Clock::now();
    const double end = static_cast<double>(visits.count) / visits.per_second + visits.patience;
    std::size_t begun = 0;
    while (impl.seconds.size() < visits.count && seconds_since(start) < end) {
        while (begun < visits.count && static_cast<double>(begun) / visits.per_second <= seconds_since(start)) {
            impl.initiate();
            ++begun;
        }
        impl.receive(kTickMilliseconds);
        impl.handle(ike::TimePassed{});
    }
    std::erase_if(impl.seconds, [&](double took) { return took > visits.patience; });
    return std::exchange(impl.seconds, {});
}

void Generator::clear() {
    std::vector<ike::IkeSaId> ids;
    impl_->engine.visit([&](const ikev2::sa::IkeSa& sa) {
        ids.push_back(sa.sa().id);
        return true;
    });
    std::size_t unheard = 0;
    for (const ike::IkeSaId id : ids) {
        impl_->handle(ike::Clear{ike::OperationId{++impl_->operations}, id, {}, true});
        if (++unheard % kDeletesAtOnce == 0) impl_->listen();
    }
    impl_->listen();
}

}  // namespace xfrmd::bench
