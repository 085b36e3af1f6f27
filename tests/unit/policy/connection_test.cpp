#include "ike/policy/configuration.h"

#include <algorithm>
#include <tuple>

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::policy;
using xfrmd::base::Address;
using xfrmd::base::AddressRange;
using xfrmd::base::as_bytes;
using xfrmd::base::Prefix;
using xfrmd::base::SecretBytes;

namespace {

Identity id(std::string_view text) { return Identity::parse(text).value(); }
Address address(std::string_view text) { return *Address::parse(text); }

std::vector<AddressRange> ranges(std::initializer_list<std::string_view> prefixes) {
    std::vector<AddressRange> list;
    for (const auto prefix : prefixes) list.push_back(AddressRange::of(*Prefix::parse(prefix)));
    return list;
}

struct Wanted {
    std::string_view name;
    std::initializer_list<std::string_view> local_addrs;
    std::initializer_list<std::string_view> remote_addrs;
    std::string_view remote_id = "%any";
    std::string_view proposal = "default";
};

Connection connection(const Wanted& wanted) {
    Connection made;
    made.name = wanted.name;
    made.local_addrs = ranges(wanted.local_addrs);
    made.remote_addrs = ranges(wanted.remote_addrs);
    made.remote.id = id(wanted.remote_id);
    made.proposals = parse_proposal(ProtocolId::ike, wanted.proposal).value();
    return made;
}

Snapshot with_connections(std::initializer_list<Wanted> wanted) {
    Configuration configuration;
    for (const Wanted& one : wanted) configuration.connections.push_back(connection(one));
    return IndexedConfiguration::of(std::move(configuration));
}

SharedSecret secret(std::string_view name, std::initializer_list<std::string_view> owners) {
    SharedSecret made{std::string(name), SecretBytes(as_bytes(name)), {}};
    for (const auto owner : owners) made.owners.push_back(id(owner));
    return made;
}

using Owned = std::pair<std::string_view, std::initializer_list<std::string_view>>;

Snapshot with_secrets(std::initializer_list<Owned> secrets) {
    Configuration configuration;
    for (const auto& [name, owners] : secrets) configuration.secrets.push_back(secret(name, owners));
    return IndexedConfiguration::of(std::move(configuration));
}

std::string names(const std::vector<const Connection*>& found) {
    std::string text;
    for (const Connection* one : found) text += (text.empty() ? "" : " ") + one->name;
    return text;
}

std::string key(const Snapshot& snapshot, std::string_view local, std::string_view remote) {
    const SharedSecret* found = snapshot->shared_secret(id(local), id(remote));
    return found == nullptr ? "none" : found->name;
}

}  // namespace

TEST_CASE("connections and children are found by name", "[policy]") {
    Configuration configuration;
    for (const std::string_view name : {"mars", "venus", "earth", "venus"}) {
        configuration.connections.push_back(connection({name, {}, {}}));
    }
    configuration.connections[2].children.resize(2);
    configuration.connections[2].children[1].name = "moon";
    const Snapshot snapshot = IndexedConfiguration::of(std::move(configuration));
    CHECK(snapshot->connection("mars") == &snapshot->connections()[0]);
    CHECK(snapshot->connection("venus") == &snapshot->connections()[1]);
    CHECK(snapshot->connection("pluto") == nullptr);
    CHECK(snapshot->connection("") == nullptr);
    const Connection* earth = snapshot->connection("earth");
    REQUIRE(earth != nullptr);
    CHECK(earth->child("moon") == &earth->children[1]);
    CHECK(earth->child("phobos") == nullptr);
    CHECK(IndexedConfiguration::of({})->connection("earth") == nullptr);
}

