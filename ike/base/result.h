// Errors are values. A Result<T> holds a T or an Error; an Error is a Reason (what went wrong, with a fixed
// disposition) and a sentence for the operator. Details built from a peer's bytes go through base::printable first.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "ike/base/bytes.h"
#include "ike/base/reason.h"

namespace xfrmd::base {

struct Error {
    Reason reason;
    std::string detail;   // one sentence without the reason's own words; may be empty
    Bytes notify_data{};  // what RFC 7296 3.10.1 wants beside the notify type, such as the wanted group

    // "peer chose a transform we did not offer: AES-CBC-128"
    std::string sentence() const;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Reason reason, std::string detail = {}) {
    return tl::unexpected<Error>(Error{reason, std::move(detail), {}});
}

}  // namespace xfrmd::base
