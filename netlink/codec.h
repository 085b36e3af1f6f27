// Netlink's bytes (RFC 3549 2.2, 2.3.2; linux/netlink.h): messages and attributes written into one bounded buffer and
// read from untrusted ones. Errors are sticky and shown by ok(): write or read everything, then ask once. Host byte
// order, as netlink has it; the structures inside are the caller's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "ike/base/bytes.h"
#include "ike/base/secret_bytes.h"

struct nlmsghdr;

namespace xfrmd::netlink {

template <typename T>
concept Plain = std::is_trivially_copyable_v<T>;

template <Plain T>
base::ByteView bytes_of(const T& value) {
    return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

// Several messages, one after the other, for one sendmsg. The buffer never moves and is wiped by clear(): keys pass
// through.
class MessageBatch {
public:
    MessageBatch(std::size_t most_messages, std::size_t most_bytes);
    ~MessageBatch();
    MessageBatch(const MessageBatch&) = delete;
    MessageBatch& operator=(const MessageBatch&) = delete;

    // Starts a message with its fixed part; attributes that follow belong to it.
    template <Plain T>
    void begin(std::uint16_t type, std::uint16_t flags, const T& fixed) {
        begin(type, flags);
        append(bytes_of(fixed));
    }
    void begin(std::uint16_t type, std::uint16_t flags);
    void attribute(std::uint16_t type, base::ByteView payload) { attribute(type, payload, {}); }
    // A structure with a flexible end: `head` without padding behind it, then `tail`.
    void attribute(std::uint16_t type, base::ByteView head, base::ByteView tail);

    // Numbers the messages from `first`, signs them as `sender`'s and asks for an acknowledgement of the last one:
    // errors come unasked.
    void seal(std::uint32_t first, std::uint32_t sender = 0);
    void clear();

    std::size_t count() const { return count_; }
    std::size_t room() const { return memory_.size() - used_; }  // bytes
    bool ok() const { return ok_; }  // false: something did not fit, and the batch must not be sent
    base::ByteView view() const { return memory_.view().first(used_); }

private:
    nlmsghdr* current();
    void append(base::ByteView head, base::ByteView tail = {});

    base::SecretBytes memory_;
    std::size_t most_messages_;
    std::size_t used_ = 0;
    std::size_t current_ = 0;  // offset of the message being written
    std::size_t count_ = 0;
    bool ok_ = true;
};

struct Message {
    std::uint16_t type = 0;
    std::uint16_t flags = 0;
    std::uint32_t sequence = 0;
    base::ByteView payload;
};

// The messages of one datagram. ok() is false after one whose length cannot be true; that and the rest are not given
// out.
class MessageReader {
public:
    explicit MessageReader(base::ByteView datagram) : rest_(datagram) {}
    std::optional<Message> next();
    bool ok() const { return ok_; }

private:
    base::ByteView rest_;
    bool ok_ = true;
};

// A fixed part, then attributes. Attributes of unknown type are skipped; of a repeated one, the first counts.
class PayloadReader {
public:
    explicit PayloadReader(base::ByteView payload) : rest_(payload) {}

    // The structure at the start; zeros where the payload is too short. Call once, before attribute().
    template <Plain T>
    T fixed() {
        T value{};
        const base::ByteView bytes = take(sizeof(T));
        if (bytes.size() == sizeof(T)) std::memcpy(&value, bytes.data(), sizeof(T));
        return value;
    }
    // Empty where there is none: no attribute asked for here may be empty itself.
    base::ByteView attribute(std::uint16_t type);
    // The structure at the start of an attribute into `out`; false where there is none. One that is too short is an
    // error. For structures with a flexible end, which an optional cannot hold.
    template <Plain T>
    bool attribute_into(std::uint16_t type, T& out) {
        const base::ByteView bytes = attribute(type);
        if (!bytes.empty() && bytes.size() < sizeof(T)) ok_ = false;
        if (bytes.size() < sizeof(T)) return false;
        std::memcpy(&out, bytes.data(), sizeof(T));
        return true;
    }
    // The same as a value; nullopt where there is none.
    template <Plain T>
    std::optional<T> attribute_as(std::uint16_t type) {
        T value{};
        return attribute_into(type, value) ? std::optional<T>(value) : std::nullopt;
    }
    // All the structures that an attribute consists of, of which there may be `most`; more are left out. A last one
    // that is cut off is an error.
    template <Plain T>
    std::vector<T> attributes_as(std::uint16_t type, std::size_t most) {
        base::ByteView bytes = attribute(type);
        if (bytes.size() % sizeof(T) != 0) ok_ = false;
        std::vector<T> values(ok_ ? std::min(bytes.size() / sizeof(T), most) : 0);
        if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
        return values;
    }
    bool ok() const { return ok_; }

private:
    base::ByteView take(std::size_t size);

    base::ByteView rest_;
    bool ok_ = true;
};

}  // namespace xfrmd::netlink
