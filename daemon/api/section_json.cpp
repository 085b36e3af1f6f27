#include "daemon/api/section_json.h"

#include <utility>

#include "daemon/api/limits.h"
#include "daemon/api/parameters.h"

namespace xfrmd::daemon::api {

namespace {

tl::unexpected<ApiError> refuse(const std::string& pointer, const std::string& what) {
    ApiError error{ErrorKind::InvalidParams, pointer + " " + what};
    error.pointer = pointer;
    return tl::unexpected<ApiError>(std::move(error));
}

std::string at_most(std::size_t bytes) { return "must have at most " + std::to_string(bytes) + " bytes"; }

settings::Position position_of(std::uint32_t step) { return {0, 0, step}; }

}  // namespace

Outcome<SectionDocument> SectionDocument::read(const std::string& name, const Parsed& section) {
    if (name.size() > kMaxNameBytes) return refuse("/name", at_most(kMaxNameBytes));
    SectionDocument read;
    read.section_ = &read.document_.root->sections.at(name, position_of(0));
    if (auto filled = read.fill(*read.section_, section, 0, 1); !filled)
        return tl::unexpected<ApiError>(std::move(filled.error()));
    return read;
}

Outcome<void> SectionDocument::fill(settings::Section& into, const Parsed& from, std::uint32_t above,
                                    std::size_t depth) {
    if (depth > kMaxSectionDepth)
        return refuse(pointer_to(above),
                      "has more than " + std::to_string(kMaxSectionDepth) + " sections in each other");
    for (const auto& [name, value] : from.get_ref<const Parsed::object_t&>()) {
        if (auto added = add(into, name, value, above, depth); !added) return added;
    }
    return {};
}

Outcome<void> SectionDocument::add(settings::Section& into, const std::string& name, const Parsed& value,
                                   std::uint32_t above, std::size_t depth) {
    const auto step = step_to(name, above);
    if (!step) return tl::unexpected<ApiError>(step.error());
    const settings::Position at = position_of(*step);
    if (value.is_object()) return fill(into.sections.at(name, at), value, *step, depth + 1);
    // Straight into the setting, which overwrites what it had: it may be a secret.
    settings::Setting& setting = into.settings.at(name, at);
    std::vector<std::string> items;
    Outcome<void> taken;
    if (!value.is_array()) taken = take(value, *step, items);
    for (auto item = value.begin(); value.is_array() && taken && item != value.end(); ++item) {
        taken = take(*item, *step, items);
    }
    if (value.is_array() || !taken) {
        setting.assign(std::move(items));
    } else {
        setting.assign(std::move(items.front()), at, at);
    }
    setting.key_at = setting.value_at = at;
    return taken;
}

Outcome<void> SectionDocument::take(const Parsed& item, std::uint32_t step, std::vector<std::string>& items) {
    if (!item.is_string()) return refuse(pointer_to(step), "must be a string, a list of strings, or a section");
    const auto& text = item.get_ref<const std::string&>();
    if (text.size() > kMaxValueBytes) return refuse(pointer_to(step), at_most(kMaxValueBytes));
    if (++elements_ > kMaxElements) return refuse("/section", "has too many elements");
    items.push_back(text);
    return {};
}

Outcome<std::uint32_t> SectionDocument::step_to(const std::string& name, std::uint32_t above) {
    if (name.empty()) return refuse(pointer_to(above), "has a member without a name");
    if (name.size() > kMaxNameBytes) return refuse(pointer_to(above) + pointer_step(name), at_most(kMaxNameBytes));
    if (++elements_ > kMaxElements) return refuse("/section", "has too many elements");
    steps_.push_back({above, pointer_step(name)});
    return static_cast<std::uint32_t>(steps_.size() - 1);
}

std::string SectionDocument::pointer_to(std::uint32_t step) const {
    std::string pointer = steps_[step].step;
    for (; step != 0; step = steps_[step].above) pointer.insert(0, steps_[steps_[step].above].step);
    return pointer;
}

std::vector<Problem> SectionDocument::problems(const ConfigErrors& errors) const {
    std::vector<Problem> problems;
    for (const ConfigError& error : errors) problems.push_back({pointer_to(error.column), error.message});
    return problems;
}

}  // namespace xfrmd::daemon::api
