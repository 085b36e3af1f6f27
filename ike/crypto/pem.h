// The textual encoding of keys and certificates (RFC 7468, RFC 1421 for its headers), as operators keep them in files.
// Text around the blocks is passed over. Internal to ike/crypto.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/bytes.h"
#include "ike/base/result.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::crypto {

struct PemBlock {
    std::string label;  // "PRIVATE KEY"
    std::map<std::string, std::string> headers;
    base::SecretBytes contents;  // what the base64 stands for
};

// Does the file look like text with such blocks, rather than DER?
bool is_pem(base::ByteView file);

// In their order. Error: ConfigurationInvalid, for a block that is not closed or not base64.
base::Result<std::vector<PemBlock>> read_pem(base::ByteView file);

}  // namespace xfrmd::crypto
