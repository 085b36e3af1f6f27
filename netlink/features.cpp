#include "netlink/features.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "netlink/algorithms.h"

namespace xfrmd::netlink {

namespace {

using base::Address;

// SPIs "xfre...": nobody else's but another xfrmd's that is looking just now.
constexpr std::uint32_t kFirstSpi = 0x78667265;
constexpr std::uint32_t kFirstCpi = 0xf000;  // RFC 3173 3.3: for private use

base::SecretBytes first_key(const KernelAlgorithm& algorithm) {
    return base::SecretBytes(algorithm.key_bits.front() / 8U);
}

// The keys are no secret: no packet can meet the SA, as nobody owns its addresses and it lives for microseconds. They
// differ from octet to octet, as 3DES's parts have to.
Algorithms filled(Algorithms algorithms) {
    const auto fill = [](base::SecretBytes& key) {
        for (std::size_t i = 0; i < key.size(); ++i) key.writable()[i] = static_cast<std::uint8_t>(i * 2 + 1);
    };
    if (auto* aead = std::get_if<Aead>(&algorithms)) fill(aead->key);
    if (auto* mac = std::get_if<Mac>(&algorithms)) fill(mac->key);
    if (auto* pair = std::get_if<CipherAndMac>(&algorithms)) {
        fill(pair->cipher_key);
        fill(pair->mac_key);
    }
    return algorithms;
}

SaSpec trial(Algorithms algorithms, std::uint32_t number, std::uint8_t protocol = kEsp) {
    SaSpec sa;
    sa.source = Address::v4({192, 0, 2, 1});
    sa.id.destination = Address::v4({198, 51, 100, 1});
    sa.id.spi = Spi{protocol == kIpComp ? kFirstCpi + number : kFirstSpi + number};
    sa.id.protocol = protocol;
    sa.algorithms = filled(std::move(algorithms));
    return sa;
}

SaSpec trial_of(const KernelAlgorithm& algorithm, std::uint32_t number) {
    const std::string name(algorithm.name);
    switch (algorithm.kind) {
        case AlgorithmKind::aead:
            return trial(Aead{name, first_key(algorithm),
                              algorithm.icv_bits.back() != 0 ? algorithm.icv_bits.back() : algorithm.icv_bits.front()},
                         number);
        case AlgorithmKind::cipher:
            return trial(CipherAndMac{name, first_key(algorithm), {}, {}, 0}, number);
        case AlgorithmKind::compression:
            return trial(Compression{name}, number, kIpComp);
        case AlgorithmKind::mac:
            break;
    }
    // A MAC that does for AH does for ESP as well, but ESP may be there without AH.
    return trial(CipherAndMac{"ecb(cipher_null)", {}, name, first_key(algorithm), algorithm.icv_bits.front()}, number);
}

// Needs no cryptography: what is wanted is ESP's answer.
SaSpec plain_trial(std::uint32_t number) { return trial(CipherAndMac{"ecb(cipher_null)", {}, {}, {}, 0}, number); }

// One thing to find out: where to note it, what to ask for, and how it shows.
struct Question {
    bool KernelFeatures::* feature;
    void (*ask)(SaSpec&);
    bool (*shows)(const SaState&);
};

constexpr std::array kQuestions{
    Question{&KernelFeatures::esp, [](SaSpec&) {}, [](const SaState&) { return true; }},
    Question{&KernelFeatures::beet,
             [](SaSpec& sa) {
                 sa.mode = Mode::beet;
                 sa.selector = Selector{{sa.source, 32}, {sa.id.destination, 32}, 0, {}, {}, 0};
             },
             [](const SaState& state) { return state.mode == Mode::beet; }},
    Question{&KernelFeatures::iptfs, [](SaSpec& sa) { sa.mode = Mode::iptfs; },
             [](const SaState& state) { return state.mode == Mode::iptfs; }},
    Question{&KernelFeatures::esn, [](SaSpec& sa) { sa.inbound = sa.esn = true; },
             [](const SaState& state) { return state.esn; }},
    Question{&KernelFeatures::if_id, [](SaSpec& sa) { sa.if_id = 1; },
             [](const SaState& state) { return state.if_id == 1; }},
    Question{&KernelFeatures::output_mark_mask, [](SaSpec& sa) { sa.output_mark = {1, 1}; },
             [](const SaState& state) { return state.output_mark.mask == 1; }},
    Question{&KernelFeatures::sa_direction, [](SaSpec& sa) { sa.tell_direction = true; },
             [](const SaState& state) { return state.inbound.has_value(); }},
    Question{&KernelFeatures::per_cpu, [](SaSpec& sa) { sa.cpu = 0; },
             [](const SaState& state) { return state.cpu.has_value(); }},
    Question{&KernelFeatures::nat_keepalive,
             [](SaSpec& sa) {
                 sa.encapsulation = UdpEncapsulation{};
                 sa.nat_keepalive = std::chrono::seconds(3600);
             },
             [](const SaState& state) { return state.nat_keepalive.count() != 0; }},
};

std::vector<SaSpec> trials() {
    std::vector<SaSpec> all;
    std::uint32_t number = 0;
    for (const KernelAlgorithm& algorithm : kKernelAlgorithms) all.push_back(trial_of(algorithm, number++));
    for (const Question& question : kQuestions) {
        all.push_back(plain_trial(number++));
        question.ask(all.back());
    }
    all.push_back(trial(Mac{"hmac(sha256)", base::SecretBytes(32), 128}, number, kAh));
    return all;
}

// Somebody else who is looking just now has added the same.
bool was_taken(const KernelResult<void>& result) { return result || result.error().errno_value == EEXIST; }

KernelResult<void> is_answer(const KernelResult<void>& result) {
    if (was_taken(result)) return {};
    const KernelError& error = result.error();
    if (error.errno_value == EPERM || answer_was_lost(error)) return tl::unexpected<KernelError>(error);
    return {};
}

}  // namespace

KernelResult<KernelFeatures> find_features(Kernel& kernel) {
    std::vector<Change> additions;
    std::vector<Change> removals;
    std::vector<SaId> ids;
    for (SaSpec& sa : trials()) {
        ids.push_back(sa.id);
        removals.emplace_back(DeleteSa{sa.id});
        additions.emplace_back(AddSa{std::move(sa)});
    }
    const auto added = kernel.apply(additions);
    KernelFeatures features;
    std::size_t next = 0;
    for (const KernelAlgorithm& algorithm : kKernelAlgorithms) {
        if (was_taken(added[next++])) features.algorithms.emplace_back(algorithm.name);
    }
    for (const Question& question : kQuestions) {
        const auto state = kernel.find_sa(ids[next++]);
        features.*question.feature = state && question.shows(*state);
    }
    features.ah = was_taken(added[next]);
    features.ipcomp =
        std::find(features.algorithms.begin(), features.algorithms.end(), "deflate") != features.algorithms.end();
    (void)kernel.apply(removals);
    for (const auto& result : added) {
        if (const auto answer = is_answer(result); !answer) return tl::unexpected<KernelError>(answer.error());
    }
    return features;
}

}  // namespace xfrmd::netlink
