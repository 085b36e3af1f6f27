// What waits for whom: questions to tokens that are slow, hang, or are asked too much.
#include "daemon/pkcs11/tokens.h"

#include <catch2/catch_test_macros.hpp>

#include <condition_variable>
#include <future>
#include <stdexcept>
#include <thread>

#include "tests/support/test_certificate.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace xfrmd::daemon::pkcs11;
using namespace std::chrono_literals;

namespace {

// Longer than any test takes.
constexpr auto kLong = std::chrono::minutes(5);

// Whoever comes to it stays until it is opened.
class Gate {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++there_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait_for_somebody() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return there_ > 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    unsigned there_ = 0;
    bool open_ = false;
};

crypto::PublicKey public_key(std::uint64_t seed) {
    return *crypto::PublicKey::decode(tests::small_key(seed).subject_public_key_info());
}

// The key with handle N is small_key(N). What a token signs is its module's name, and the PIN.
class TestAccess final : public Access {
public:
    TestAccess(std::string name, std::shared_ptr<Gate> gate) : name_(std::move(name)), gate_(std::move(gate)) {}

    Response<crypto::Certificate> certificate(const TokenObject&) override {
        return base::fail(base::Reason::ConfigurationInvalid, name_ + ": no certificate");
    }
    Response<TokenKey> key(const TokenObject& object, const base::SecretBytes* pin) override {
        if (name_ == "stuck") gate_->pass();
        if (name_ == "broken") throw std::runtime_error("no room");
        if (object.handle.front() == 0) return base::fail(base::Reason::ConfigurationInvalid, name_ + ": no key");
        if (pin != nullptr && base::as_text(pin->view()) == "wrong") {
            return tl::unexpected(Refusal({base::Reason::ConfigurationInvalid, name_ + ": wrong PIN"}, true));
        }
        return TokenKey{public_key(object.handle.front()), std::nullopt};
    }
    base::Result<base::Bytes> sign(const SigningKey& key, const policy::SignatureScheme&, crypto::EcdsaFormat,
                                   base::ByteView) override {
        if (name_ == "slow") gate_->pass();
        if (name_ == "throws") throw 1;
        return base::to_bytes(base::as_bytes(name_ + std::string(base::as_text(key.pin.view()))));
    }

private:
    std::string name_;
    std::shared_ptr<Gate> gate_;
};

struct World {
    ~World() { gate->open(); }

