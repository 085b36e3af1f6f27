// Prints docs/strongswan-options.md, every option of strongswan.conf that the table in the code has. With a file's
// name: fails if the file says anything else.
#include <sstream>
#include <string>

#include "daemon/config/strongswan_option.h"
#include "tests/support/document.h"

namespace {

using namespace xfrmd::daemon;

constexpr const char* kHead = R"(# Options of strongswan.conf

<!-- Made by build/dev/tests/keys/options from the table in daemon/config/strongswan_table.cpp. A test compares. -->

What xfrmd makes of the options in strongSwan's section `charon`; [strongswan.conf.md](strongswan.conf.md) has the rest. An option is

* **honoured**; the text names what of `xfrmd --help` goes over it, and the values,
* **without effect**, for the reason that is told: a line of `--debug` says so, unless the option has the value that is named,
* **without effect, with a warning**, where traffic or security may depend on it.

| option | | |
|---|---|---|
)";

std::string state(const StrongswanOption& option) {
    if (option.set != nullptr) return "honoured";
    const std::string loud = option.weight == Weight::warning ? ", with a warning" : "";
    return "without effect" + loud + (option.usual.empty() ? "" : ", unless `" + std::string(option.usual) + "`");
}

std::string options() {
    std::ostringstream out;
    out << kHead;
    for (const StrongswanOption& option : strongswan_options()) {
        out << "| `" << option.name << "` | " << state(option) << " | " << option.note << " |\n";
    }
    return out.str();
}

}  // namespace

int main(int count, char** arguments) { return xfrmd::tests::print_or_compare(options(), count, arguments); }
