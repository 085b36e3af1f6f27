#include "daemon/config/strongswan_conf.h"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

#include "daemon/config/strongswan_option.h"
#include "daemon/config/swanctl_loader.h"
#include "tests/unit/config/memory_files.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace std::chrono_literals;

namespace {

tl::expected<StrongswanConf, ConfigErrors> load(const std::string& text) {
    return load_strongswan(MemoryFiles({{"/s.conf", text}}), "/s.conf", true);
}

StrongswanOptions options_of(const std::string& settings) {
    const auto loaded = load("charon {\n" + settings + "\n}\n");
    INFO((loaded ? std::string() : print(loaded.error())));
    REQUIRE(loaded);
    return loaded->options;
}

std::string errors_of(const std::string& settings) {
    const auto loaded = load("charon {\n" + settings + "\n}\n");
    return loaded ? std::string() : print(loaded.error());
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a strongswan.conf that is not there is what ships, unless somebody has named it", "[config][strongswan]") {
    const MemoryFiles none;
    const auto loaded = load_strongswan(none, "/s.conf", false);
    REQUIRE(loaded);
    CHECK(loaded->options.engine.port == 500);
    CHECK(loaded->options.routes.table == 220);
    CHECK(loaded->options.vici_socket == "/run/charon.vici");
    CHECK(loaded->options.log.files.empty());
    CHECK_FALSE(load_strongswan(none, "/s.conf", true));
    CHECK(load(""));
    CHECK(load("swanctl { load = pem\n }\nlibtls { }\npki { load = x\n }"));
}

TEST_CASE("options of the engine are taken over", "[config][strongswan]") {
    const auto engine = options_of(
                            "port = 1500\nport_nat_t = 14500\nretransmit_tries = 2\nretransmit_timeout = 1.5\n"
                            "retransmit_base = 2\nretransmit_limit = 20\nikesa_limit = 7\nkeep_alive = 1m\n"
                            "init_limit_half_open = 9\nhalf_open_timeout = 5\ncookie_threshold = 11\n"
                            "cookie_threshold_ip = 2\nblock_threshold = 4\nfragment_size = 1400\n"
                            "follow_redirects = no\ndelete_rekeyed_delay = 8")
                            .engine;
    CHECK(engine.port == 1500);
    CHECK(engine.nat_port == 14500);
    CHECK(engine.retransmit.tries == 2);
    CHECK(engine.retransmit.first == 1500ms);
    CHECK(engine.retransmit.base == 2);
    CHECK(engine.retransmit.longest == 20s);
    CHECK(engine.most_ike_sas == 7);
    CHECK(engine.nat_keepalive == 1min);
    CHECK(engine.most_half_open == 9);
    CHECK(engine.half_open_life == 5s);
    CHECK(engine.half_open_life_under_load == 5s);
    CHECK(engine.cookie_threshold == 11);
    CHECK(engine.cookie_threshold_per_address == 2);
    CHECK(engine.half_open_per_address == 4);
    CHECK(engine.fragment_size == 1400);
    CHECK_FALSE(engine.follow_redirects);
    CHECK(engine.retirement == 8s);
}

TEST_CASE("0 is what it is with strongSwan", "[config][strongswan]") {
    const auto engine = options_of(
                            "cookie_threshold = 0\nblock_threshold = 0\nikesa_limit = 0\ninit_limit_half_open = 0\n"
                            "fragment_size = 0\nkeep_alive = 0\nretransmit_limit = 0")
                            .engine;
    const ikev2::sa::Options ours;
    CHECK(engine.cookie_threshold > 1'000'000'000);
    CHECK(engine.half_open_per_address > 1'000'000'000);
    CHECK(engine.most_ike_sas == ours.most_ike_sas);
    CHECK(engine.most_half_open == ours.most_half_open);
    CHECK(engine.fragment_size == ours.fragment_size);
    CHECK(engine.nat_keepalive > 24h * 3000);
    CHECK(engine.retransmit.longest == 24h);
    const auto open = options_of("dos_protection = no\ncookie_threshold = 5").engine;
    CHECK(open.cookie_threshold > 1'000'000'000);
    CHECK(open.most_half_open > 1'000'000'000);
    CHECK(open.attempts_per_address == 0);
}

TEST_CASE("routes, addresses, attributes and the socket of vici", "[config][strongswan]") {
    const auto options = options_of(
        "install_routes = no\nrouting_table = 77\nrouting_table_prio = 78\nreplay_window = 64\n"
        "install_virtual_ip = no\ninstall_virtual_ip_on = lo\ndns1 = 10.0.0.1\nnbns2 = 10.0.0.2\n"
        "plugins {\nvici {\nsocket = unix:///run/x/vici\n}\nattr {\nload = yes\n"
        "split-include = 10.1.0.0/16, 10.2.0.0/16\nsubnet = 10.1.0.0/16\n25 = a.b\n"
        "dns = fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd\n}\nupdown {\nload = no\ndns_handler = yes\n}\n"
        "kernel-netlink {\nmtu = 1400\n}\nresolve {\nfile = /tmp/resolv\nresolvconf {\n"
        "iface = lo.x\npath = /sbin/resolvconf\n}\n}\n}");
    CHECK_FALSE(options.routes.install);
    CHECK(options.routes.table == 77);
    CHECK(options.routes.priority == 78);
    CHECK(options.routes.mtu == 1400);
    CHECK(options.routes.rule().table == 77);
    CHECK(options.replay_window == 64);
    CHECK_FALSE(options.install_virtual_ip);
    CHECK(options.install_virtual_ip_on == "lo");
    CHECK(options.attributes == std::vector<policy::PoolAttribute>{{3, {10, 0, 0, 1}},
                                                                   {4, {10, 0, 0, 2}},
                                                                   {13, {10, 1, 0, 0, 255, 255, 0, 0}},
                                                                   {25, {'a', '.', 'b'}},
                                                                   {10, base::Bytes(16, 0xfd)}});
    CHECK(options.vici_socket == "/run/x/vici");
    CHECK_FALSE(options.updown);
    CHECK(options.dns_to_updown);
    CHECK(options.resolve.file == "/tmp/resolv");
    CHECK(options.resolve.resolvconf == "/sbin/resolvconf");
    CHECK(options.resolve.interface == "lo.x");
    CHECK(options_of("routing_table = 0").routes.table == 254);
    CHECK_FALSE(options_of("routing_table = 254").routes.is_own_table());
}

TEST_CASE("charon-systemd goes over charon, and sections may inherit", "[config][strongswan]") {
    const auto loaded = load(
        "base { port = 1\n retransmit_tries = 1\n }\ncharon : base { port_nat_t = 2\n port = 3\n"
        "filelog { one { path = /a\n ike = 2\n } } }\n"
        "charon-systemd { port = 4\n filelog { one { path = /b\n } } }\n");
    REQUIRE(loaded);
    CHECK(loaded->options.engine.port == 4);
    CHECK(loaded->options.engine.nat_port == 2);
    CHECK(loaded->options.engine.retransmit.tries == 1);
    REQUIRE(loaded->options.log.files.size() == 1);
    CHECK(loaded->options.log.files[0].path == "/b");
    CHECK(loaded->options.log.files[0].level == 2);
}

TEST_CASE("loggers have the highest of their levels", "[config][strongswan]") {
    const auto log = options_of(
                         "filelog {\n one {\n path = /var/log/one\n time_format = %b %e %T\n append = no\n"
                         "time_add_ms = yes\n default = -1\n ike = 2\n flush_line = yes\n}\n"
                         "two {\n path = /var/log/two\n}\n three {\n path = /three\n default = -1\n} }\n"
                         "journal {\n default = -1\n}\nsyslog {\n daemon {\n default = 0\n knl = 3\n }\n auth {\n "
                         "default = 4\n }\n}")
                         .log;
    REQUIRE(log.files.size() == 3);
    CHECK(log.files[0].path == "/var/log/one");
    CHECK(log.files[0].time_format == "%b %e %T");
    CHECK(log.files[0].with_milliseconds);
    CHECK_FALSE(log.files[0].append);
    CHECK(log.files[0].level == 2);
    CHECK(log.files[1].level == kControl);
    CHECK(log.files[1].append);
    CHECK(log.files[2].level == kSilent);
    CHECK(log.level == 3);
    CHECK(options_of("journal {\n default = -1\n}").log.level == kSilent);
    CHECK(options_of("filelog {\n stderr {\n default = 2\n} }").log.level == 2);
    CHECK_FALSE(options_of("").log.level);
}

TEST_CASE("a broken strongswan.conf is refused with file, line and column", "[config][strongswan][hostile-h5]") {
    CHECK(errors_of("port = 0") == "/s.conf:2:8: charon.port: expected a number from 1 to 65535\n");
    CHECK(errors_of("port = x\nretransmit_base = 0.5\nfollow_redirects = maybe") ==
          "/s.conf:2:8: charon.port: expected a number\n"
          "/s.conf:3:19: charon.retransmit_base: expected a number from 1.00 to 10.0\n"
          "/s.conf:4:20: charon.follow_redirects: expected yes or no\n");
    CHECK(holds(errors_of("retransmit_timeout = 1s"), "/s.conf:2:22: charon.retransmit_timeout: expected a number"));
    CHECK(holds(errors_of("routing_table = 255"), "table 255 is Linux's own"));
    CHECK(holds(errors_of("dns1 = nowhere"), "charon.dns1: expected an address"));
    CHECK(holds(errors_of("plugins { attr { dns = nowhere } }"),
                "charon.plugins.attr.dns: 'nowhere' is neither an address nor a network"));
    CHECK(holds(errors_of("plugins { attr { 0 = x } }"), "charon.plugins.attr.0: expected the number of an attribute"));
    CHECK(
        holds(errors_of("plugins { vici { socket = /run/vici\n } }"), "charon.plugins.vici.socket: expected unix://"));
    CHECK(holds(errors_of("plugins { vici { socket = unix://" + std::string(200, 'x') + "\n } }"), "absolute path"));
    CHECK(holds(errors_of("filelog { a { path = here\n } }"), "filelog.a: expected a file with an absolute path"));
    CHECK(holds(errors_of("filelog { a { path = /a\n ike = 5\n } }"), "a.ike: expected a level from -1 to 4"));
    CHECK(holds(errors_of("filelog { a { path = /a\n append = 2\n } }"), "a.append: expected yes or no"));
    CHECK(holds(print(load("charon {").error()), "/s.conf:1:1: the section that starts here is not closed"));
    CHECK(holds(print(load("charon : nobody { }").error()), "there is no section 'nobody' to inherit from"));
}

TEST_CASE("what has no effect is a warning or a detail, what is unknown a detail", "[config][strongswan]") {
    const auto loaded = load(
        "charon {\nthreads = 32\nnonsense = 1\nmake_before_break = yes\nmake_before_break = no\n"
        "user = nobody\nclose_ike_on_child_failure = no\nplugins { attest { load = no\n weird = 2\n } }\n"
        "stop-scripts { one = true\n }\n}\n");
    REQUIRE(loaded);
    CHECK(
        loaded->warnings ==
        std::vector<std::string>{"/s.conf:6:1: charon.user: it has no effect: xfrmd keeps the user it was started as",
                                 "/s.conf:11:1: charon.stop-scripts: xfrmd runs none of them; it loads swanctl.conf by "
                                 "itself"});
    REQUIRE(loaded->details.size() == 5);
    CHECK(holds(loaded->details[0], "charon.threads: it has no effect"));
    CHECK(holds(loaded->details[1], "charon.nonsense: xfrmd knows no such option"));
    CHECK(holds(loaded->details[2], "charon.make_before_break: it has no effect"));
    CHECK(holds(loaded->details[3], "charon.plugins.attest.load"));
    CHECK(holds(loaded->details[4], "charon.plugins.attest.weird: xfrmd knows no such option"));
    std::string many = "charon {\n";
    for (int i = 0; i < 1000; ++i) many += "o" + std::to_string(i) + " = 1\n";
    CHECK(load(many + "}")->details.size() == StrongswanConf::kMostDetailLines);
}

TEST_CASE("a socket of TCP is passed over", "[config][strongswan]") {
    const auto loaded = load("charon { plugins { vici {\nsocket = tcp://127.0.0.1:4502\n} } }");
    REQUIRE(loaded);
    CHECK(loaded->options.vici_socket == "/run/charon.vici");
    CHECK(loaded->warnings == std::vector<std::string>{"/s.conf:2:10: charon.plugins.vici.socket: only unix:// is "
                                                       "there; /run/charon.vici is used"});
}

TEST_CASE("vici's socket is for charon's group", "[config][strongswan]") {
    CHECK(options_of("").vici_group == "root");
    CHECK(options_of("group = monitoring").vici_group == "monitoring");
}

TEST_CASE("what one address may have, its network may have, too", "[config][strongswan]") {
    CHECK(options_of("block_threshold = 5").engine.half_open_per_address == 5);
    CHECK(options_of("block_threshold = 5").engine.half_open_per_network ==
          options_of("").engine.half_open_per_network);
    CHECK(options_of("block_threshold = 500").engine.half_open_per_network == 500);
    const auto unlimited = options_of("block_threshold = 0").engine;
    CHECK(unlimited.half_open_per_address == unlimited.half_open_per_network);
    CHECK(unlimited.half_open_per_network > 1'000'000);
}

TEST_CASE("what a logger has no room for is told", "[config][strongswan]") {
    const auto loaded =
        load("charon {\nfilelog { a { path = /a\ntiem_format = %T\n } }\nsyslog { auth { default = 2\n } }\n}");
    REQUIRE(loaded);
    CHECK(loaded->warnings ==
          std::vector<std::string>{"/s.conf:3:1: charon.a.tiem_format: no logger has such an option",
                                   "/s.conf:5:10: charon.syslog.auth: it has no effect: all lines go to the facility "
                                   "daemon"});
}

TEST_CASE("children that do not say have strongswan.conf's replay window", "[config][strongswan]") {
    const auto load_child = [](const std::string& child, std::uint32_t window) {
        HostSettings host;
        host.replay_window = window;
        const std::string text =
            "connections { gw {\nlocal { auth = psk\n }\nremote { auth = psk\n }\nchildren { net {\n" + child +
            "\n} } } }\nsecrets { ike { secret = x } }\n";
        return load_swanctl(MemoryFiles({{"/s.conf", text}}), "/s.conf", host);
    };
    CHECK(load_child("", 64)->configuration.connections.at(0).children.at(0).replay_window == 64);
    CHECK(load_child("replay_window = 8", 64)->configuration.connections.at(0).children.at(0).replay_window == 8);
    const auto refused = load_child("esp_proposals = aes128gcm16-esn", 0);
    REQUIRE_FALSE(refused);
    CHECK(holds(print(refused.error()), "/s.conf:6:12: connections.gw.children.net.replay_window: esn in a proposal"));
}

TEST_CASE("the table has each option once", "[config][strongswan]") {
    for (const StrongswanOption& option : strongswan_options()) {
        INFO(option.name);
        CHECK(find_strongswan_option(option.name) == &option);
        CHECK((option.set != nullptr || !option.note.empty()));
    }
    CHECK(find_strongswan_option("plugins.any.load")->name == "plugins.<name>.load");
    CHECK(find_strongswan_option("plugins.any") == nullptr);
    CHECK(find_strongswan_option("plugins") == nullptr);
    CHECK(find_strongswan_option("port.x") == nullptr);
}
