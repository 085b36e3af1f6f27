// xfrmctl pki within a test: a folder of its own, what is in it afterwards, and somebody who types passphrases.
#pragma once

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "ike/crypto/certificate.h"
#include "ike/crypto/chacha_random.h"
#include "ike/crypto/private_key.h"
#include "tests/unit/cli/run_harness.h"

namespace xfrmd::cli {

class PkiFolder {
public:
    PkiFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "xfrmctl-pki-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
        path_ = name;
    }
    ~PkiFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    PkiFolder(const PkiFolder&) = delete;
    PkiFolder& operator=(const PkiFolder&) = delete;

    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }

    std::string read(const std::string& name) const {
        std::ifstream in(path_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string write(const std::string& name, std::string_view text) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
        return *this / name;
    }
    bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }
    unsigned mode(const std::string& name) const {
        struct stat status{};
        return stat((path_ / name).c_str(), &status) == 0 ? status.st_mode & 07777u : 0u;
    }
    // All files, hidden ones too, as "x509/moon.pem".
    std::vector<std::string> files() const {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
            if (entry.is_regular_file()) all.push_back(entry.path().lexically_relative(path_).string());
        }
        std::sort(all.begin(), all.end());
        return all;
    }
    crypto::Certificate certificate(const std::string& name) const {
        return crypto::Certificate::load(base::as_bytes(read(name))).value().front();
    }

private:
    std::filesystem::path path_;
};

struct PkiRun {
    ExitCode code = ExitCode::ok;
    std::string out;
    std::string err;

    Json json() const { return Json::parse(out); }
};

// `typed`: what somebody answers on the terminal, one after the other.
inline PkiRun run_pki(std::vector<std::string> arguments, std::deque<std::string> typed = {}) {
    arguments.insert(arguments.begin(), "pki");
    std::ostringstream out;
    std::ostringstream err;
    Surroundings around{out,
                        err,
                        false,
                        false,
                        false,
                        [](const char*) { return std::optional<std::string>(); },
                        [&typed](const std::string&) -> std::optional<base::SecretBytes> {
                            if (typed.empty()) return std::nullopt;
                            base::SecretBytes secret(base::as_bytes(typed.front()));
                            typed.pop_front();
                            return secret;
                        }};
    const ExitCode code = run(arguments, around);
    return {code, out.str(), err.str()};
}

inline base::Result<crypto::PrivateKey> load_key(const std::string& text, const base::SecretBytes* passphrase) {
    const auto random = crypto::ChaChaRandom::make();
    return crypto::PrivateKey::load(base::as_bytes(text), passphrase, *random.value());
}

}  // namespace xfrmd::cli
