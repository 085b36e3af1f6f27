// What there is in the set and who has loaded it, a page at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/objects/origin.h"

namespace xfrmd::daemon {

enum class ObjectKind : std::uint8_t { connection, secret, key, authority, pool };
inline constexpr std::string_view kObjectKinds[] = {"connection", "secret", "key", "authority", "pool"};
constexpr std::string_view name(ObjectKind kind) { return kObjectKinds[static_cast<std::size_t>(kind)]; }

struct ObjectRow {
    ObjectKind kind = ObjectKind::connection;
    std::string name;  // of a key its id; empty: a secret that came without one
    Origin from = Origin::files;
};

// Where a page begins. Places are given in the order of names' coming, and again when files are read again.
struct ObjectPlace {
    ObjectKind kind = ObjectKind::connection;
    std::uint64_t place = 0;
};

struct ObjectQuery {
    std::optional<ObjectKind> kind = {};
    std::optional<Origin> from = {};
    ObjectPlace at = {};
    std::size_t limit = 100;
};

// `next`: where there are (or may be) others. A page may be short, or empty: no more than so many objects are looked
// at.
struct ObjectPage {
    std::vector<ObjectRow> rows;
    std::optional<ObjectPlace> next = {};
};
inline constexpr std::size_t kMostLookedAt = 10'000;

}  // namespace xfrmd::daemon
