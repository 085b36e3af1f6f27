// A section of swanctl.conf as JSON: sections are objects, settings strings, or lists of strings where swanctl.conf has
// lists. JSON knows no order of members: sections and settings come in the order of their names.
#pragma once

#include <string>
#include <vector>

#include "daemon/api/api_error.h"
#include "daemon/api/json.h"
#include "daemon/api/service.h"
#include "daemon/config/settings_tree.h"

namespace xfrmd::daemon::api {

// What was in `params` under "section", and where each of its members stood there.
class SectionDocument {
public:
    // InvalidParams, with a pointer to the culprit: a member that is none of these, or beyond the limits of limits.h.
    static Outcome<SectionDocument> read(const std::string& name, const Parsed& section);

    const settings::Document& document() const { return document_; }
    const settings::Section& section() const { return *section_; }
    // What is wrong with it, by where it stands in the params.
    std::vector<Problem> problems(const ConfigErrors& errors) const;

private:
    // A position's column is the number of a step.
    struct Step {
        std::uint32_t above = 0;
        std::string step;
    };

    SectionDocument() : document_(settings::document_of("json-rpc")) {}
    Outcome<void> fill(settings::Section& into, const Parsed& from, std::uint32_t above, std::size_t depth);
    Outcome<void> add(settings::Section& into, const std::string& name, const Parsed& value, std::uint32_t above,
                      std::size_t depth);
    Outcome<void> take(const Parsed& item, std::uint32_t step, std::vector<std::string>& items);
    Outcome<std::uint32_t> step_to(const std::string& name, std::uint32_t above);
    std::string pointer_to(std::uint32_t step) const;

    settings::Document document_;
    settings::Section* section_ = nullptr;
    std::vector<Step> steps_{{0, "/section"}};
    std::size_t elements_ = 0;
};

}  // namespace xfrmd::daemon::api
