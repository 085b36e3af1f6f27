// Tokens of SoftHSM in a folder of their own. SoftHSM and OpenSC's pkcs11-tool are what scripts/setup installs.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/config/token_reader.h"
#include "tests/support/test_certificate.h"

namespace xfrmd::tests {

inline constexpr const char* kSoftHsm = "/usr/lib/softhsm/libsofthsm2.so";
inline constexpr const char* kPin = "1234";

class SoftTokens {
public:
    // This process's modules have these tokens from now on.
    SoftTokens();
    ~SoftTokens();
    SoftTokens(const SoftTokens&) = delete;
    SoftTokens& operator=(const SoftTokens&) = delete;

    void add(const std::string& label) const;
    // PKCS#8, certificate or SubjectPublicKeyInfo, in DER. `handle` in hexadecimal.
    void add_private_key(const std::string& label, const std::string& handle, const base::Bytes& der,
                         const std::string& options = "") const;
    void add_certificate(const std::string& label, const std::string& handle, const base::Bytes& der) const;
    void add_public_key(const std::string& label, const std::string& handle, const base::Bytes& der) const;
    // As if somebody pulled them all, and put them back.
    void remove() const;
    void put_back() const;

private:
    void write(const std::string& label, const std::string& handle, const std::string& type, const base::Bytes& der,
               const std::string& options = "") const;
    void run(const std::string& command) const;

    std::filesystem::path folder_;
};

base::SecretBytes pin(std::string_view text = kPin);
daemon::TokenObject object(base::Bytes handle, std::optional<std::uint64_t> slot = {});

}  // namespace xfrmd::tests
