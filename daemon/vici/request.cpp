#include "daemon/vici/request.h"

#include <algorithm>
#include <array>

#include "daemon/vici/text.h"

namespace xfrmd::daemon::vici {

std::string text_of(const Section& request, std::string_view key) {
    const std::string* value = request.value(key);
    return value == nullptr ? std::string() : *value;
}

std::int64_t number_of(const Section& request, std::string_view key, std::int64_t otherwise) {
    const std::string* value = request.value(key);
    return value == nullptr ? otherwise : number_in(*value).value_or(0);
}

bool is_set(const Section& request, std::string_view key) {
    constexpr std::array kYes{"YES", "TRUE", "ENABLED", "1"};
    const std::string value = upper_case(text_of(request, key));
    return std::find(kYes.begin(), kYes.end(), value) != kYes.end();
}

}  // namespace xfrmd::daemon::vici
