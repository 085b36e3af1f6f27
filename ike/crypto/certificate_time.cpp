// Points in time as certificates have them (RFC 5280 4.1.2.5).

#include <cstdio>

#include <botan/asn1_time.h>

#include "ike/crypto/certificate_data.h"
#include "ike/crypto/der.h"

namespace xfrmd::crypto {

// Not by Botan's clock, which counts nanoseconds and ends in 2262.
WallClock wall_clock(const Botan::X509_Time& time) { return DerReader(time.BER_encode()).time(); }

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
