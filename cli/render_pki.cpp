#include "cli/render_pki.h"

#include <algorithm>

#include "cli/text.h"

namespace xfrmd::cli {

namespace {

std::string line(std::string name, std::string_view value) {
    constexpr std::size_t kNameWidth = 20;
    std::replace(name.begin(), name.end(), '_', ' ');
    name.resize(std::max(kNameWidth, name.size() + 1), ' ');
    return "  " + name + terminal_safe(value) + "\n";
}

std::string written(const std::string& file) { return line("wrote", file); }

// A value in one line, a list in several.
std::string fact(const std::string& name, const Json& value) {
    if (value.is_boolean()) return line(name, value.get<bool>() ? "yes" : "no");
    if (value.is_string()) return line(name, value.get<std::string>());
    if (value.empty()) return line(name, "-");
    std::string out;
    for (const Json& one : value) out += line(out.empty() ? name : "", one.is_string() ? one.get<std::string>() : "");
    return out;
}

std::string heading(const Json& item) {
    std::string kind = text_of(item, "kind");
    std::replace(kind.begin(), kind.end(), '_', ' ');
    return (kind == "crl" ? "CRL of" : kind) + " " + terminal_safe(text_of(item, "title")) + "\n";
}

}  // namespace

std::string render_issued(const Json& issued) {
    std::string out = "made " + terminal_safe(text_of(issued, "subject")) + ", valid until " +
                      terminal_safe(text_of(issued, "not_after")) + "\n";
    for (const std::string& file : texts_of(issued, "files")) out += written(file);
    return out;
}

std::string render_revoked(const Json& revoked) {
    return "made CRL " + std::to_string(number_of(revoked, "number")) + " of " +
           terminal_safe(text_of(revoked, "issuer")) + " with " +
           counted(number_of(revoked, "size"), "revoked certificate") + "; the next one is due by " +
           terminal_safe(text_of(revoked, "next_update")) + "\n" + written(text_of(revoked, "file"));
}

std::string render_descriptions(const Json& items) {
    std::string out;
    for (const Json& item : items) {
        out += heading(item);
        for (const auto& one : item.items()) {
            if (one.key() != "kind" && one.key() != "title") out += fact(one.key(), one.value());
        }
    }
    return out;
}

std::string render_verified(const Json& verified) {
    std::string out;
    for (const Json& one : list_of(verified, "path")) {
        const std::string revocation = text_of(one, "revocation");
        out += (out.empty() ? "" : "  issued by ") + terminal_safe(text_of(one, "subject"));
        if (!revocation.empty()) out += "; revocation: " + terminal_safe(revocation);
        out += "\n";
    }
    return out + "good from " + text_of(verified, "not_before") + " until " + text_of(verified, "not_after") + "\n";
}

}  // namespace xfrmd::cli