TEST_CASE("candidates: a named address before a range before any", "[policy]") {
    const Snapshot snapshot = with_connections({
        {"any", {}, {}},
        {"net", {}, {"192.0.2.0/24"}},
        {"host", {}, {"192.0.2.7"}},
        {"other-host", {}, {"192.0.2.8"}},
        {"our-host", {"198.51.100.1"}, {"192.0.2.0/24"}},
        {"elsewhere", {"198.51.100.2"}, {"192.0.2.7"}},
        {"list", {}, {"203.0.113.0/24", "192.0.2.7"}},
        {"six", {}, {"2001:db8::/32"}},
    });
    const auto found = [&](std::string_view local, std::string_view remote) {
        return names(snapshot->candidates(address(local), address(remote), id("moon")));
    };
    CHECK(found("198.51.100.1", "192.0.2.7") == "host list our-host net any");
    CHECK(found("198.51.100.2", "192.0.2.7") == "elsewhere host list net any");
    CHECK(found("198.51.100.1", "192.0.2.9") == "our-host net any");
    CHECK(found("198.51.100.1", "203.0.113.5") == "list any");
    CHECK(found("2001:db8::1", "2001:db8::2") == "six any");
    CHECK(found("2001:db8::1", "fe80::1") == "any");
    CHECK(with_connections({{"host", {}, {"192.0.2.7"}}})
              ->candidates(address("::1"), address("::1"), id("moon"))
              .empty());
}

TEST_CASE("candidates that name several addresses are given once", "[policy]") {
    const Snapshot snapshot = with_connections({{"twice", {}, {"192.0.2.7", "192.0.2.7", "192.0.2.0/24"}}});
    CHECK(names(snapshot->candidates(address("198.51.100.1"), address("192.0.2.7"), id("moon"))) == "twice");
    CHECK(names(snapshot->candidates_by_proposals(address("198.51.100.1"), address("192.0.2.7"))) == "twice");
}

TEST_CASE("candidates for an identity", "[policy][rfc7296-2.15]") {
    const Snapshot snapshot = with_connections({
        {"carol", {}, {}, "carol@example.org"},
        {"dave", {}, {}, "dave@example.org"},
        {"staff", {}, {}, "*@example.org"},
        {"anybody", {}, {}, "%any"},
        {"carol-at-home", {}, {"192.0.2.7"}, "Carol@example.org"},
        {"carol-again", {}, {}, "carol@example.org"},
    });
    const auto found = [&](std::string_view remote, std::string_view remote_id) {
        return names(snapshot->candidates(address("198.51.100.1"), address(remote), id(remote_id)));
    };
    CHECK(found("192.0.2.7", "CAROL@example.org") == "carol-at-home carol staff anybody carol-again");
    CHECK(found("192.0.2.8", "carol@example.org") == "carol staff anybody carol-again");
    CHECK(found("192.0.2.8", "dave@example.org") == "dave staff anybody");
    CHECK(found("192.0.2.8", "eve@example.net") == "anybody");
}

TEST_CASE("candidates by proposals: the best one of each list", "[policy][rfc7296-2.7]") {
    const Snapshot snapshot = with_connections({
        {"any-a", {}, {}, "carol@example.org"},
        {"any-b", {}, {}, "dave@example.org"},
        {"any-c", {}, {}, "%any", "aes128-sha256-x25519"},
        {"host", {}, {"192.0.2.7"}},
        {"net", {}, {"192.0.2.0/24"}, "%any", "aes128-sha256-x25519"},
        {"other", {}, {"192.0.2.8"}, "%any", "3des-md5-modp768"},
    });
    const auto found = [&](std::string_view remote) {
        return names(snapshot->candidates_by_proposals(address("198.51.100.1"), address(remote)));
    };
    CHECK(found("192.0.2.7") == "host net");
    CHECK(found("192.0.2.9") == "net any-a");
    CHECK(found("203.0.113.1") == "any-a any-c");
    CHECK(found("192.0.2.8") == "other net any-a");
}

