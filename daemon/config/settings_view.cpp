#include "daemon/config/settings_view.h"

#include <algorithm>
#include <span>

#include "daemon/config/suggestion.h"

namespace xfrmd::daemon::settings {

namespace {

constexpr std::size_t kMostErrors = 20;
constexpr std::size_t kLongestChain = 64;
constexpr std::size_t kMostSources = 256;
constexpr std::size_t kMostCompared = 10'000;

void add_once(Sources& sources, const Section& section) {
    if (std::find(sources.begin(), sources.end(), &section) == sources.end()) sources.push_back(&section);
}

std::string_view take_first_name(std::string_view& path) {
    const std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    return name;
}

// Does one of the stronger sections say something about this name?
template <typename Find>
bool hidden(std::span<const Section* const> stronger, std::string_view name, Find find) {
    return std::any_of(stronger.begin(), stronger.end(), [&](const Section* section) { return find(*section, name); });
}

}  // namespace

// Resolves each path once. A path that is needed to resolve itself is a loop.
class ReferenceResolver {
public:
    explicit ReferenceResolver(const Document& document) : document_(document) {}

    tl::expected<References, ConfigErrors> run() {
        walk(*document_.root);
        if (!errors_.empty()) return tl::unexpected(std::move(errors_));
        return std::move(references_);
    }

private:
    void walk(const Section& section) {
        for (const Reference& reference : section.references) {
            if (errors_.size() < kMostErrors) target(reference);
        }
        for (const auto& inner : section.sections) walk(*inner);
    }

    // nullptr where there was an error, here or in what the target itself refers to.
    const Sources* target(const Reference& reference) {
        if (const auto known = references_.targets_.find(reference.path); known != references_.targets_.end()) {
            return known->second.empty() ? nullptr : &known->second;
        }
        if (std::find(busy_.begin(), busy_.end(), reference.path) != busy_.end()) {
            return fail(reference, "the sections that inherit from one another form a loop");
        }
        if (busy_.size() == kLongestChain) return fail(reference, "too many sections inherit from one another");
        busy_.push_back(reference.path);
        Sources found = look_up(reference);
        busy_.pop_back();
        const auto& kept = references_.targets_[reference.path] = std::move(found);
        return kept.empty() ? nullptr : &kept;
    }

    Sources look_up(const Reference& reference) {
        Sources sources{document_.root.get()};
        for (std::string_view rest = reference.path; !rest.empty();) {
            const std::string_view name = take_first_name(rest);
            Sources inner;
            for (const Section* outer : sources) {
                const Section* next = outer->sections.find(name);
                if (next != nullptr && !expand(inner, *next, reference)) return {};
            }
            if (inner.empty()) {
                fail(reference, missing(reference, name, sources));
                return {};
            }
            sources = std::move(inner);
        }
        return sources;
    }

    bool expand(Sources& sources, const Section& section, const Reference& reference) {
        add_once(sources, section);
        for (const Reference& base : section.references) {
            const Sources* inherited = target(base);
            if (inherited == nullptr) return false;
            for (const Section* each : *inherited) add_once(sources, *each);
        }
        if (sources.size() <= kMostSources) return true;
        fail(reference, "the section inherits from too many others");
        return false;
    }

    std::string missing(const Reference& reference, std::string_view name, const Sources& outer) const {
        std::vector<std::string_view> names;
        for (const Section* section : outer) {
            for (const auto& inner : section->sections) {
                if (names.size() < kMostCompared) names.push_back(inner->name);
            }
        }
        return "there is no section '" + reference.path + "' to inherit from" + did_you_mean(name, names);
    }

    const Sources* fail(const Reference& reference, std::string message) {
        ConfigError error = document_.error(reference.at, std::move(message));
        if (std::find(errors_.begin(), errors_.end(), error) == errors_.end()) errors_.push_back(std::move(error));
        return nullptr;
    }

    const Document& document_;
    References references_;
    std::vector<std::string> busy_;
    ConfigErrors errors_;
};

tl::expected<References, ConfigErrors> References::resolve(const Document& document) {
    return ReferenceResolver(document).run();
}

void References::append(Sources& sources, const Section& section) const {
    add_once(sources, section);
    for (const Reference& base : section.references) {
        for (const Section* each : targets_.at(base.path)) add_once(sources, *each);
    }
}

bool References::uses(std::string_view top_level_name) const {
    if (targets_.find(top_level_name) != targets_.end()) return true;
    const std::string inside = std::string(top_level_name) + ".";
    const auto next = targets_.lower_bound(inside);
    return next != targets_.end() && next->first.starts_with(inside);
}

std::vector<const Setting*> View::settings() const {
    const auto is_set = [](const Section& section, std::string_view name) { return section.settings.find(name); };
    std::vector<const Setting*> effective;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        for (const auto& setting : sources_[i]->settings) {
            if (!setting->value || hidden(std::span(sources_).first(i), setting->name, is_set)) continue;
            effective.push_back(setting.get());
        }
    }
    return effective;
}

const Setting* View::setting(std::string_view name) const {
    for (const Section* section : sources_) {
        if (const Setting* found = section->settings.find(name)) return found->value ? found : nullptr;
    }
    return nullptr;
}

std::vector<View> View::sections() const {
    const auto is_there = [](const Section& section, std::string_view name) { return section.sections.find(name); };
    std::vector<View> views;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        for (const auto& section : sources_[i]->sections) {
            if (hidden(std::span(sources_).first(i), section->name, is_there)) continue;
            Sources inner;
            references_->append(inner, *section);
            for (std::size_t k = i + 1; k < sources_.size(); ++k) {
                if (const Section* same = sources_[k]->sections.find(section->name)) references_->append(inner, *same);
            }
            views.emplace_back(*references_, std::move(inner));
        }
    }
    return views;
}

}  // namespace xfrmd::daemon::settings
