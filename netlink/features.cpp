#include "netlink/features.h"

#include <array>
#include <cerrno>

namespace xfrmd::netlink {

namespace {

using base::Address;

// Linux routes nothing from there (RFC 1122 3.2.1.3), so that not even the keepalive leaves that the kernel sends at
// once where it is asked to keep NAT mappings alive.
Address nobody() { return Address::v4({0, 0, 0, 1}); }

// SPIs "xfre...": nobody else's but another xfrmd's that is looking just now.
constexpr std::uint32_t kFirstSpi = 0x78667265;
constexpr std::uint32_t kFirstCpi = 0xf000;  // RFC 3173 3.3: for private use

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
    sa.source = nobody();
    sa.id.destination = Address::v4({198, 51, 100, 1});
    sa.id.spi = Spi{protocol == kIpComp ? kFirstCpi + number : kFirstSpi + number};
    sa.id.protocol = protocol;
    sa.algorithms = filled(std::move(algorithms));
    return sa;
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
    for (const Question& question : kQuestions) {
        all.push_back(plain_trial(number++));
        question.ask(all.back());
    }
    all.push_back(trial(Mac{"hmac(sha256)", base::SecretBytes(32), 128}, number++, kAh));
    all.push_back(trial(Compression{"deflate"}, number, kIpComp));
    return all;
}

std::uint8_t protocol_of(const Algorithms& algorithms) {
    if (std::holds_alternative<Compression>(algorithms)) return kIpComp;
    return std::holds_alternative<Mac>(algorithms) ? kAh : kEsp;
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
    for (const Question& question : kQuestions) {
        const auto state = kernel.find_sa(ids[next++]);
        features.*question.feature = state && question.shows(*state);
    }
    features.ah = was_taken(added[next++]);
    features.ipcomp = was_taken(added[next]);
    (void)kernel.apply(removals);
    for (const auto& result : added) {
        if (const auto answer = is_answer(result); !answer) return tl::unexpected<KernelError>(answer.error());
    }
    return features;
}

std::vector<KernelResult<void>> warm_up(Kernel& kernel, std::vector<Algorithms> algorithms) {
    std::vector<Change> additions;
    std::vector<Change> removals;
    for (Algorithms& one : algorithms) {
        const std::uint8_t protocol = protocol_of(one);
        SaSpec sa = trial(std::move(one), static_cast<std::uint32_t>(additions.size()), protocol);
        removals.emplace_back(DeleteSa{sa.id});
        additions.emplace_back(AddSa{std::move(sa)});
    }
    auto added = kernel.apply(additions);
    (void)kernel.apply(removals);
    for (auto& result : added) {
        if (was_taken(result)) result = {};
    }
    return added;
}

}  // namespace xfrmd::netlink
