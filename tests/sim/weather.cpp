#include "tests/sim/weather.h"

#include <sstream>

namespace xfrmd::sim {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::Duration kDelays[] = {milliseconds(2), milliseconds(20), milliseconds(200), seconds(1)};
constexpr base::Duration kPauses[] = {milliseconds(5), milliseconds(100), seconds(2), seconds(20)};

tests::ConnectionWords drawn_words(Dice& dice) {
    tests::ConnectionWords words;
    words.children.clear();
    const std::uint64_t children = dice.chance(0.5) ? 1 : dice.between(2, 4);
    const bool rekeys = dice.chance(0.7);
    for (std::uint64_t i = 0; i < children; ++i) {
        tests::ChildWords child;
        child.name = "net-" + std::to_string(i);
        child.local_ts = {"10." + std::to_string(10 + i) + ".0.0/16"};
        child.remote_ts = {"10." + std::to_string(20 + i) + ".0.0/16"};
        child.esp = dice.chance(0.1) ? "aes128gcm16-x25519" : "aes128gcm16";
        if (rekeys) child.rekey_time = dice.time(seconds(10), seconds(90));
        if (rekeys) child.rand_time = dice.time(seconds(0), seconds(3));
        words.children.push_back(child);
    }
    if (dice.chance(0.5)) {
        words.rekey_time = dice.time(seconds(25), seconds(150));
        words.over_time = dice.time(seconds(20), seconds(60));
    }
    return words;
}

tests::Faults drawn_faults(Dice& dice) {
    tests::Faults faults;
    if (dice.chance(0.7)) faults.loss = static_cast<double>(dice.between(0, 30)) / 100;
    if (dice.chance(0.5)) faults.repetition = static_cast<double>(dice.between(0, 20)) / 100;
    faults.most_delay = dice.pick(kDelays);
    if (dice.chance(0.1)) faults.mtu = 1280;
    return faults;
}

ike::Options drawn_options(Dice& dice) {
    ike::Options options;
    options.retransmit = {seconds(2), 1.8, 5, seconds(20)};
    options.most_children = 12;
    options.predecessor_life = seconds(70);
    options.most_tasks = 24;
    if (dice.chance(0.1)) options.cookie_threshold = 0;
    if (dice.chance(0.2)) options.fragment_size = dice.between(200, 600);
    return options;
}

// RFC 6290: each of its own, which survives a crash; or none.
void add_crash_tokens(Weather& weather, Dice& dice) {
    static const base::SecretBytes left(base::Bytes(32, 1));
    static const base::SecretBytes right(base::Bytes(32, 2));
    if (dice.chance(0.5)) weather.left_options.token_secret = &left;
    if (dice.chance(0.5)) weather.right_options.token_secret = &right;
}

void add_reauthentication(Weather& weather, Dice& dice) {
    weather.words.reauth_time = dice.time(seconds(10), seconds(60));
    weather.words.over_time = seconds(60);
}

// RFC 9370: of IKE SAs, children, or both.
void add_key_exchanges(Weather& weather, Dice& dice) {
    weather.additional = dice.chance(0.5) ? "-ke1_mlkem512" : "-ke1_ecp384-ke3_mlkem512";
    if (dice.chance(0.7)) weather.words.ike += weather.additional;
    for (auto& child : weather.words.children) {
        if (dice.chance(0.7)) child.esp = "aes128gcm16-x25519" + weather.additional;
    }
}

// The same with a method in front that the other one does not want.
std::string with_wrong_guess(const std::string& words) {
    const std::size_t at = words.find("-x25519");
    return at == std::string::npos ? words + "-ecp256-x25519" : words.substr(0, at) + "-ecp256" + words.substr(at);
}

std::string with_key_exchange(const std::string& esp) {
    return esp.find("-x25519") == std::string::npos ? esp + "-x25519" : esp;
}

}  // namespace

Weather Weather::drawn(Dice& dice, Kind kind) {
    const bool both_initiate = kind == Kind::rivals;
    Weather weather;
    weather.words = drawn_words(dice);
    weather.dpd_delay = dice.time(seconds(10), seconds(30));
    weather.faults = drawn_faults(dice);
    weather.left_options = drawn_options(dice);
    weather.right_options = drawn_options(dice);
    if (dice.chance(0.5)) weather.kernel_delay = dice.time(milliseconds(1), milliseconds(50));
    weather.orders = static_cast<unsigned>(dice.between(4, 24));
    weather.longest_pause = dice.pick(kPauses);
    if (dice.chance(0.2)) weather.kernel_refusals = 0.1;
    if (dice.chance(0.4)) weather.clears = 0.3;
    if (dice.chance(0.3)) weather.forced = 0.5;
    if (dice.chance(0.2)) weather.restarts = 0.1;
    if (dice.chance(0.2)) weather.jumps = 0.1;
    weather.nat = !both_initiate && dice.chance(0.1);
    if (weather.nat && dice.chance(0.5)) weather.rebindings = 0.2;
    if (!both_initiate && !weather.nat && dice.chance(0.2)) {
        weather.words.mobike = true;
        weather.moves = 0.2;
    }
    weather.wrong_guess = dice.chance(0.05);
    weather.both_initiate = both_initiate;
    if (kind == Kind::renewals) {
        add_reauthentication(weather, dice);
    } else {
        add_crash_tokens(weather, dice);
    }
    if (dice.chance(0.1)) add_key_exchanges(weather, dice);
    if (dice.chance(0.1)) {
        weather.left_rounds = static_cast<unsigned>(dice.between(0, 2));
        weather.right_rounds = static_cast<unsigned>(dice.between(0, 2));
    }
    weather.vips = !both_initiate && weather.orders % 5 == 0;  // not drawn: other worlds stay what they were
    return weather;
}

tests::ConnectionWords Weather::left_words() const {
    tests::ConnectionWords own = words;
    if (!wrong_guess) return own;
    own.ike = with_wrong_guess(own.ike);
    for (auto& child : own.children) child.esp = with_wrong_guess(child.esp);
    return own;
}

tests::ConnectionWords Weather::right_words() const {
    tests::ConnectionWords own = tests::mirrored(words);
    if (nat || moves > 0) own.remote = "";
    if (!wrong_guess) return own;
    for (auto& child : own.children) child.esp = with_key_exchange(child.esp);
    return own;
}

std::string Weather::to_string() const {
    std::ostringstream text;
    text << words.children.size() << " children";
    for (const auto& child : words.children) text << ' ' << child.rekey_time.count() << "s/" << child.esp;
    text << ", IKE SA " << words.rekey_time.count() << "+" << words.over_time.count() << " s, again after "
         << words.reauth_time.count() << " s, loss " << faults.loss << ", repetition " << faults.repetition
         << ", delay " << std::chrono::duration_cast<milliseconds>(faults.most_delay).count() << " ms, " << orders
         << " orders, refusals " << kernel_refusals << ", clears " << clears << ", forced " << forced << ", restarts "
         << restarts << ", jumps " << jumps << (nat ? ", NAT" : "") << (moves > 0 ? ", moves" : "")
         << (words.mobike ? ", MOBIKE" : "") << (both_initiate ? ", both initiate" : "") << ", fragments "
         << left_options.fragment_size << "/" << right_options.fragment_size << ", tokens "
         << (left_options.token_secret != nullptr) << "/" << (right_options.token_secret != nullptr)
         << (vips ? ", virtual address" : "") << (wrong_guess ? ", wrong guess" : "") << ", more rounds " << left_rounds
         << "/" << right_rounds << (additional.empty() ? "" : ", IKE " + words.ike);
    return text.str();
}

}  // namespace xfrmd::sim
