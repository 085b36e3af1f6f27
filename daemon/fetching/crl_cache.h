// CRLs that were fetched, as files in a folder, so that a restart does not need their servers: each named by the hash
// of its URI, at most kMostFiles and kMostBytes of them, of which the oldest go first. Nothing in there is believed: an
// engine judges it as if it had just come. What is no CRL, or cannot be read, is as if it were not there.
#pragma once

#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "ike/base/bytes.h"
#include "ike/crypto/certificate.h"

namespace xfrmd::daemon {

class CrlCache {
public:
    struct Limits {
        std::size_t files = 1024;
        std::size_t bytes = std::size_t{256} << 20;
    };
    struct Kept {
        base::Bytes body;
        crypto::WallClock next_update;  // as it says
    };

    CrlCache() = default;  // without a folder: keeps nothing
    // The path's last folder is made where it is missing. It has to be ours, and nobody else's to write to. The error
    // is one sentence, with the path.
    static tl::expected<CrlCache, std::string> open(const std::string& folder, Limits limits);
    static tl::expected<CrlCache, std::string> open(const std::string& folder) { return open(folder, Limits{}); }

    std::optional<Kept> find(const std::string& uri) const;
    // What is no CRL, or over already, is not kept. The error is one sentence.
    tl::expected<void, std::string> keep(const std::string& uri, base::ByteView body, crypto::WallClock now) const;

private:
    CrlCache(std::string folder, Limits limits) : folder_(std::move(folder)), limits_(limits) {}
    std::string path_of(const std::string& uri) const;
    void make_room() const;

    std::string folder_;
    Limits limits_;
};

}  // namespace xfrmd::daemon
