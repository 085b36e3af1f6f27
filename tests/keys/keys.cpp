// Prints docs/swanctl-keys.md, every key of swanctl.conf as the table in the code has it. With a file's name: fails if
// the file says anything else.
#include <array>
#include <optional>
#include <sstream>
#include <string>

#include "daemon/config/swanctl_key.h"
#include "tests/support/document.h"

namespace {

using namespace xfrmd::daemon;

constexpr const char* kHead = R"(# Every key of swanctl.conf

<!-- Made by build/dev/tests/keys/keys from the table in daemon/config/swanctl_keys.cpp. A test compares. -->

strongSwan's keys, and xfrmd's own. A key, or one of its values, is

* **honoured**: it does what strongSwan's documentation says ([swanctl.conf.md](swanctl.conf.md) has the defaults and what differs),
* **accepted**: it has no effect here, for the reason that is told; one warning says so, wherever it stands,
* **not yet**: refused by name, with file, line and column, and with it the whole configuration: traffic or security would depend
  on it.

`key =` without a value gives back the default and is never refused.
)";

constexpr std::array<std::string_view, 13> kKinds{"yes or no",
                                                  "number",
                                                  "time",
                                                  "bytes",
                                                  "word",
                                                  "actions",
                                                  "value/mask",
                                                  "number",
                                                  "6 binary digits",
                                                  "number",
                                                  "method and constraints",
                                                  "list",
                                                  "text"};

std::string code(std::string_view words) {
    std::string text;
    for (const std::string_view word : split_words(words)) {
        text += (text.empty() ? "" : ", ") + ("`" + std::string(word) + "`");
    }
    return text;
}

std::string values(const Key& key) {
    const std::string words = key.words == "no false disabled 0 yes true enabled 1 encap" ? "no yes encap" : "";
    std::string text = code(words.empty() ? key.words : words);
    if (key.kind == Kind::word) return text;
    std::string kind(kKinds.at(static_cast<std::size_t>(key.kind)));
    if (key.kind == Kind::if_id) text = code("%unique %unique-dir");
    if (key.kind == Kind::padding) text = code("mtu");
    return text.empty() ? kind : kind + ": " + text;
}

// Those of a key's words that are neither accepted nor idle.
std::string refused_words(const Key& key) {
    if (key.accepted.empty() || key.idle == "*") return {};
    const std::string_view all = key.kind == Kind::boolean ? "yes no" : key.words;
    std::string refused;
    for (const std::string_view word : split_words(all)) {
        const bool is_taken = has_word(key.accepted, word) || has_word(key.idle, word);
        if (!is_taken) refused += (refused.empty() ? "" : " ") + std::string(word);
    }
    return refused;
}

std::string state(const Key& key) {
    const std::string refused = refused_words(key);
    const std::string rest = refused.empty() ? "" : "not yet: " + code(refused);
    if (key.set == nullptr && key.kind == Kind::boolean && !rest.empty()) return rest;
    if (key.set == nullptr && key.accepted.empty() && key.idle.empty()) return "not yet";
    return (key.idle.empty() ? "honoured" : "accepted") + (rest.empty() ? "" : "; " + rest);
}

std::string keys() {
    std::ostringstream out;
    out << kHead;
    std::optional<Place> place;
    for (const Key& key : all_keys()) {
        if (place != key.place) {
            out << "\n## " << pattern_of(key.place) << (key.place >= Place::manual ? " (our own)" : "") << "\n\n"
                << "| key | values | state | |\n|---|---|---|---|\n";
        }
        place = key.place;
        out << "| `" << key.name << "` | " << values(key) << " | " << state(key) << " | " << key.note << " |\n";
    }
    return out.str();
}

}  // namespace

int main(int count, char** arguments) { return xfrmd::tests::print_or_compare(keys(), count, arguments); }
