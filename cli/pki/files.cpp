#include "cli/pki/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "cli/pki/descriptor.h"

namespace xfrmd::cli::pki {

namespace fs = std::filesystem;

namespace {

Outcome<base::SecretBytes> read_all(int fd, const std::string& path, std::size_t most) {
    base::SecretBytes buffer(most + 1);
    std::size_t size = 0;
    while (size <= most) {
        const auto count = ::read(fd, buffer.writable().data() + size, buffer.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_trouble("cannot read " + path, errno);
        if (count == 0) return buffer.slice(0, size);
        size += static_cast<std::size_t>(count);
    }
    return trouble(kFile, path + " has more than " + std::to_string(most) + " bytes", "");
}

}  // namespace

Outcome<base::SecretBytes> read_file(const std::string& path, std::size_t most) {
    const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return system_trouble("cannot read " + path, errno);
    return read_all(fd.get(), path, most);
}

Outcome<base::SecretBytes> read_input(std::size_t most) { return read_all(STDIN_FILENO, "standard input", most); }

Outcome<base::SecretBytes> read_passphrase(const std::string& path) {
    constexpr std::size_t kLongest = 4096;
    const auto file = read_file(path, kLongest);
    if (!file) return tl::unexpected(file.error());
    const base::ByteView all = file->view();
    const auto end = std::find_if(all.begin(), all.end(), [](std::uint8_t c) { return c == '\n' || c == '\r'; });
    if (end == all.begin())
        return trouble(kUnusable, path + " begins with an empty line", "its first line is the passphrase");
    return file->slice(0, static_cast<std::size_t>(end - all.begin()));
}

Outcome<std::vector<std::string>> files_of(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
    std::vector<std::string> files;
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
        const bool hidden = at->path().filename().string().starts_with('.');
        std::error_code unknown;
        if (!hidden && at->is_regular_file(unknown)) files.push_back(at->path().string());
    }
    if (error) return system_trouble("cannot read " + path, error.value());
    std::sort(files.begin(), files.end());
    return files;
}

std::string stem_of(const std::string& path) { return fs::path(path).stem().string(); }

}  // namespace xfrmd::cli::pki
