#include "daemon/attributes/resolver.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>
#include <utility>

#include "daemon/attributes/replace_file.h"
#include "daemon/spawn.h"

namespace xfrmd::daemon {

namespace {

namespace fs = std::filesystem;
using Servers = std::vector<base::Address>;

constexpr std::string_view kMark = "  # by xfrmd";
constexpr std::chrono::seconds kPatience{10};

enum class Way : std::uint8_t { resolvconf, resolved, file };

bool is_program(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

// systemd has a resolvconf(8), too. It takes real interfaces only, and none of `lo`.
bool is_of_systemd(const std::string& program) {
    std::error_code error;
    return fs::canonical(program, error).filename() == "resolvectl";
}

Way way_of(const ResolveOptions& options) {
    std::error_code error;
    if (!options.resolvconf.empty()) return Way::resolvconf;
    if (is_program(options.found_resolvconf) && !is_of_systemd(options.found_resolvconf)) return Way::resolvconf;
    return is_program(options.resolvectl) && fs::is_directory(options.resolved, error) ? Way::resolved : Way::file;
}

void add(Servers& all, const Servers& more) {
    for (const base::Address& server : more) {
        if (std::ranges::find(all, server) == all.end()) all.push_back(server);
    }
}

Servers for_all_domains(const std::vector<NameService>& services) {
    Servers all;
    for (const NameService& service : services) {
        if (service.domains.empty()) add(all, service.servers);
    }
    return all;
}

std::string lines_of(const Servers& servers, std::string_view mark) {
    std::string lines;
    for (const base::Address& server : servers) lines += "nameserver " + server.to_string() + std::string(mark) + "\n";
    return lines;
}

std::string run(Program program, const std::string& input = {}) {
    program.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    return run_to_end(program, input, kPatience);
}

}  // namespace

bool can_split_dns(const ResolveOptions& options) { return options.load && way_of(options) == Way::resolved; }

std::string Resolver::use(const std::vector<NameService>& services) {
    const Way way = way_of(options_);
    if (way == Way::resolved) return tell_resolved(services);
    const Servers servers = for_all_domains(services);
    return way == Way::resolvconf ? tell_resolvconf(servers) : write_file(servers);
}

// What is not there cannot be taken away, which programs may complain about.
void Resolver::clear_leftovers(const std::set<std::string>& devices) {
    const Way way = way_of(options_);
    if (way == Way::resolved) devices_.insert(devices.begin(), devices.end());
    if (way == Way::resolvconf) tell_resolvconf({});
    if (way == Way::file) write_file({});
}

std::string Resolver::tell_resolvconf(const Servers& servers) const {
    const std::string command = options_.resolvconf.empty() ? options_.found_resolvconf : options_.resolvconf;
    const std::string verb = servers.empty() ? "-d" : "-a";
    const std::string wrong =
        run({"/bin/sh", {"-c", command + " \"$@\"", "sh", verb, options_.interface}}, lines_of(servers, {}));
    return wrong.empty() ? wrong : command + ": " + wrong;
}

std::string Resolver::ask_resolved(std::vector<std::string> words) const {
    const std::string what = options_.resolvectl + " " + words[0] + " " + words[1];
    const std::string wrong = run({options_.resolvectl, std::move(words)});
    return wrong.empty() ? wrong : what + ": " + wrong;
}

// RFC 8598 5: names of these domains are asked of these servers, all others of those that were there. "~.": what other
// interfaces have no domain for.
std::string Resolver::tell_resolved(const std::vector<NameService>& services) {
    std::map<std::string, std::pair<Servers, std::set<std::string>>> wanted;
    for (const NameService& service : services) {
        auto& [servers, domains] = wanted[service.device];
        add(servers, service.servers);
        for (const std::string& domain : service.domains) domains.insert("~" + domain);
        if (service.domains.empty()) domains.insert("~.");
    }
    std::string wrong;
    const auto note = [&wrong](const std::string& text) {
        wrong += wrong.empty() || text.empty() ? text : "; " + text;
    };
    for (const std::string& device : std::exchange(devices_, {})) {
        if (!wanted.contains(device)) note(ask_resolved({"revert", device}));
    }
    for (const auto& [device, service] : wanted) {
        std::vector<std::string> words{"dns", device};
        for (const base::Address& server : service.first) words.push_back(server.to_string());
        note(ask_resolved(std::move(words)));
        words = {"domain", device};
        words.insert(words.end(), service.second.begin(), service.second.end());
        note(ask_resolved(std::move(words)));
        devices_.insert(device);
    }
    return wrong;
}

std::string Resolver::write_file(const Servers& servers) const {
    const std::string& file = options_.file;
    std::error_code error;
    if (fs::is_symlink(file, error)) return servers.empty() ? "" : file + ": it is a link, and not ours to write";
    std::string before;
    std::string text = lines_of(servers, kMark);
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        before += line + "\n";
        if (!line.ends_with(kMark)) text += line + "\n";
    }
    in.close();
    if (text == before) return {};
    const std::string wrong = replace_file(file, text);
    return wrong.empty() ? wrong : file + ": " + wrong;
}

}  // namespace xfrmd::daemon
