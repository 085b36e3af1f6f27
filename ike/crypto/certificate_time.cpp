// Points in time as certificates have them (RFC 5280 4.1.2.5), which reach further than a clock that counts
// nanoseconds.

#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <string_view>

#include "ike/crypto/certificate_data.h"

namespace xfrmd::crypto {

namespace {

unsigned number(std::string_view text, std::size_t offset, std::size_t count) {
    unsigned value = 0;
    const char* first = text.data() + offset;
    const auto [end, error] = std::from_chars(first, first + count, value);
    if (error != std::errc{} || end != first + count) throw std::invalid_argument("no time");
    return value;
}

}  // namespace

WallClock wall_clock(const Botan::X509_Time& time) {
    namespace chrono = std::chrono;
    const std::string text = time.readable_string();  // "2031/01/31 12:00:00 UTC"
    if (text.size() < 19) throw std::invalid_argument("no time");
    const chrono::year_month_day day(chrono::year(static_cast<int>(number(text, 0, 4))),
                                     chrono::month(number(text, 5, 2)), chrono::day(number(text, 8, 2)));
    return WallClock(chrono::sys_days(day)) + chrono::hours(number(text, 11, 2)) +
           chrono::minutes(number(text, 14, 2)) + chrono::seconds(number(text, 17, 2));
}

std::string to_string(WallClock time) {
    namespace chrono = std::chrono;
    const auto midnight = chrono::floor<chrono::days>(time);
    const chrono::year_month_day day(midnight);
    const chrono::hh_mm_ss clock(time - midnight);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d UTC", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text;
}

}  // namespace xfrmd::crypto
