#include "netlink/xfrm_kernel.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "netlink/change_check.h"
#include "netlink/xfrm_messages.h"

namespace xfrmd::netlink {

namespace {

constexpr int kDumpTries = 8;
// Room for 64 tunnels as they usually are, and less than Linux lets a socket send at once (wmem_default).
constexpr std::size_t kRoundBytes = 131072;

using base::Address;
using base::Family;

// Linux looks for the algorithm before it looks for ESP, so a kernel that lacks both names the wrong one, unless it is
// asked for something that it has: RFC 8221 5's two MUSTs, then what needs no cryptography. The keys are no secret: no
// packet can meet the SA, as nobody owns its addresses (RFC 5737, RFC 3849) and it lives for microseconds.
std::array<Algorithms, 3> probe_algorithms() {
    return {Aead{"rfc4106(gcm(aes))", base::SecretBytes(20), 128},
            CipherAndMac{"cbc(aes)", base::SecretBytes(16), "hmac(sha256)", base::SecretBytes(32), 128},
            CipherAndMac{"ecb(cipher_null)", {}, "", {}, 0}};
}

bool lacks_algorithm(const KernelError& error) { return error.errno_value == ENOSYS || error.errno_value == ENOENT; }

SaSpec probe_sa(Family family) {
    SaSpec sa;
    if (family == Family::ipv4) {
        sa.source = Address::v4({192, 0, 2, 1});
        sa.id.destination = Address::v4({198, 51, 100, 1});
    } else {
        sa.source = Address::v6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        sa.id.destination = Address::v6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
    }
    sa.id.spi = Spi{0x78667264};
    sa.mode = Mode::transport;
    return sa;
}

std::string sentence(int errno_value) {
    switch (errno_value) {
        case EPERM:
            return "changing XFRM needs CAP_NET_ADMIN";
        case EPROTONOSUPPORT:
            return "this kernel has no ESP (CONFIG_INET_ESP, CONFIG_INET6_ESP, modules esp4 and esp6)";
        case ENOSYS:
        case ENOENT:
            return "this kernel has no cipher for ESP (CONFIG_CRYPTO_GCM, CONFIG_CRYPTO_SEQIV, CONFIG_CRYPTO_CBC)";
        default:
            return "this kernel does not take an ESP SA";
    }
}

}  // namespace

KernelError explain_probe(const KernelError& refusal) {
    return {refusal.errno_value, sentence(refusal.errno_value) + ": " + refusal.text};
}

KernelResult<std::unique_ptr<XfrmKernel>> XfrmKernel::open() {
    auto transport = Transport::open();
    if (transport) return std::unique_ptr<XfrmKernel>(new XfrmKernel(std::move(*transport)));
    KernelError error = transport.error();
    const bool missing = error.errno_value == EPROTONOSUPPORT;
    error.text = (missing ? "this kernel has no XFRM netlink interface (CONFIG_XFRM_USER, module xfrm_user): "
                          : "cannot open an XFRM netlink socket: ") +
                 error.text;
    return tl::unexpected<KernelError>(std::move(error));
}

XfrmKernel::XfrmKernel(Transport transport) : transport_(std::move(transport)), batch_(kMostOfRound, kRoundBytes) {}

std::vector<KernelResult<void>> XfrmKernel::apply(std::span<const Change> changes) {
    std::vector<KernelResult<void>> results;
    results.reserve(changes.size());
    for (const Change& change : changes) {
        if (enter(change)) std::ranges::move(flush(), std::back_inserter(results));
    }
    std::ranges::move(flush(), std::back_inserter(results));
    return results;
}

bool XfrmKernel::enter(const Change& change) {
    if (auto sound = check(change)) {
        encode(change, batch_);
    } else {
        round_.unsound.emplace_back(round_.changes, std::move(sound.error()));
    }
    ++round_.changes;
    return round_.changes == kMostOfRound || batch_.room() < kLongestMessage;
}

std::vector<KernelResult<void>> XfrmKernel::flush() {
    Round round = std::exchange(round_, {});
    std::vector<KernelResult<void>> results = transport_.change(batch_);
    // What check() lets pass has room, but a batch that was not sent has fewer answers.
    results.resize(round.changes - round.unsound.size(), refused(EMSGSIZE, "a request longer than any"));
    for (auto& [place, error] : round.unsound) {
        results.insert(results.begin() + static_cast<std::ptrdiff_t>(place), tl::unexpected(std::move(error)));
    }
    return results;
}

namespace {

// Everything that the query in the batch brings.
template <typename State, typename Decode>
KernelResult<std::vector<State>> read_all(Transport& transport, MessageBatch& batch, Decode decode) {
    std::vector<State> states;
    KernelResult<void> sound;
    const auto done = transport.query(batch, [&](const Message& message) {
        auto state = decode(message);
        if (!state) {
            sound = tl::unexpected<KernelError>(state.error());
        } else if (*state) {
            states.push_back(std::move(**state));
        }
    });
    if (!done) return tl::unexpected<KernelError>(done.error());
    if (!sound) return tl::unexpected<KernelError>(sound.error());
    return states;
}

// A list that changes while it is read is read again: under churn an entry may be missing from one reading, and nobody
// may take that for a deletion.
template <typename State, typename Encode, typename Decode>
KernelResult<std::vector<State>> dump(Transport& transport, MessageBatch& batch, Encode encode, Decode decode) {
    KernelResult<std::vector<State>> states;
    for (int attempt = 0; attempt < kDumpTries; ++attempt) {
        encode(batch);
        states = read_all<State>(transport, batch, decode);
        if (states || states.error().errno_value != EINTR) break;
    }
    return states;
}

}  // namespace

KernelResult<SaState> XfrmKernel::find_sa(const SaId& id) {
    encode_find_sa(id, batch_);
    auto found = read_all<SaState>(transport_, batch_, decode_sa);
    if (!found) return tl::unexpected<KernelError>(std::move(found.error()));
    if (found->empty()) return refused(ESRCH);
    return found->front();
}

KernelResult<SaSpec> XfrmKernel::read_sa(const SaId& id) {
    encode_find_sa(id, batch_);
    auto found = read_all<SaSpec>(transport_, batch_, decode_whole_sa);
    if (!found) return tl::unexpected<KernelError>(std::move(found.error()));
    if (found->empty()) return refused(ESRCH);
    return std::move(found->front());
}

KernelResult<PolicyState> XfrmKernel::find_policy(const PolicyId& id) {
    encode_find_policy(id, batch_);
    auto found = read_all<PolicyState>(transport_, batch_, decode_policy);
    if (!found) return tl::unexpected<KernelError>(std::move(found.error()));
    if (found->empty()) return refused(ENOENT);
    return found->front();
}

KernelResult<std::vector<SaState>> XfrmKernel::list_sas() {
    return dump<SaState>(transport_, batch_, encode_list_sas, decode_sa);
}

KernelResult<std::vector<PolicyState>> XfrmKernel::list_policies() {
    return dump<PolicyState>(transport_, batch_, encode_list_policies, decode_policy);
}

KernelResult<void> XfrmKernel::probe() {
    const auto ipv4 = probe_family(Family::ipv4);
    if (ipv4 || probe_family(Family::ipv6)) return {};
    return tl::unexpected<KernelError>(explain_probe(ipv4.error()));
}

KernelResult<void> XfrmKernel::probe_family(Family family) {
    KernelResult<void> added;
    for (Algorithms& algorithms : probe_algorithms()) {
        SaSpec sa = probe_sa(family);
        const std::array<Change, 1> removal{DeleteSa{sa.id}};
        sa.algorithms = std::move(algorithms);
        const std::array<Change, 1> addition{AddSa{std::move(sa)}};
        added = apply(addition).front();
        if (added) return apply(removal).front();
        // Linux looks for the SPI last, so somebody else who is probing just now proves the same.
        if (added.error().errno_value == EEXIST) return {};
        if (!lacks_algorithm(added.error())) break;
    }
    return added;
}

}  // namespace xfrmd::netlink
