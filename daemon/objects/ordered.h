// Things by name, in the order in which their names came; a thing that takes another one's place stands where that
// stood. Finding, adding and removing cost the same however many there are.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace xfrmd::daemon {

template <typename Thing>
class Ordered {
public:
    const Thing* find(std::string_view name) const {
        const auto found = places_.find(name);
        return found == places_.end() ? nullptr : &things_.at(found->second).second;
    }
    Thing* find(std::string_view name) {
        const auto found = places_.find(name);
        return found == places_.end() ? nullptr : &things_.at(found->second).second;
    }

    void put(const std::string& name, Thing thing) {
        const auto [found, is_new] = places_.try_emplace(name, next_);
        if (is_new) {
            things_.try_emplace(things_.end(), next_++, name, std::move(thing));
        } else {
            things_.at(found->second).second = std::move(thing);
        }
    }

    bool remove(std::string_view name) {
        const auto found = places_.find(name);
        if (found == places_.end()) return false;
        things_.erase(found->second);
        places_.erase(found);
        return true;
    }

    std::size_t size() const { return things_.size(); }

    // `see(name, thing)`, in order.
    template <typename See>
    void each(See see) const {
        for (const auto& [place, entry] : things_) see(entry.first, entry.second);
    }

    // Likewise of those from this place on, until `see(place, name, thing)` says false.
    template <typename See>
    void each_from(std::uint64_t first, See see) const {
        for (auto at = things_.lower_bound(first); at != things_.end(); ++at) {
            if (!see(at->first, at->second.first, at->second.second)) return;
        }
    }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
    };

    std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>> places_;
    std::map<std::uint64_t, std::pair<std::string, Thing>> things_;
    std::uint64_t next_ = 0;
};

}  // namespace xfrmd::daemon