TEST_CASE("the key for a pair of identities: both, the peer's, ours, anybody's", "[policy][rfc7296-2.15]") {
    const Snapshot snapshot = with_secrets({
        {"anybody", {}},
        {"ours", {"moon"}},
        {"peers", {"sun"}},
        {"both", {"moon", "sun"}},
        {"carols", {"carol@example.org"}},
        {"staff", {"*@example.org"}},
        {"address", {"192.0.2.7"}},
    });
    CHECK(key(snapshot, "moon", "sun") == "both");
    CHECK(key(snapshot, "MOON", "Sun") == "both");
    CHECK(key(snapshot, "venus", "sun") == "peers");
    CHECK(key(snapshot, "moon", "carol@example.org") == "carols");
    CHECK(key(snapshot, "moon", "dave@example.org") == "staff");
    CHECK(key(snapshot, "moon", "192.0.2.7") == "address");
    CHECK(key(snapshot, "venus", "192.0.2.8") == "anybody");
    // A key for anybody fits the peer, one of ours alone does not.
    CHECK(key(snapshot, "moon", "pluto") == "anybody");
}

TEST_CASE("without a key for anybody, ours or none is taken", "[policy][rfc7296-2.15]") {
    const Snapshot snapshot = with_secrets({{"first", {"moon", "sun"}}, {"second", {"moon"}}, {"wild", {"*.org"}}});
    CHECK(key(snapshot, "moon", "pluto") == "first");
    CHECK(key(snapshot, "a.org", "pluto") == "wild");
    CHECK(key(snapshot, "venus", "pluto") == "none");
    CHECK(key(snapshot, "venus", "moon") == "first");
    CHECK(key(with_secrets({}), "moon", "sun") == "none");
}

TEST_CASE("of equal keys the first is taken", "[policy]") {
    const Snapshot snapshot = with_secrets({{"first", {"sun"}}, {"second", {"sun"}}, {"third", {"moon", "sun"}}});
    CHECK(key(snapshot, "venus", "sun") == "first");
    CHECK(key(snapshot, "moon", "sun") == "third");
}

TEST_CASE("keys of gateways that share one side do not get mixed up", "[policy][rfc7296-2.15]") {
    // Every key is owned by us too, as generated configurations have it; each peer gets its own.
    const Snapshot snapshot = with_secrets({
        {"default", {"%any"}},
        {"a", {"192.0.2.1", "192.0.2.10"}},
        {"b", {"192.0.2.1", "192.0.2.20"}},
        {"by-name", {"gw.example.org", "192.0.2.10"}},
    });
    CHECK(key(snapshot, "192.0.2.1", "192.0.2.10") == "a");
    CHECK(key(snapshot, "192.0.2.1", "192.0.2.20") == "b");
    CHECK(key(snapshot, "gw.example.org", "192.0.2.10") == "by-name");
    CHECK(key(snapshot, "gw.example.org", "192.0.2.20") == "b");
    CHECK(key(snapshot, "192.0.2.1", "192.0.2.30") == "default");
}

