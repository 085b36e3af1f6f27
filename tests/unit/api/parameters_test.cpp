#include "daemon/api/parameters.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

constexpr std::string_view kColours[] = {"red", "green"};
constexpr Parameter kInner[] = {{"depth", ParamType::integer, true, "", "", {}, -5, 5}};
constexpr Parameter kParameters[] = {
    {"name", ParamType::string, true, ""},
    {"colour", ParamType::string, false, "", "", kColours},
    {"count", ParamType::integer, false, "", "3", {}, 1, 10},
    {"loud", ParamType::boolean, false, "", "false"},
    {"inner", ParamType::object, false, "", "", {}, 0, 0, kInner},
};

Outcome<Parsed> check(const char* text) { return check_params(kParameters, Parsed::parse(text)); }

struct Refused {
    std::string pointer;
    std::string did_you_mean;
};
Refused refused(const char* text) {
    const auto params = check(text);
    REQUIRE_FALSE(params);
    CHECK(params.error().kind == ErrorKind::InvalidParams);
    CHECK_FALSE(params.error().message.empty());
    return {params.error().pointer, params.error().did_you_mean};
}

}  // namespace

TEST_CASE("defaults stand in for what is not given", "[api]") {
    CHECK(*check(R"({"name":"x"})") == Parsed::parse(R"({"name":"x","count":3,"loud":false})"));
    CHECK(*check(R"({"name":"x","count":null,"colour":null})") ==
          Parsed::parse(R"({"name":"x","count":3,"loud":false})"));
    CHECK(*check(R"({"name":"x","count":10,"loud":true,"colour":"red","inner":{"depth":-5}})") ==
          Parsed::parse(R"({"name":"x","count":10,"loud":true,"colour":"red","inner":{"depth":-5}})"));
}

TEST_CASE("an unknown parameter is pointed at, with the name that was meant", "[api]") {
    CHECK(refused(R"({"name":"x","coulor":"red"})").did_you_mean == "colour");
    CHECK(refused(R"({"name":"x","coulor":"red"})").pointer == "/coulor");
    CHECK(refused(R"({"name":"x","zzz":1})").did_you_mean.empty());
    CHECK(refused(R"({"name":"x","inner":{"depht":1}})").pointer == "/inner/depht");
    CHECK(refused(R"({"name":"x","inner":{"depht":1}})").did_you_mean == "depth");
    CHECK(refused(R"({"name":"x","a/b~c":1})").pointer == "/a~1b~0c");
}

TEST_CASE("a mistyped parameter is pointed at", "[api]") {
    CHECK(refused(R"({"name":7})").pointer == "/name");
    CHECK(refused(R"({"name":null})").pointer == "/name");
    CHECK(refused(R"({"name":""})").pointer == "/name");
    CHECK(refused(R"({"name":"x","loud":1})").pointer == "/loud");
    CHECK(refused(R"({"name":"x","count":"3"})").pointer == "/count");
    CHECK(refused(R"({"name":"x","count":3.0})").pointer == "/count");
    CHECK(refused(R"({"name":"x","inner":[]})").pointer == "/inner");
    CHECK(refused(R"({"name":"x","inner":{}})").pointer == "/inner/depth");
    CHECK(refused(R"({})").pointer == "/name");
    CHECK(refused(R"(["x"])").pointer.empty());
}

TEST_CASE("ranges and choices hold", "[api]") {
    for (const char* count : {"0", "11", "-1", "9223372036854775808", "18446744073709551615", "-9223372036854775808"}) {
        CAPTURE(count);
        CHECK(refused((R"({"name":"x","count":)" + std::string(count) + "}").c_str()).pointer == "/count");
    }
    CHECK(refused(R"({"name":"x","inner":{"depth":-6}})").pointer == "/inner/depth");
    CHECK(refused(R"({"name":"x","colour":"gren"})").did_you_mean == "green");
}

TEST_CASE("no parameters may be written as nothing or as an empty array", "[api]") {
    CHECK(check_params({}, Parsed(nullptr)));
    CHECK(check_params({}, Parsed::array()));
    CHECK(check_params({}, Parsed::object()));
}

TEST_CASE("a very long name is cut in the pointer", "[api][hostile-h1]") {
    const Parsed params = {{std::string(100000, 'x'), 1}};
    const auto checked = check_params(kParameters, params);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().pointer.size() < 80);
    CHECK(checked.error().message.size() < 200);
}
