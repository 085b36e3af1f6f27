// Refuses changes that are inconsistent in themselves before anybody acts on them, so that every Kernel refuses the
// same: Linux takes some of them (an SPI of 0, addresses of two families in one SA) and makes something else of them.
// The error is always EINVAL; its text says what is wrong.
#pragma once

#include "netlink/kernel.h"

namespace xfrmd::netlink {

// Far above any key there is (AES-256 with a 512-bit MAC takes 96); bounds the size of a message.
inline constexpr std::size_t kMostKeyBytes = 256;

KernelResult<void> check(const Change& change);

}  // namespace xfrmd::netlink
