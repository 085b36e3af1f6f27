// What the administrator of a Linux host types: "link add dummy0 type dummy". Fails the test where ip fails.
#pragma once

#include <string>

namespace xfrmd::netlink::route::test {

void ip(const std::string& words);
// A command on each line.
void ip_batch(const std::string& lines);

}  // namespace xfrmd::netlink::route::test