    Tokens::Settings settings() {
        const auto open = [this](std::string name) {
            opened.push_back(name);
            return std::make_unique<TestAccess>(std::move(name), gate);
        };
        // Whatever its name is after the dot.
        const auto real_path = [](const std::string& name) { return name.substr(0, name.find('.')); };
        return {open, [this] { return names; }, real_path, patience, asker_waits};
    }
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    std::vector<std::string> opened;
    std::vector<std::string> names;
    std::chrono::milliseconds patience = kLong;
    std::chrono::milliseconds asker_waits = kLong;
};

// As when a configuration with that key in that module is loaded.
void read(Tokens& tokens, const std::string& module, std::uint8_t seed, std::string_view pin = "") {
    const base::SecretBytes secret{base::as_bytes(pin)};
    REQUIRE(tokens.key({module, {}, {seed}}, pin.empty() ? nullptr : &secret));
}

// As when it is taken, with these keys.
void commit(Tokens& tokens, const std::vector<std::uint64_t>& seeds) {
    crypto::Credentials::Parts parts;
    for (const std::uint64_t seed : seeds) {
        parts.private_keys.push_back(crypto::PrivateKey::elsewhere(public_key(seed)));
    }
    const auto credentials = crypto::Credentials::make(std::move(parts), {});
    REQUIRE(credentials);
    tokens.commit(credentials->get());
}

ike::Sign question(std::uint64_t id, std::uint64_t seed) {
    ike::Sign sign;
    sign.id = ike::SignatureId{id};
    sign.key = public_key(seed).key_id();
    return sign;
}

std::future<ike::Signed> ask(Tokens& tokens, std::uint64_t id, std::uint64_t seed) {
    auto promise = std::make_shared<std::promise<ike::Signed>>();
    tokens.sign(question(id, seed), [promise](ike::Signed answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
}

std::string text(const ike::Signed& answer) {
    return answer.signature ? std::string(base::as_text(*answer.signature)) : answer.signature.error().sentence();
}

}  // namespace

TEST_CASE("a key that was read is signed with by its module", "[pkcs11]") {
    World world;
    Tokens tokens(world.settings());
    read(tokens, "one", 1);
    read(tokens, "two", 2);
    commit(tokens, {1, 2});
    const ike::Signed answer = ask(tokens, 5, 2).get();
    CHECK(answer.id == ike::SignatureId{5});
    CHECK(text(answer) == "two");
    CHECK(text(ask(tokens, 6, 1).get()) == "one");
    CHECK(text(ask(tokens, 7, 3).get()) == "the token has not signed: the key is in no token that is configured");
}

TEST_CASE("what was read changes nothing before its configuration is taken", "[pkcs11]") {
    World world;
    Tokens tokens(world.settings());
    read(tokens, "one", 1, "old");
    CHECK_FALSE(ask(tokens, 1, 1).get().signature);
    commit(tokens, {1});
    read(tokens, "two", 1, "new");
    read(tokens, "two", 2);
    CHECK(text(ask(tokens, 2, 1).get()) == "oneold");
    tokens.discard();
    CHECK(text(ask(tokens, 3, 1).get()) == "oneold");
    CHECK_FALSE(ask(tokens, 4, 2).get().signature);
    read(tokens, "two", 1, "new");
    commit(tokens, {1});
    CHECK(text(ask(tokens, 5, 1).get()) == "twonew");
}

TEST_CASE("keys that the configuration has not are forgotten", "[pkcs11]") {
    World world;
    Tokens tokens(world.settings());
    read(tokens, "one", 1);
    read(tokens, "one", 2);
    commit(tokens, {2});
    CHECK_FALSE(ask(tokens, 1, 1).get().signature);
    CHECK(ask(tokens, 2, 2).get().signature);
    tokens.commit(nullptr);
    CHECK_FALSE(ask(tokens, 3, 2).get().signature);
}

TEST_CASE("a token that hangs holds up neither who asks nor another module", "[pkcs11][hostile-d20]") {
    World world;
    Tokens tokens(world.settings());
    read(tokens, "slow", 1);
    read(tokens, "fast", 2);
    commit(tokens, {1, 2});
    auto slow = ask(tokens, 1, 1);
    world.gate->wait_for_somebody();
    CHECK(text(ask(tokens, 2, 2).get()) == "fast");
    CHECK(slow.wait_for(0s) == std::future_status::timeout);
    world.gate->open();
    CHECK(text(slow.get()) == "slow");
}

TEST_CASE("only so many questions wait for a token", "[pkcs11][hostile-d20]") {
    World world;
    Tokens tokens(world.settings());
    read(tokens, "slow", 1);
    commit(tokens, {1});
    auto first = ask(tokens, 1, 1);
    world.gate->wait_for_somebody();
    std::vector<std::future<ike::Signed>> waiting;
    for (std::size_t i = 0; i < TokenThread::kMostWaiting; ++i) waiting.push_back(ask(tokens, 2 + i, 1));
    auto refused = ask(tokens, 1000, 1);
    REQUIRE(refused.wait_for(0s) == std::future_status::ready);
    CHECK(text(refused.get()) == "the token has not signed: PKCS#11 module slow is behind with too many");
    world.gate->open();
    CHECK(text(waiting.back().get()) == "slow");
}

TEST_CASE("what goes first waits for one piece of work, and not for those that wait", "[pkcs11][hostile-d20]") {
    World world;
    TokenThread thread(std::make_unique<TestAccess>("one", world.gate));
    std::string order;
    std::promise<void> done;
    REQUIRE(thread.post([&](Access&) { world.gate->pass(); }));
    world.gate->wait_for_somebody();
    REQUIRE(thread.post([&](Access&) { order += "sign "; }));
    REQUIRE(thread.post([&](Access&) { done.set_value(); }));
    REQUIRE(thread.post([&](Access&) { order += "read "; }, TokenThread::Turn::first));
    REQUIRE(thread.post([&](Access&) { order += "again "; }, TokenThread::Turn::first));
    world.gate->open();
    done.get_future().wait();
    CHECK(order == "read again sign ");
}

TEST_CASE("whoever has given up is not signed for any more", "[pkcs11][hostile-d20]") {
    World world;
    world.asker_waits = -1ms;
    Tokens tokens(world.settings());
    read(tokens, "fast", 1);
    commit(tokens, {1});
    CHECK(text(ask(tokens, 1, 1).get()) == "the token has not signed: PKCS#11 module fast was busy for too long");
}

TEST_CASE("loading does not wait for a token for ever", "[pkcs11][hostile-d20]") {
    World world;
    world.patience = 1ms;
    Tokens tokens(world.settings());
    const auto read = tokens.key({"stuck", {}, {1}}, nullptr);
    REQUIRE_FALSE(read);
    CHECK(read.error().detail == "PKCS#11 module stuck: its tokens do not answer");
    CHECK_FALSE(tokens.end(0ms));
}

TEST_CASE("a module that has not answered is not waited for again before it has", "[pkcs11][hostile-d20]") {
    World world;
    world.patience = 1ms;
    Tokens tokens(world.settings());
    REQUIRE_FALSE(tokens.key({"stuck", {}, {1}}, nullptr));
    for (int i = 0; i < 2; ++i) {
        CHECK(tokens.certificate({"stuck", {}, {1}}).error().detail ==
              "PKCS#11 module stuck: its tokens have not answered yet what they were asked before");
    }
    world.gate->open();
    while (!tokens.key({"stuck", {}, {1}}, nullptr)) std::this_thread::yield();
}

TEST_CASE("who names no module means the first that has the object", "[pkcs11]") {
    World world;
    Tokens tokens(world.settings());
    CHECK(tokens.key({"", {}, {1}}, nullptr).error().detail ==
          "no PKCS#11 module: 'module' names none, and p11-kit knows none");
    world.names = {"one", "two"};
    CHECK(tokens.key({"", {}, {0}}, nullptr).error().detail == "one: no key; two: no key");
    read(tokens, "", 1);
    commit(tokens, {1});
    CHECK(text(ask(tokens, 1, 1).get()) == "one");
}

TEST_CASE("a PIN that one module's token has refused is not tried at the next one's", "[pkcs11][hostile-d20]") {
    World world;
    world.names = {"one", "two"};
    Tokens tokens(world.settings());
    const base::SecretBytes wrong{base::as_bytes("wrong")};
    CHECK(tokens.key({"", {}, {1}}, &wrong).error().detail == "one: wrong PIN");
    CHECK(tokens.key({"", {}, {0}}, &wrong).error().detail == "one: no key; two: no key");
}

TEST_CASE("a PIN that one module's token may have refused is not tried at the next one's", "[pkcs11][hostile-d20]") {
    World world;
    const base::SecretBytes pin{base::as_bytes("1234")};
    world.names = {"broken", "two"};
    SECTION("as the module throws") {
        Tokens tokens(world.settings());
        CHECK(tokens.key({"", {}, {1}}, &pin).error().detail == "PKCS#11 module broken fails: no room");
        CHECK(tokens.key({"", {}, {1}}, nullptr));
    }
    SECTION("as the module hangs") {
        world.names = {"stuck", "two"};
        world.patience = 1ms;
        Tokens tokens(world.settings());
        CHECK(tokens.key({"", {}, {1}}, &pin).error().detail == "PKCS#11 module stuck: its tokens do not answer");
        CHECK_FALSE(tokens.key({"", {}, {1}}, &pin));
        world.gate->open();
        while (!tokens.key({"stuck", {}, {1}}, nullptr)) std::this_thread::yield();
    }
}

TEST_CASE("a module has one thread, whatever it is called", "[pkcs11]") {
    World world;
    Tokens tokens(world.settings());
    read(tokens, "one.so", 1);
    read(tokens, "one.link", 2);
    commit(tokens, {1, 2});
    CHECK(world.opened == std::vector<std::string>{"one.so"});
    CHECK(text(ask(tokens, 1, 2).get()) == "one.so");
    world.names = {"one.link", "one.so"};
    CHECK(tokens.key({"", {}, {0}}, nullptr).error().detail == "one.so: no key");
}

TEST_CASE("who asks a module that throws is answered", "[pkcs11][hostile-d20]") {
    World world;
    Tokens tokens(world.settings());
    CHECK(tokens.key({"broken", {}, {1}}, nullptr).error().detail == "PKCS#11 module broken fails: no room");
    read(tokens, "throws", 1);
    commit(tokens, {1});
    CHECK(text(ask(tokens, 1, 1).get()) == "the token has not signed: PKCS#11 module throws fails");
}

TEST_CASE("after the end nothing is signed", "[pkcs11]") {
    World world;
    Tokens tokens(world.settings());
    read(tokens, "one", 1);
    commit(tokens, {1});
    CHECK(tokens.end(kLong));
    CHECK_FALSE(ask(tokens, 1, 1).get().signature);
    CHECK_FALSE(tokens.key({"one", {}, {1}}, nullptr));
}