namespace {

// The rules again, by looking at everything.
const SharedSecret* slow_secret(const IndexedConfiguration& all, const Identity& local, const Identity& remote) {
    const auto fit = [](const SharedSecret& one, const Identity& who) {
        int best = one.owners.empty() ? 1 : 0;
        for (const Identity& owner : one.owners) best = std::max(best, match(owner, who));
        return best;
    };
    const SharedSecret* best = nullptr;
    std::pair best_fit(0, 0);
    for (const SharedSecret& one : all.secrets()) {
        const std::pair fits(fit(one, remote), fit(one, local));
        if (fits > best_fit) {
            best = &one;
            best_fit = fits;
        }
    }
    return best;
}

int address_fit(const std::vector<AddressRange>& list, const Address& who) {
    int best = list.empty() ? 1 : 0;
    for (const AddressRange& range : list) {
        if (range.contains(who)) best = std::max(best, range.first == range.last ? 3 : 2);
    }
    return best;
}

std::vector<const Connection*> slow_candidates(const IndexedConfiguration& all, const Address& local,
                                               const Address& remote, const Identity* remote_id) {
    std::vector<std::tuple<int, int, std::size_t, const Connection*>> order;
    for (const Connection& one : all.connections()) {
        const int r = address_fit(one.remote_addrs, remote);
        const int l = address_fit(one.local_addrs, local);
        if (r > 0 && l > 0 && (remote_id == nullptr || match(one.remote.id, *remote_id) > 0))
            order.emplace_back(-r, -l, order.size(), &one);
    }
    std::sort(order.begin(), order.end());
    std::vector<const Connection*> found;
    for (const auto& entry : order) found.push_back(std::get<3>(entry));
    return found;
}

struct Dice {
    std::uint32_t state = 1;
    std::uint32_t below(std::uint32_t bound) {
        state = state * 1664525U + 1013904223U;
        return (state >> 16) % bound;
    }
    template <std::size_t Size>
    std::string_view one_of(const std::string_view (&words)[Size]) {
        return words[below(Size)];
    }
};

constexpr std::string_view kIds[] = {"%any",          "moon",      "sun",       "MOON",         "*.example.org",
                                     "a.example.org", "192.0.2.1", "192.0.2.2", "2001:db8::1",  "*@example.org",
                                     "x@example.org", "CN=moon",   "CN=*",      "keyid:branch", "b.example.org"};
constexpr std::string_view kNets[] = {"192.0.2.1", "192.0.2.2", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::1", "::/0"};
constexpr std::string_view kHosts[] = {"192.0.2.1",    "192.0.2.2",   "192.0.2.3",
                                       "198.51.100.1", "2001:db8::1", "2001:db8::2"};
constexpr std::string_view kProposals[] = {"default", "aes128-sha256-x25519", "aes256-sha256-x25519"};

Connection random_connection(Dice& dice) {
    Connection made = connection({"c", {}, {}, dice.one_of(kIds), dice.one_of(kProposals)});
    for (std::uint32_t i = dice.below(3); i > 0; --i) made.local_addrs.push_back(ranges({dice.one_of(kNets)})[0]);
    for (std::uint32_t i = dice.below(3); i > 0; --i) made.remote_addrs.push_back(ranges({dice.one_of(kNets)})[0]);
    return made;
}

SharedSecret random_secret(Dice& dice) {
    SharedSecret made = secret("s", {});
    for (std::uint32_t i = dice.below(4); i > 0; --i) made.owners.push_back(id(dice.one_of(kIds)));
    return made;
}

Snapshot random_snapshot(Dice& dice) {
    Configuration configuration;
    for (std::uint32_t i = dice.below(12); i > 0; --i) configuration.connections.push_back(random_connection(dice));
    for (std::uint32_t i = dice.below(8); i > 0; --i) configuration.secrets.push_back(random_secret(dice));
    return IndexedConfiguration::of(std::move(configuration));
}

// Only the first of each list of proposals.
std::vector<const Connection*> distinct(const std::vector<const Connection*>& all) {
    std::vector<const Connection*> firsts;
    for (const Connection* one : all) {
        const bool again = std::any_of(firsts.begin(), firsts.end(),
                                       [one](const Connection* first) { return first->proposals == one->proposals; });
        if (!again) firsts.push_back(one);
    }
    return firsts;
}

}  // namespace

TEST_CASE("the indexes find what looking at everything finds", "[policy]") {
    Dice dice;
    for (unsigned round = 0; round < 400; ++round) {
        const Snapshot snapshot = random_snapshot(dice);
        for (unsigned query = 0; query < 20; ++query) {
            const Identity local = id(dice.one_of(kIds));
            const Identity remote = id(dice.one_of(kIds));
            const Address here = address(dice.one_of(kHosts));
            const Address there = address(dice.one_of(kHosts));
            CHECK(snapshot->shared_secret(local, remote) == slow_secret(*snapshot, local, remote));
            CHECK(snapshot->candidates(here, there, remote) == slow_candidates(*snapshot, here, there, &remote));
            const auto all = slow_candidates(*snapshot, here, there, nullptr);
            CHECK(snapshot->candidates_by_proposals(here, there) == distinct(all));
        }
    }
}

TEST_CASE("a snapshot compares its connections by what was configured", "[policy]") {
    const Snapshot a = with_connections({{"moon", {}, {"192.0.2.7"}}});
    const Snapshot b = with_connections({{"moon", {}, {"192.0.2.7"}}});
    CHECK(*a->connection("moon") == *b->connection("moon"));
    Connection changed = *a->connection("moon");
    changed.dpd_delay = std::chrono::seconds(30);
    CHECK_FALSE(changed == *b->connection("moon"));
}

TEST_CASE("a connection of shunts is found by name, but is nobody's peer", "[policy]") {
    Configuration configuration;
    for (const std::string_view name : {"shunts", "a", "b"}) {
        configuration.connections.push_back(
            connection({name, {}, {}, "%any", name == "b" ? "aes128-sha256-x25519" : "default"}));
    }
    Connection& shunts = configuration.connections.front();
    shunts.shunts.emplace_back().name = "bypass";
    const Snapshot snapshot = IndexedConfiguration::of(std::move(configuration));
    REQUIRE(snapshot->connection("shunts") != nullptr);
    CHECK_FALSE(snapshot->connection("shunts")->negotiates());
    CHECK(snapshot->connection("shunts")->shunt("bypass") != nullptr);
    CHECK(snapshot->connection("shunts")->child("bypass") == nullptr);
    CHECK(names(snapshot->candidates(address("192.0.2.1"), address("192.0.2.2"), id("peer"))) == "a b");
    CHECK(names(snapshot->candidates_by_proposals(address("192.0.2.1"), address("192.0.2.2"))) == "a b");
}

TEST_CASE("a connection with a child besides its shunts has a peer", "[policy]") {
    Connection both = connection({"both", {}, {}});
    CHECK(both.negotiates());
    both.shunts.emplace_back();
    CHECK_FALSE(both.negotiates());
    both.children.emplace_back();
    CHECK(both.negotiates());
}

TEST_CASE("a child proposes ESP before AH", "[policy]") {
    Child child;
    child.ah_proposals = parse_proposal(ProtocolId::ah, "sha256").value();
    CHECK(to_string(child.proposals()) == "AH:HMAC_SHA2_256_128/NO_EXT_SEQ");
    child.esp_proposals = parse_proposal(ProtocolId::esp, "aes128gcm16").value();
    CHECK(to_string(child.proposals()) == "ESP:AES_GCM_16_128/NO_EXT_SEQ; AH:HMAC_SHA2_256_128/NO_EXT_SEQ");
}

TEST_CASE("start actions are bits", "[policy]") {
    CHECK_FALSE(traps(StartAction::none));
    CHECK_FALSE(starts(StartAction::none));
    CHECK(traps(StartAction::trap));
    CHECK_FALSE(starts(StartAction::trap));
    CHECK_FALSE(traps(StartAction::start));
    CHECK(starts(StartAction::start));
    CHECK(traps(StartAction::trap_and_start));
    CHECK(starts(StartAction::trap_and_start));
}

TEST_CASE("marks and interface ids are set by a number or by asking for one", "[policy]") {
    CHECK_FALSE(Mark{}.is_set());
    CHECK(Mark{NumberKind::given, 0, 0xffffffff}.is_set());
    CHECK(Mark{NumberKind::unique, 0, 0}.is_set());
    CHECK_FALSE(InterfaceId{}.is_set());
    CHECK(InterfaceId{NumberKind::given, 7}.is_set());
    CHECK(InterfaceId{NumberKind::unique_dir, 0}.is_set());
}
