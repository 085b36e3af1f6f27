// Where peers have proven before who they are. When there are more first requests than can be served, theirs go before
// those of strangers (RFC 8019 4.1). A hint and no more: anybody can send from an address that is not his.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "ike/base/address.h"

namespace xfrmd::ike {

class KnownSources {
public:
    // Of a fixed size: who comes later may take the place of who came first.
    static constexpr std::size_t kPlaces = 65536;

    void note(const base::Address& remote);
    bool has(const base::Address& remote) const;

private:
    std::unique_ptr<std::uint32_t[]> places_;  // a part of each source's hash; nothing before the first
};

}  // namespace xfrmd::ike
