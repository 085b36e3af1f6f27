#include "daemon/pkcs11/tokens.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <optional>
#include <set>
#include <string_view>
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
        is_awaited_ = false;
        return std::exchange(value_, std::nullopt);
    }
    bool is_awaited() {
        const std::lock_guard lock(mutex_);
        return is_awaited_;
    }

private:
    std::mutex mutex_;
    std::condition_variable there_;
    std::optional<T> value_;
    bool is_awaited_ = true;
};

std::string words_for(const std::string& module) { return "PKCS#11 module " + base::printable(module); }

// A module may be of C++, and memory may be short: who asks is answered all the same.
template <typename Ask, typename Failed>
auto answer_of(const std::string& module, const Ask& ask, const Failed& failed) -> decltype(ask()) {
    try {
        return ask();
    } catch (const std::exception& error) {
        return failed(words_for(module) + " fails: " + base::printable(std::string_view(error.what())));
    } catch (...) {
        return failed(words_for(module) + " fails");
    }
}

// From a module that hangs or throws nobody knows whether a token has refused the PIN.
tl::unexpected<Refusal> not_read(const std::string& why, bool may_have_tried_pin) {
    return tl::unexpected(Refusal({Reason::ConfigurationInvalid, why}, may_have_tried_pin));
}

ike::Signed refusal(ike::SignatureId id, std::string why) { return {id, fail(Reason::SigningFailed, std::move(why))}; }

}  // namespace

Tokens::Tokens() : Tokens(Settings{open_module, module_names, real_path_of}) {}

Tokens::Tokens(Settings settings) : settings_(std::move(settings)) {}

std::shared_ptr<Tokens::Module> Tokens::module_of(const std::string& name, const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (ended_) return nullptr;
    auto& module = modules_[path];
    if (!module) module = std::make_shared<Module>(name, settings_.open(name));
    return module;
}

template <typename T>
Response<Tokens::Found<T>> Tokens::read(std::shared_ptr<Module> module, const Reading<T>& reading) {
    const auto silent = [&](const char* how) {
        return not_read(words_for(module->name) + ": its tokens " + how, reading.may_try_pin);
    };
    if (!module->unanswered.expired()) return silent("have not answered yet what they were asked before");
    auto reply = std::make_shared<Reply<Response<T>>>();
    const auto work = [reply, reading, name = module->name](Access& access) {
        if (!reply->is_awaited()) return;
        const auto failed = [&](const std::string& why) { return not_read(why, reading.may_try_pin); };
        reply->put(answer_of(name, [&] { return reading.ask(access); }, failed));
    };
    const bool waits = module->thread.post(work, TokenThread::Turn::first);
    module->unanswered = reply;
    auto answer = waits ? reply->wait(settings_.patience) : std::nullopt;
    if (!answer) return silent("do not answer");
    module->unanswered.reset();
    if (!*answer) return tl::unexpected(std::move(answer->error()));
    return Found<T>{std::move(**answer), std::move(module)};
}

// In the first module that has it; of several that have not, all say why.
template <typename T>
Result<Tokens::Found<T>> Tokens::find(const TokenObject& object, const Reading<T>& reading) {
    const auto names = object.module.empty() ? settings_.names() : std::vector<std::string>{object.module};
    if (names.empty()) return fail(Reason::ConfigurationInvalid, std::string(kNoModule));
    std::set<std::string> asked;
    std::string why;
    for (const std::string& name : names) {
        const std::string path = settings_.real_path(name);
        if (!asked.insert(path).second) continue;
        auto module = module_of(name, path);
        if (!module) return fail(Reason::ConfigurationInvalid, "tokens are not asked any more");
        auto found = read<T>(std::move(module), reading);
        if (found) return std::move(*found);
        why += (why.empty() ? "" : "; ") + found.error().error.detail;
        if (found.error().is_of_pin) break;
    }
    return fail(Reason::ConfigurationInvalid, why);
}

Result<Certificate> Tokens::certificate(const TokenObject& object) {
    auto found = find<Certificate>(object, {[object](Access& access) { return access.certificate(object); }});
    if (!found) return tl::unexpected(found.error());
    return std::move(found->what);
}

Result<TokenKey> Tokens::key(const TokenObject& object, const base::SecretBytes* pin) {
    const auto own = std::make_shared<const base::SecretBytes>(pin == nullptr ? base::SecretBytes() : pin->clone());
    const auto ask = [object, own](Access& access) { return access.key(object, own->empty() ? nullptr : own.get()); };
    auto found = find<TokenKey>(object, {ask, !own->empty()});
    if (!found) return tl::unexpected(found.error());
    auto key = std::make_shared<const SigningKey>(SigningKey{object, own->clone(), found->what.key});
    const std::lock_guard lock(mutex_);
    const crypto::Sha1 id = key->key.key_id();
    read_.insert_or_assign(id, Known{std::move(found->module), std::move(key)});
    return std::move(found->what);
}

void Tokens::commit(const crypto::Credentials* credentials) {
    const std::lock_guard lock(mutex_);
    keys_ = std::exchange(read_, {});
    std::erase_if(keys_, [&](const auto& entry) {
        const auto* key = credentials == nullptr ? nullptr : credentials->private_key(entry.second.key->key);
        return key == nullptr || !key->is_elsewhere();
    });
}

void Tokens::discard() {
    const std::lock_guard lock(mutex_);
    read_.clear();
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
    const auto asked = std::make_shared<const ike::Sign>(std::move(question));
    const auto until = std::chrono::steady_clock::now() + settings_.asker_waits;
    const bool waits = known.module->thread.post([=, key = known.key, module = known.module->name](Access& access) {
        // Whoever asked has given up: what follows shall not wait for that, too.
        if (std::chrono::steady_clock::now() > until) {
            return answer(refusal(id, words_for(module) + " was busy for too long"));
        }
        const auto sign = [&] { return access.sign(*key, asked->scheme, asked->format, asked->message); };
        const auto failed = [](std::string why) { return fail(Reason::SigningFailed, std::move(why)); };
        answer({id, answer_of(module, sign, failed)});
    });
    if (!waits) answer(refusal(id, words_for(known.module->name) + " is behind with too many"));
}

std::map<std::string, std::shared_ptr<Tokens::Module>> Tokens::end_modules() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    return std::exchange(modules_, {});
}

bool Tokens::end(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    bool ended = true;
    for (const auto& [path, module] : end_modules()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (!module->thread.end(std::max(left, std::chrono::milliseconds(0)))) ended = false;
    }
    return ended;
}

}  // namespace xfrmd::daemon::pkcs11
