#include "cli/render.h"
#include "cli/text.h"

namespace xfrmd::cli {

namespace {

std::string sentence(const std::string& noun, const std::string& name, const std::string& what) {
    return noun + " " + terminal_safe(name) + what + "\n";
}

}  // namespace

std::string render_loaded(const std::string& noun, const Json& result) {
    return sentence(noun, text_of(result, "name"), " is loaded");
}

std::string render_unloaded(const std::string& noun, const std::string& name) {
    return sentence(noun, name, " is unloaded");
}

std::string render_key(const Json& result) { return sentence("key", text_of(result, "id"), " is loaded"); }

std::string render_objects(const Json& items, Style style) {
    Table table({{"KIND"}, {"NAME"}, {"FROM"}});
    for (const Json& row : items) {
        table.add({text_of(row, "kind"), or_dash(text_of(row, "name")), text_of(row, "from")});
    }
    return table.render(style) + counted(items.size(), "object") + "\n";
}

}  // namespace xfrmd::cli
