// bench_credentials KEYS FOLDER: what the gateway of a Fleet has, as files below that folder, named as swanctl's: its
// certificate, its key, and the CA's certificate.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <botan/pem.h>

#include "tests/bench/fleet.h"

namespace {

using namespace xfrmd;

void write(const std::filesystem::path& path, const base::Bytes& der, const char* label) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path);
    file << Botan::PEM_Code::encode(der, label);
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void write_all(const bench::Fleet& fleet, const std::filesystem::path& folder) {
    write(folder / "x509ca" / "ca.pem", fleet.authority().der(), "CERTIFICATE");
    write(folder / "x509" / "gateway.pem", fleet.gateway().der(), "CERTIFICATE");
    write(folder / "private" / "gateway.pem", fleet.gateway_key().pkcs8(), "PRIVATE KEY");
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 3) throw std::runtime_error("usage: bench_credentials KEYS FOLDER");
        write_all(bench::Fleet(argv[1]), argv[2]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_credentials: %s\n", error.what());
        return 1;
    }
}
