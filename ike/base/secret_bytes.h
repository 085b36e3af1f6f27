// Key material: move-only, wiped when it goes, compared in constant time, and without a way to print it.
// Whoever needs the bytes asks by name: view(). Not for use across threads.
#pragma once

#include "ike/base/bytes.h"

namespace xfrmd::base {

class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size) : bytes_(size) {}
    explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
    SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() { wipe(); }

    ByteView view() const { return bytes_; }
    std::span<std::uint8_t> writable() { return bytes_; }
    std::size_t size() const { return bytes_.size(); }
    bool empty() const { return bytes_.empty(); }

    // Copies are made on purpose only.
    SecretBytes clone() const { return SecretBytes(view()); }
    SecretBytes slice(std::size_t offset, std::size_t count) const {
        return SecretBytes(view().subspan(offset, count));
    }

    // Constant time for equal sizes.
    friend bool operator==(const SecretBytes& a, const SecretBytes& b) {
        return equal_constant_time(a.view(), b.view());
    }
    static bool equal_constant_time(ByteView a, ByteView b);

private:
    void wipe();
    Bytes bytes_;
};

// Overwrites memory in a way the compiler must not remove.
void wipe_memory(std::span<std::uint8_t> memory);

}  // namespace xfrmd::base
