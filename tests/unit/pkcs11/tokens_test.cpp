// What waits for whom: questions to tokens that are slow, hang, or are asked too much.
#include "daemon/pkcs11/tokens.h"

#include <catch2/catch_test_macros.hpp>

#include <condition_variable>
#include <future>

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

// The key with handle N is small_key(N). What a token signs is its module's name.
class TestAccess final : public Access {
public:
    TestAccess(std::string name, std::shared_ptr<Gate> gate) : name_(std::move(name)), gate_(std::move(gate)) {}

    base::Result<crypto::Certificate> certificate(const TokenObject&) override {
        return base::fail(base::Reason::ConfigurationInvalid, name_ + ": no certificate");
    }
    base::Result<TokenKey> key(const TokenObject& object, const base::SecretBytes*) override {
        if (object.module == "stuck") gate_->pass();
        if (object.handle.front() == 0) return base::fail(base::Reason::ConfigurationInvalid, name_ + ": no key");
        return TokenKey{public_key(object.handle.front()), std::nullopt};
    }
    base::Result<base::Bytes> sign(const SigningKey&, const policy::SignatureScheme&, crypto::EcdsaFormat,
                                   base::ByteView) override {
        if (name_ == "slow") gate_->pass();
        return base::to_bytes(base::as_bytes(name_));
    }

private:
    std::string name_;
    std::shared_ptr<Gate> gate_;
};

struct World {
    ~World() { gate->open(); }

    Tokens::Settings settings() {
        return {[this](std::string name) { return std::make_unique<TestAccess>(std::move(name), gate); },
                [this] { return names; }, patience, asker_waits};
    }
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    std::vector<std::string> names;
    std::chrono::milliseconds patience = kLong;
    std::chrono::milliseconds asker_waits = kLong;
};

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
    REQUIRE(tokens.key({"one", {}, {1}}, nullptr));
    REQUIRE(tokens.key({"two", {}, {2}}, nullptr));
    const ike::Signed answer = ask(tokens, 5, 2).get();
    CHECK(answer.id == ike::SignatureId{5});
    CHECK(text(answer) == "two");
    CHECK(text(ask(tokens, 6, 1).get()) == "one");
    CHECK(text(ask(tokens, 7, 3).get()) == "the token has not signed: the key is in no token that is configured");
}

TEST_CASE("a token that hangs holds up neither who asks nor another module", "[pkcs11][hostile-d20]") {
    World world;
    Tokens tokens(world.settings());
    REQUIRE(tokens.key({"slow", {}, {1}}, nullptr));
    REQUIRE(tokens.key({"fast", {}, {2}}, nullptr));
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
    REQUIRE(tokens.key({"slow", {}, {1}}, nullptr));
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

TEST_CASE("whoever has given up is not signed for any more", "[pkcs11][hostile-d20]") {
    World world;
    world.asker_waits = -1ms;
    Tokens tokens(world.settings());
    REQUIRE(tokens.key({"fast", {}, {1}}, nullptr));
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

TEST_CASE("who names no module means the first that has the object", "[pkcs11]") {
    World world;
    Tokens tokens(world.settings());
    CHECK(tokens.key({"", {}, {1}}, nullptr).error().detail ==
          "no PKCS#11 module: 'module' names none, and p11-kit knows none");
    world.names = {"one", "two"};
    CHECK(tokens.key({"", {}, {0}}, nullptr).error().detail == "one: no key; two: no key");
    REQUIRE(tokens.key({"", {}, {1}}, nullptr));
    CHECK(text(ask(tokens, 1, 1).get()) == "one");
}

TEST_CASE("keys that no configuration has any more are forgotten", "[pkcs11]") {
    World world;
    Tokens tokens(world.settings());
    REQUIRE(tokens.key({"one", {}, {1}}, nullptr));
    REQUIRE(tokens.key({"one", {}, {2}}, nullptr));
    crypto::Credentials::Parts parts;
    parts.private_keys.push_back(crypto::PrivateKey::elsewhere(public_key(2)));
    const auto credentials = crypto::Credentials::make(std::move(parts), {});
    REQUIRE(credentials);
    tokens.retain(**credentials);
    CHECK_FALSE(ask(tokens, 1, 1).get().signature);
    CHECK(ask(tokens, 2, 2).get().signature);
}

TEST_CASE("after the end nothing is signed", "[pkcs11]") {
    World world;
    Tokens tokens(world.settings());
    REQUIRE(tokens.key({"one", {}, {1}}, nullptr));
    CHECK(tokens.end(kLong));
    CHECK_FALSE(ask(tokens, 1, 1).get().signature);
    CHECK_FALSE(tokens.key({"one", {}, {1}}, nullptr));
}
