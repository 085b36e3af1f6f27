// Sections as they are after inheritance (`name : base1, base2.sub`). A view of a section is the list of the written
// sections that make it up, the strongest first: its own, then those it refers to in order, then what its place in an
// inheriting section brings. The Document must outlive References and every View.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "daemon/config/settings_tree.h"

namespace xfrmd::daemon::settings {

using Sources = std::vector<const Section*>;

class References {
public:
    // Looks up every reference of the document. Errors: a section that is not there, a loop, too many in a row.
    static tl::expected<References, ConfigErrors> resolve(const Document& document);

    // Adds `section` and all it inherits to `sources`, without repetition.
    void append(Sources& sources, const Section& section) const;
    // Is this section of the top level, or something in it, inherited by another one?
    bool uses(std::string_view top_level_name) const;

private:
    friend class ReferenceResolver;
    std::map<std::string, Sources, std::less<>> targets_;
};

class View {
public:
    View(const References& references, Sources sources) : references_(&references), sources_(std::move(sources)) {}
    static View of_root(const Document& document, const References& references) {
        return {references, {document.root.get()}};
    }

    std::string_view name() const { return sources_.front()->name; }
    Position at() const { return sources_.front()->at; }

    // What holds here: inherited settings included, overridden and cleared ones not. Every one of them has a value.
    std::vector<const Setting*> settings() const;
    const Setting* setting(std::string_view name) const;  // one of settings(), or nullptr
    bool has(std::string_view name) const { return setting(name) != nullptr; }
    std::vector<View> sections() const;

private:
    const References* references_;
    Sources sources_;
};

}  // namespace xfrmd::daemon::settings
