#include "ike/base/secret_bytes.h"

#include <cstring>
#include <utility>

namespace xfrmd::base {

void wipe_memory(std::span<std::uint8_t> memory) {
    if (!memory.empty()) explicit_bzero(memory.data(), memory.size());
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
}

bool SecretBytes::equal_constant_time(ByteView a, ByteView b) {
    if (a.size() != b.size()) return false;
    volatile std::uint8_t difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

void SecretBytes::wipe() { wipe_memory(bytes_); }

}  // namespace xfrmd::base
