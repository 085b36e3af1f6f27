#include "ike/crypto/chacha_random.h"

#include <exception>

#include <botan/chacha_rng.h>
#include <botan/system_rng.h>

namespace xfrmd::crypto {

using base::Result;

namespace {

// Requests between two seedings; a handshake makes about ten.
constexpr std::size_t kReseedInterval = 4096;

}  // namespace

struct ChaChaRandom::Impl {
    Botan::System_RNG system;
    // Compares the process id at each request, and so notices a fork by itself.
    Botan::ChaCha_RNG generator{system, kReseedInterval};
};

ChaChaRandom::ChaChaRandom(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChaChaRandom::~ChaChaRandom() = default;

Result<std::unique_ptr<ChaChaRandom>> ChaChaRandom::make() {
    try {
        auto impl = std::make_unique<Impl>();
        // The first draw seeds the generator and lets it note the process id (a call to reseed it would not, in
        // Botan 3.12).
        impl->generator.next_byte();
        return std::unique_ptr<ChaChaRandom>(new ChaChaRandom(std::move(impl)));
    } catch (const std::exception& error) {
        return base::fail(base::Reason::InternalInconsistency, error.what());
    }
}

void ChaChaRandom::fill(std::span<std::uint8_t> out) noexcept {
    if (!out.empty()) impl_->generator.randomize(out);
}

}  // namespace xfrmd::crypto
