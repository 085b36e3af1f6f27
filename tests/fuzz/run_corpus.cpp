// A fuzz target without libFuzzer: feeds every file below the given folders to it once. Any compiler builds it, so that
// what a fuzzer found stays a ctest case. Fails when it was given nothing to run.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::size_t run_folder(const std::filesystem::path& folder) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<char> content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        // Flushed, so that a crash leaves the name of its input behind.
        std::fprintf(stderr, "%s, %zu bytes\n", entry.path().c_str(), content.size());
        // An exact copy on the heap: the address sanitizer sees the first byte read beyond it.
        const std::vector<std::uint8_t> input(content.begin(), content.end());
        LLVMFuzzerTestOneInput(input.data(), input.size());
        ++files;
    }
    return files;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t files = 0;
    for (int i = 1; i < argc; ++i) files += run_folder(argv[i]);
    std::printf("%zu inputs\n", files);
    return files == 0 ? 1 : 0;
}
