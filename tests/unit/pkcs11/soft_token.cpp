#include "tests/unit/pkcs11/soft_token.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace xfrmd::tests {

SoftTokens::SoftTokens() {
    std::string name = (std::filesystem::temp_directory_path() / "tokens.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for tokens");
    folder_ = name;
    std::filesystem::create_directory(folder_ / "tokens");
    std::ofstream(folder_ / "softhsm2.conf")
        << "directories.tokendir = " << (folder_ / "tokens").string() << "\nlog.level = ERROR\n";
    setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
}

SoftTokens::~SoftTokens() { std::filesystem::remove_all(folder_); }

void SoftTokens::run(const std::string& command) const {
    const std::string log = (folder_ / "log").string();
    if (std::system((command + " >" + log + " 2>&1").c_str()) == 0) return;
    const std::ifstream file(log);
    std::string text(std::istreambuf_iterator<char>(file.rdbuf()), {});
    throw std::runtime_error(command + ": " + text);
}

void SoftTokens::add(const std::string& label) const {
    run("softhsm2-util --init-token --free --label " + label + " --so-pin 87654321 --pin " + kPin);
}

void SoftTokens::write(const std::string& label, const std::string& handle, const std::string& type,
                       const base::Bytes& der, const std::string& options) const {
    const std::string file = (folder_ / "object").string();
    std::ofstream(file, std::ios::binary) << base::as_text(der);
    run(std::string("pkcs11-tool --module ") + kSoftHsm + " --token-label " + label + " --login --pin " + kPin +
        " --write-object " + file + " --type " + type + " --id " + handle + " " + options);
}

void SoftTokens::add_private_key(const std::string& label, const std::string& handle, const base::Bytes& der,
                                 const std::string& options) const {
    write(label, handle, "privkey", der, options);
}

void SoftTokens::add_certificate(const std::string& label, const std::string& handle, const base::Bytes& der) const {
    write(label, handle, "cert", der);
}

void SoftTokens::add_public_key(const std::string& label, const std::string& handle, const base::Bytes& der) const {
    write(label, handle, "pubkey", der);
}

void SoftTokens::remove() const { std::filesystem::rename(folder_ / "tokens", folder_ / "gone"); }

void SoftTokens::put_back() const { std::filesystem::rename(folder_ / "gone", folder_ / "tokens"); }

base::SecretBytes pin(std::string_view text) { return base::SecretBytes(base::as_bytes(text)); }

daemon::TokenObject object(base::Bytes handle, std::optional<std::uint64_t> slot) {
    return {kSoftHsm, slot, std::move(handle)};
}

}  // namespace xfrmd::tests
