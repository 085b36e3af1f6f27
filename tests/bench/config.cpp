// bench_config N...: what it takes to have N connections with a pre-shared key each: read from a file, read again
// unchanged, and taken from a client's messages, one after the other, without a socket. One line of JSON for each N.
// bench_config --write N: such a swanctl.conf.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "daemon/objects/objects.h"
#include "ike/base/bytes.h"

namespace {

using namespace xfrmd;
using daemon::settings::Section;

constexpr int kBetween = 1000;  // connections that a client loads while one snapshot is made

std::string address(int number) {
    return "10." + std::to_string(number >> 16) + "." + std::to_string((number >> 8) & 255) + "." +
           std::to_string(number & 255);
}

std::string peer(int number) { return "peer" + std::to_string(number) + ".example.org"; }

std::string conf(int count) {
    std::string connections = "connections {\n";
    std::string secrets = "secrets {\n";
    for (int i = 0; i < count; ++i) {
        const std::string n = std::to_string(i);
        connections +=
            "    conn" + n + " {\n        version = 2\n        remote_addrs = " + address(i) +
            "\n        local {\n            auth = psk\n            id = gw.example.org\n        }\n" +
            "        remote {\n            auth = psk\n            id = " + peer(i) +
            "\n        }\n        children {\n            net {\n                local_ts = 172.16.0.0/16\n" +
            "                remote_ts = " + address(i) + "/32\n            }\n        }\n    }\n";
        secrets +=
            "    ike-" + n + " {\n        id = " + peer(i) + "\n        secret = \"secret of " + n + "\"\n    }\n";
    }
    return connections + "}\n" + secrets + "}\n";
}

class OneFile final : public daemon::Files {
public:
    explicit OneFile(std::string text) : text_(std::move(text)) {}
    base::Result<daemon::FileText> read(const std::string&, std::size_t) const override {
        return daemon::FileText{text_, false};
    }
    base::Result<std::vector<std::string>> glob(const std::string&) const override {
        return std::vector<std::string>{};
    }

private:
    std::string text_;
};

void fill(Section& section, int number) {
    section.set("version", "2");
    section.set_list("remote_addrs", {address(number)});
    Section& local = section.open("local");
    local.set("auth", "psk");
    local.set("id", "gw.example.org");
    Section& remote = section.open("remote");
    remote.set("auth", "psk");
    remote.set("id", peer(number));
    Section& child = section.open("children").open("net");
    child.set_list("local_ts", {"172.16.0.0/16"});
    child.set_list("remote_ts", {address(number) + "/32"});
}

template <typename T>
void must(const daemon::Answer<T>& answer) {
    if (!answer) throw std::runtime_error(answer.error().text + " " + answer.error().reason);
}

void load(daemon::Objects& objects, int count) {
    for (int i = 0; i < count; ++i) {
        const std::string secret = "secret of " + std::to_string(i);
        must(objects.load_shared(
            {"ike-" + std::to_string(i), "ike", base::SecretBytes(base::as_bytes(secret)), {peer(i)}}));
        if (i % kBetween == 0) objects.snapshot();
    }
    for (int i = 0; i < count; ++i) {
        daemon::settings::Document document = daemon::settings::document_of("client");
        Section& section = document.root->open("conn" + std::to_string(i));
        fill(section, i);
        must(objects.load_connection(document, section));
        if (i % kBetween == 0) objects.snapshot();
    }
    objects.snapshot();
}

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

nlohmann::json measure(int count) {
    const OneFile file(conf(count));
    const daemon::Objects::Circumstances nothing_lacks{[](const policy::Connection&) { return std::string(); },
                                                       [](const std::vector<policy::Pool>&) { return std::string(); },
                                                       [] {}};
    daemon::Objects objects(file, {}, nothing_lacks);
    const auto read = [&] {
        auto loaded = daemon::load_swanctl(file, "/swanctl.conf");
        if (!loaded) throw std::runtime_error(daemon::print(loaded.error()));
        objects.take_files(std::move(*loaded));
        objects.snapshot();
    };
    daemon::Objects clients(file, {}, nothing_lacks);
    nlohmann::json row;
    const std::string n = std::to_string(count);
    row["file_" + n + "_s"] = seconds_of(read);
    row["file_again_" + n + "_s"] = seconds_of(read);
    row["messages_" + n + "_s"] = seconds_of([&] { load(clients, count); });
    row["messages_again_" + n + "_s"] = seconds_of([&] { load(clients, count); });
    return row;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string first = argc > 1 ? argv[1] : "";
        if (first == "--write" && argc == 3) {
            std::fputs(conf(std::atoi(argv[2])).c_str(), stdout);
            return 0;
        }
        for (int i = 1; i < argc; ++i) std::printf("%s\n", measure(std::atoi(argv[i])).dump().c_str());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_config: %s\n", error.what());
        return 1;
    }
}
