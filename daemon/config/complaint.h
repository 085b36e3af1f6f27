// What is wrong with a single value, as half a sentence; whoever knows the key and the place completes it.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace xfrmd::daemon {

template <typename T>
using Read = tl::expected<T, std::string>;

inline tl::unexpected<std::string> complain(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

}  // namespace xfrmd::daemon
