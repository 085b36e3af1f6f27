// Two gateways on a bad wire, with operators who do anything at any time: whatever happens, both sides agree in the
// end, nobody waits for ever, and nothing is left over (RFC 7296 2.1, 2.4, 2.25).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

ConnectionWords three_children(const std::string& ike, const std::string& third_esp) {
    ConnectionWords words;
    words.ike = ike;
    words.children = {
        {.name = "plain"},
        {.name = "pfs", .esp = "aes128gcm16-x25519", .local_ts = {"10.3.0.0/16"}, .remote_ts = {"10.4.0.0/16"}},
        {.name = "guess", .esp = third_esp, .local_ts = {"10.5.0.0/16"}, .remote_ts = {"10.6.0.0/16"}}};
    return words;
}

policy::Snapshot with_dpd(const ConnectionWords& words) {
    policy::Connection one = connection(words);
    one.dpd_delay = seconds(15);
    return snapshot({one}, {{kSecret, {}}});
}

struct Weather {
    bool cookies = false;
    bool wrong_guess = false;
    double kernel_trouble = 0;
    double force = 0;
};

class Storm {
public:
    Storm(std::uint64_t seed, const Weather& weather)
        : random_(seed),
          weather_(weather),
          gateways_(
              with_dpd(three_children(weather.wrong_guess ? "aes128-sha256-ecp256-x25519" : "aes128-sha256-x25519",
                                      "aes128gcm16-ecp256-x25519")),
              with_dpd(mirrored(three_children("aes128-sha256-x25519", "aes128gcm16-x25519"))), options(), options()) {
        gateways_.wire.seed(seed);
        gateways_.wire.faults = {0.2, 0.1, milliseconds(1), milliseconds(300)};
        for (Host* host : {&gateways_.left, &gateways_.right}) {
            host->kernel.verdict = [this](const ike::ChildInstall&) -> base::Result<void> {
                if (!chance(weather_.kernel_trouble)) return {};
                return base::fail(Reason::KernelRefused, "trouble");
            };
        }
    }

    void blow() {
        for (int i = 0; i < 40; ++i) {
            operate(chance(0.5) ? gateways_.left : gateways_.right);
            gateways_.wire.run_for(milliseconds(random_.number() % 4000));
        }
    }

    // The wire is sound again; dead IKE SAs are found out by liveness checks and their last retransmission.
    void calm_down() {
        weather_.kernel_trouble = 0;
        gateways_.wire.faults = {};
        gateways_.wire.run_for(seconds(400));
    }

    Gateways& gateways() { return gateways_; }
    const std::vector<std::pair<const Host*, std::uint64_t>>& operations() const { return operations_; }

private:
    ike::Options options() const {
        ike::Options options;
        if (weather_.cookies) options.cookie_threshold = 0;
        return options;
    }

    bool chance(double probability) { return static_cast<double>(random_.number() % 1000) < probability * 1000; }

    void operate(Host& host) {
        const Host& other = &host == &gateways_.left ? gateways_.right : gateways_.left;
        const auto sas = host.sas();
        if (sas.empty() || chance(0.6)) {
            static const std::string kChildren[] = {"plain", "pfs", "guess"};
            const std::string& child = kChildren[random_.number() % 3];
            operations_.emplace_back(&host, gateways_.wire.initiate(host, other.address.to_string(), "gw", child));
            return;
        }
        const auto* sa = sas[random_.number() % sas.size()];
        ike::ChildSaId child{};
        if (sa->established() != nullptr && !sa->established()->children.empty() && chance(0.7)) {
            const auto& children = sa->established()->children;
            child = children[random_.number() % children.size()].id;
        }
        operations_.emplace_back(&host, gateways_.wire.clear(host, sa->sa().id, child, chance(weather_.force)));
    }

    SeededRandom random_;
    Weather weather_;
    Gateways gateways_;
    std::vector<std::pair<const Host*, std::uint64_t>> operations_;
};

void check_converged(Storm& storm) {
    Gateways& gateways = storm.gateways();
    CHECK(gateways.disagreement() == "");
    for (const auto& [host, operation] : storm.operations()) CHECK(host->outcome(operation) != "running");
    for (const Host* host : {&gateways.left, &gateways.right}) {
        CHECK(host->engine.half_open() == 0);
        CHECK(host->established() == host->sas().size());
        CHECK(host->count(Reason::InternalInconsistency) == 0);
        CHECK(host->count(Reason::IntegrityCheckFailed) == 0);
        for (const auto* sa : host->sas()) CHECK(sa->sa().tasks.empty());
    }
}

}  // namespace

TEST_CASE("both sides agree after any storm", "[sim][rfc7296-2.1][rfc7296-2.25]") {
    const auto weather =
        GENERATE(values<Weather>({{},
                                  {.cookies = true, .wrong_guess = true},
                                  {.kernel_trouble = 0.3},
                                  {.force = 0.5},
                                  {.cookies = true, .wrong_guess = true, .kernel_trouble = 0.1, .force = 0.1}}));
    std::size_t worked = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        INFO("seed " << seed << " cookies " << weather.cookies << " trouble " << weather.kernel_trouble << " force "
                     << weather.force);
        Storm storm(seed, weather);
        storm.blow();
        storm.calm_down();
        check_converged(storm);
        for (const auto& [host, operation] : storm.operations()) worked += host->outcome(operation) == "ok" ? 1U : 0U;

        const auto last = storm.gateways().connect("plain");
        storm.gateways().wire.run_for(seconds(1));
        CHECK(storm.gateways().left.outcome(last) == "ok");
        CHECK(storm.gateways().disagreement() == "");
    }
    CHECK(worked > 30 * 10);
}

TEST_CASE("the same seed gives the same bytes", "[sim]") {
    const auto fingerprint = [](std::uint64_t seed) {
        Storm storm(seed, {.cookies = true, .wrong_guess = true, .kernel_trouble = 0.1, .force = 0.1});
        storm.blow();
        storm.calm_down();
        return storm.gateways().wire.fingerprint();
    };
    for (std::uint64_t seed = 1; seed <= 5; ++seed) CHECK(fingerprint(seed) == fingerprint(seed));
    CHECK(fingerprint(1) != fingerprint(2));
}

}  // namespace xfrmd::tests
