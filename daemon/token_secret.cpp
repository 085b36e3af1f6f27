#include "daemon/token_secret.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "ike/crypto/chacha_random.h"

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kSize = 32;
constexpr mode_t kMode = 0600;
constexpr mode_t kFolderMode = 0700;
constexpr mode_t kOfOthers = 0077;

std::string last_error() { return std::generic_category().message(errno); }

void make_folder_of(const std::string& path) {
    const std::string folder = path.substr(0, path.rfind('/'));
    if (!folder.empty()) mkdir(folder.c_str(), kFolderMode);  // what is wrong shows when the file is opened
}

// Why it cannot be trusted.
std::optional<std::string> distrust(const struct stat& status) {
    if (!S_ISREG(status.st_mode)) return "it is not a regular file";
    if (status.st_uid != geteuid()) return "it belongs to somebody else";
    if ((status.st_mode & kOfOthers) != 0) return "others than its owner may read or change it";
    if (status.st_size != 0 && status.st_size != kSize) return "it is not of " + std::to_string(kSize) + " octets";
    return std::nullopt;
}

tl::expected<base::SecretBytes, std::string> read_secret(int file) {
    base::SecretBytes secret(kSize);
    if (pread(file, secret.writable().data(), kSize, 0) == static_cast<ssize_t>(kSize)) return secret;
    return tl::unexpected<std::string>("it cannot be read: " + last_error());
}

tl::expected<base::SecretBytes, std::string> write_secret(int file) {
    const auto random = crypto::ChaChaRandom::make();
    if (!random) return tl::unexpected(random.error().sentence());
    base::SecretBytes secret(kSize);
    (*random)->fill(secret.writable());
    const bool is_written = pwrite(file, secret.view().data(), kSize, 0) == static_cast<ssize_t>(kSize);
    if (is_written && fsync(file) == 0) return secret;
    const std::string why = last_error();
    return tl::unexpected("it cannot be written: " + why);
}

// A file that was made, but not written before the power failed, has no length, or nothing but zeros in it.
bool is_blank(const base::SecretBytes& secret) {
    return std::ranges::all_of(secret.view(), [](std::uint8_t octet) { return octet == 0; });
}

tl::expected<base::SecretBytes, std::string> secret_in(int file) {
    struct stat status{};
    if (fstat(file, &status) != 0) return tl::unexpected(last_error());
    if (const auto reason = distrust(status)) return tl::unexpected(*reason);
    if (flock(file, LOCK_EX | LOCK_NB) != 0) return tl::unexpected<std::string>("another xfrmd uses it");
    if (status.st_size == 0) return write_secret(file);
    auto secret = read_secret(file);
    return secret && is_blank(*secret) ? write_secret(file) : std::move(secret);
}

}  // namespace

tl::expected<TokenSecret, std::string> TokenSecret::open(const std::string& path) {
    make_folder_of(path);
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, kMode));
    if (!file.is_open()) return tl::unexpected("cannot open " + path + ": " + last_error());
    auto secret = secret_in(file.number());
    if (!secret) return tl::unexpected(path + " is not used: " + secret.error());
    return TokenSecret(std::move(file), std::move(*secret));
}

}  // namespace xfrmd::daemon
