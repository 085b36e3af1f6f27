#include "daemon/config/swanctl_lifetimes.h"

#include <algorithm>
#include <limits>
#include <string>

namespace xfrmd::daemon {

namespace {

using settings::View;

constexpr std::chrono::hours kIkeRekeyTime{4};
constexpr std::chrono::hours kChildRekeyTime{1};

// Seconds are 32 bits as read; bytes and packets may be near the end of their 64.
template <typename Amount>
Amount tenth_more(Amount amount) {
    return amount / 10 > std::numeric_limits<Amount>::max() - amount ? amount : amount + amount / 10;
}
template <>
std::chrono::seconds tenth_more(std::chrono::seconds amount) {
    return amount + amount / 10;
}

// `what`: time, bytes or packets.
template <typename Amount>
void complete(const View& section, const std::string& what, Amount rekey, Amount& life, Amount& rand) {
    if (!section.has("life_" + what)) life = tenth_more(rekey);
    if (!section.has("rand_" + what)) rand = std::min(life - std::min(life, rekey), rekey / 2);
}

}  // namespace

void complete_lifetimes(policy::Connection& connection, const View& section) {
    const bool reauthenticates = connection.reauth_time.count() > 0;
    if (!section.has("rekey_time") && !reauthenticates) connection.rekey_time = kIkeRekeyTime;
    const auto longer = std::max(connection.rekey_time, connection.reauth_time);
    if (!section.has("over_time")) connection.over_time = longer / 10;
    if (!section.has("rand_time")) connection.rand_time = std::min(connection.over_time, longer / 2);
}

void complete_lifetimes(policy::Child& child, const View& section) {
    if (!section.has("rekey_time")) child.rekey_time = kChildRekeyTime;
    complete(section, "time", child.rekey_time, child.life_time, child.rand_time);
    complete(section, "bytes", child.rekey_bytes, child.life_bytes, child.rand_bytes);
    complete(section, "packets", child.rekey_packets, child.life_packets, child.rand_packets);
}

}  // namespace xfrmd::daemon
