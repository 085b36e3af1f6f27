#include "daemon/pkcs11/tokens.h"

#include <algorithm>
#include <condition_variable>
#include <optional>
#include <utility>

#include "daemon/pkcs11/module.h"

namespace xfrmd::daemon::pkcs11 {

namespace {

using base::fail;
using base::Reason;
using base::Result;
using crypto::Certificate;

constexpr std::string_view kNoModule = "no PKCS#11 module: 'module' names none, and p11-kit knows none";

// From one thread to another, which does not wait for ever.
template <typename T>
class Reply {
public:
    void put(T value) {
        const std::lock_guard lock(mutex_);
        value_ = std::move(value);
        there_.notify_all();
    }
    std::optional<T> wait(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        there_.wait_for(lock, patience, [this] { return value_.has_value(); });
        return std::exchange(value_, std::nullopt);
    }

private:
    std::mutex mutex_;
    std::condition_variable there_;
    std::optional<T> value_;
};

ike::Signed refusal(ike::SignatureId id, std::string why) { return {id, fail(Reason::SigningFailed, std::move(why))}; }

}  // namespace

Tokens::Tokens() : Tokens(Settings{open_module, module_names}) {}

Tokens::Tokens(Settings settings) : settings_(std::move(settings)) {}

std::shared_ptr<TokenThread> Tokens::thread_of(const std::string& module) {
    const std::lock_guard lock(mutex_);
    if (ended_) return nullptr;
    auto& thread = threads_[module];
    if (!thread) thread = std::make_shared<TokenThread>(settings_.open(module));
    return thread;
}

bool Tokens::post(const std::string& module, TokenThread::Work work) {
    const auto thread = thread_of(module);
    return thread && thread->post(std::move(work));
}

template <typename T>
Result<T> Tokens::read(const std::string& module, const Reading<T>& reading) {
    auto reply = std::make_shared<Reply<Result<T>>>();
    const bool waits = post(module, [reply, reading](Access& access) { reply->put(reading(access)); });
    auto answer = waits ? reply->wait(settings_.patience) : std::nullopt;
    if (answer) return std::move(*answer);
    return fail(Reason::ConfigurationInvalid,
                "PKCS#11 module " + base::printable(module) + ": its tokens do not answer");
}

// In the first module that has it; of several that have not, all say why.
template <typename T>
Result<Tokens::Found<T>> Tokens::find(const TokenObject& object, const Reading<T>& reading) {
    const auto modules = object.module.empty() ? settings_.names() : std::vector<std::string>{object.module};
    if (modules.empty()) return fail(Reason::ConfigurationInvalid, std::string(kNoModule));
    std::string why;
    for (const std::string& module : modules) {
        auto what = read<T>(module, reading);
        if (what) return Found<T>{std::move(*what), module};
        why += (why.empty() ? "" : "; ") + what.error().detail;
    }
    return fail(Reason::ConfigurationInvalid, why);
}

Result<Certificate> Tokens::certificate(const TokenObject& object) {
    auto found = find<Certificate>(object, [object](Access& access) { return access.certificate(object); });
    if (!found) return tl::unexpected(found.error());
    return std::move(found->what);
}

Result<TokenKey> Tokens::key(const TokenObject& object, const base::SecretBytes* pin) {
    const auto own = std::make_shared<const base::SecretBytes>(pin == nullptr ? base::SecretBytes() : pin->clone());
    auto found = find<TokenKey>(
        object, [object, own](Access& access) { return access.key(object, own->empty() ? nullptr : own.get()); });
    if (!found) return tl::unexpected(found.error());
    auto key = std::make_shared<const SigningKey>(SigningKey{object, own->clone(), found->what.key});
    const std::lock_guard lock(mutex_);
    keys_.insert_or_assign(key->key.key_id(), Known{std::move(found->module), key});
    return std::move(found->what);
}

Tokens::Known Tokens::known(const crypto::Sha1& key) {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(key);
    return found == keys_.end() ? Known() : found->second;
}

void Tokens::sign(ike::Sign question, const Answer& answer) {
    const ike::SignatureId id = question.id;
    const Known known = this->known(question.key);
    if (!known.key) return answer(refusal(id, "the key is in no token that is configured"));
    const std::string module = "PKCS#11 module " + base::printable(known.module);
    const auto asked = std::make_shared<const ike::Sign>(std::move(question));
    const auto until = std::chrono::steady_clock::now() + settings_.asker_waits;
    const bool waits = post(known.module, [=](Access& access) {
        // Whoever asked has given up: what follows shall not wait for that, too.
        if (std::chrono::steady_clock::now() > until) return answer(refusal(id, module + " was busy for too long"));
        answer({id, access.sign(*known.key, asked->scheme, asked->format, asked->message)});
    });
    if (!waits) answer(refusal(id, module + " is behind with too many"));
}

void Tokens::retain(const crypto::Credentials& credentials) {
    const std::lock_guard lock(mutex_);
    std::erase_if(keys_, [&](const auto& entry) {
        const crypto::PrivateKey* key = credentials.private_key(entry.second.key->key);
        return key == nullptr || !key->is_elsewhere();
    });
}

std::map<std::string, std::shared_ptr<TokenThread>> Tokens::end_threads() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    return std::exchange(threads_, {});
}

bool Tokens::end(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    bool ended = true;
    for (const auto& [module, thread] : end_threads()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (!thread->end(std::max(left, std::chrono::milliseconds(0)))) ended = false;
    }
    return ended;
}

}  // namespace xfrmd::daemon::pkcs11
