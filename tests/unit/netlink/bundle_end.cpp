// bundle_end LOCAL REMOTE left|right INNER=INNER WORD...: puts one end of SAs with fixed keys into the kernel of this
// namespace, with the policies between the two inner prefixes. The words make the bundle, innermost SA first:
// "tunnel" (the default), "transport" or "beet" for the first, and ipcomp, esp, ah; further: if_id=N.
#include <cstdio>
#include <string>
#include <vector>

#include "netlink/xfrm_kernel.h"
#include "tests/unit/netlink/specs.h"

namespace {

using namespace xfrmd::netlink;

struct End {
    xfrmd::base::Address local;
    xfrmd::base::Address remote;
    bool is_left = false;
    Selector out;
    Mode mode = Mode::tunnel;
    std::vector<std::uint8_t> protocols;
    std::uint32_t if_id = 0;
};

void add_word(End& end, const std::string& word) {
    if (word == "transport") end.mode = Mode::transport;
    if (word == "beet") end.mode = Mode::beet;
    if (word == "ipcomp") end.protocols.push_back(kIpComp);
    if (word == "esp") end.protocols.push_back(kEsp);
    if (word == "ah") end.protocols.push_back(kAh);
    if (word.starts_with("if_id=")) end.if_id = static_cast<std::uint32_t>(std::stoul(word.substr(6)));
}

End parse(const std::vector<std::string>& words) {
    End end;
    end.local = test::address(words.at(0).c_str());
    end.remote = test::address(words.at(1).c_str());
    end.is_left = words.at(2) == "left";
    const std::size_t middle = words.at(3).find('=');
    end.out = test::selector(words[3].substr(0, middle).c_str(), words[3].substr(middle + 1).c_str());
    for (std::size_t i = 4; i < words.size(); ++i) add_word(end, words[i]);
    return end;
}

Algorithms algorithms_of(std::uint8_t protocol) {
    if (protocol == kIpComp) return Compression{"deflate"};
    if (protocol == kAh) return Mac{"hmac(sha256)", test::key(32), 128};
    return test::gcm();
}

// The SPI says which SA it is, and the same at both ends.
SaSpec sa_of(const End& end, std::size_t i, bool inbound) {
    SaSpec sa;
    sa.inbound = inbound;
    sa.source = inbound ? end.remote : end.local;
    const bool from_left = end.is_left != inbound;
    const std::uint8_t protocol = end.protocols[i];
    sa.id = {inbound ? end.local : end.remote, Spi{from_left ? 0x1001U : 0x1002U}, protocol};
    sa.reqid = Reqid{1};
    sa.mode = i == 0 ? end.mode : Mode::transport;
    sa.algorithms = algorithms_of(protocol);
    if (sa.mode == Mode::beet) sa.selector = inbound ? reversed(end.out) : end.out;
    sa.if_id = end.if_id;
    return sa;
}

PolicySpec policy_of(const End& end, Direction direction) {
    const bool out = direction == Direction::out;
    PolicySpec policy;
    policy.id = {direction, out ? end.out : reversed(end.out), {}, end.if_id};
    policy.priority = policy_priority(end.out);
    for (std::size_t i = 0; i < end.protocols.size(); ++i) {
        Template served_by;
        served_by.mode = i == 0 ? end.mode : Mode::transport;
        served_by.protocol = end.protocols[i];
        served_by.reqid = Reqid{1};
        served_by.source = out ? end.local : end.remote;
        served_by.destination = out ? end.remote : end.local;
        served_by.optional = served_by.protocol == kIpComp && !out;
        policy.templates.push_back(served_by);
    }
    return policy;
}

int run(const std::vector<std::string>& words) {
    const End end = parse(words);
    auto kernel = XfrmKernel::open();
    if (!kernel) return std::fprintf(stderr, "%s\n", kernel.error().text.c_str()), 1;
    std::vector<Change> changes;
    for (std::size_t i = 0; i < end.protocols.size(); ++i) {
        changes.emplace_back(AddSa{sa_of(end, i, true)});
        changes.emplace_back(AddSa{sa_of(end, i, false)});
    }
    for (const Direction direction : {Direction::in, Direction::forward, Direction::out}) {
        changes.emplace_back(AddPolicy{policy_of(end, direction)});
    }
    const auto results = (*kernel)->apply(changes);
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i]) continue;
        return std::fprintf(stderr, "%s: %s\n", describe(changes[i]).c_str(), results[i].error().text.c_str()), 1;
    }
    return 0;
}

}  // namespace

int main(int count, char** words) {
    if (count < 6) return std::fprintf(stderr, "see the top of bundle_end.cpp\n"), 2;
    return run({words + 1, words + count});
}
