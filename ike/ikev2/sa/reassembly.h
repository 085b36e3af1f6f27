// One message of the peer's that comes in fragments (RFC 7383 2.6), put together from what has been decrypted: so only
// the peer can put anything here. One message at a time; another one takes its place. At most 32 KiB in 64 pieces, and
// not for ever: whoever owns it clears it at forgotten_at().
#pragma once

#include <map>

#include "ike/base/instant.h"
#include "ike/base/result.h"
#include "ike/ikev2/wire/message.h"

namespace xfrmd::ikev2::sa {

struct InnerChain {
    wire::PayloadType first = wire::PayloadType::none;
    base::Bytes bytes;
    base::Bytes prefix =
        {};  // what was authenticated with it, or with the first fragment; of IKE_INTERMEDIATE for sure
};

class Reassembly {
public:
    static constexpr std::size_t kMostBytes = 32768;
    static constexpr std::uint16_t kMostFragments = 64;

    // What is there already is ignored; a larger total begins the message anew (RFC 7383 2.5.2). `forget_at` is for one
    // that begins. Nothing: more are to come. Error: FragmentInvalid.
    base::Result<std::optional<InnerChain>> add(wire::MessageId id, const wire::Encrypted& fragment, base::Bytes inner,
                                                base::Instant forget_at);
    // kNever where nothing is awaited.
    base::Instant forgotten_at() const { return forgotten_at_; }
    void clear() { *this = {}; }

private:
    InnerChain join();

    wire::MessageId id_{};
    std::uint16_t total_ = 0;  // 0: nothing is awaited
    std::map<std::uint16_t, base::Bytes> pieces_;
    std::size_t bytes_ = 0;
    wire::PayloadType first_inner_ = wire::PayloadType::none;
    base::Bytes prefix_;
    base::Instant forgotten_at_ = base::kNever;
};

}  // namespace xfrmd::ikev2::sa
