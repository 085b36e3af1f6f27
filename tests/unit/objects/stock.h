// The set, and short ways to fill it as files and clients do.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "daemon/objects/objects.h"
#include "tests/unit/config/memory_files.h"

namespace xfrmd::daemon {

struct Stock {
    void take_files(const std::string& text) {
        auto loaded = load_swanctl(MemoryFiles({{"/s.conf", text}}), "/s.conf");
        REQUIRE(loaded);
        objects.take_files(std::move(*loaded));
    }

    // "" or what the client hears. `fill` says what is in the section.
    template <typename Fill>
    std::string load(const std::string& name, Fill fill) {
        settings::Document document = settings::document_of("client");
        settings::Section& section = document.root->open(name);
        section.open("local").set("auth", "psk");
        section.open("remote").set("auth", "psk");
        fill(section);
        const auto answer = objects.load_connection(document, section);
        if (answer) return {};
        reason = answer.error().reason;
        return answer.error().text;
    }
    std::string load(const std::string& name) {
        return load(name, [](settings::Section&) {});
    }

    std::string names() {
        std::string all;
        for (const auto& connection : objects.snapshot()->connections()) all += connection.name + " ";
        return all;
    }

    MemoryFiles files;
    int changes = 0;
    std::string lack;
    std::string reason;  // of the last refusal, for the log
    std::string objection;
    Objects objects{files,
                    {},
                    {[this](const policy::Connection&) { return lack; },
                     [this](const std::vector<policy::Pool>&) { return objection; }, [this] { ++changes; }}};
};

inline std::string gateway(const std::string& name, const std::string& settings = {}) {
    return "connections { " + name + " {\n" + settings + "\nlocal { auth = psk }\nremote { auth = psk }\n} }\n";
}

template <typename T>
std::string refusal(const Answer<T>& answer) {
    return answer ? std::string() : answer.error().text;
}

}  // namespace xfrmd::daemon
