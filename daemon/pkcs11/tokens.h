// All PKCS#11 tokens of the daemon: read at load, asked for signatures afterwards. Each module has a thread of its own
// (TokenThread), started when the module is first named. A token is never waited for by whoever asks for a signature.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/config/token_reader.h"
#include "daemon/pkcs11/token_thread.h"
#include "ike/crypto/credentials.h"
#include "ike/enquiries.h"

namespace xfrmd::daemon::pkcs11 {

// May be used by any thread.
class Tokens final : public TokenReader {
public:
    using Open = std::function<std::unique_ptr<Access>(std::string module)>;
    struct Settings {
        Open open;
        std::function<std::vector<std::string>()> names;  // of modules, for whoever names none
        std::chrono::milliseconds patience{10'000};       // with a token, at load
        std::chrono::milliseconds asker_waits{15'000};    // for a signature
    };
    using Answer = std::function<void(ike::Signed)>;

    Tokens();  // with real modules
    explicit Tokens(Settings settings);

    // --- TokenReader; a key that was read can be signed with from then on ---
    base::Result<crypto::Certificate> certificate(const TokenObject& object) override;
    base::Result<TokenKey> key(const TokenObject& object, const base::SecretBytes* pin) override;

    // `answer` is called once, in the module's thread or at once; not after end() where that says true. Error:
    // SigningFailed.
    void sign(ike::Sign question, const Answer& answer);
    // Forgets the PINs of keys that these credentials have not.
    void retain(const crypto::Credentials& credentials);
    // The last call. See TokenThread::end(), for all of them together.
    bool end(std::chrono::milliseconds patience);

private:
    struct Known {
        std::string module;
        std::shared_ptr<const SigningKey> key;
    };
    template <typename T>
    struct Found {
        T what;
        std::string module;
    };
    template <typename T>
    using Reading = std::function<base::Result<T>(Access&)>;

    Known known(const crypto::Sha1& key);
    // nullptr after the end.
    std::shared_ptr<TokenThread> thread_of(const std::string& module);
    bool post(const std::string& module, TokenThread::Work work);
    std::map<std::string, std::shared_ptr<TokenThread>> end_threads();
    template <typename T>
    base::Result<Found<T>> find(const TokenObject& object, const Reading<T>& reading);
    template <typename T>
    base::Result<T> read(const std::string& module, const Reading<T>& reading);

    const Settings settings_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<TokenThread>> threads_;  // by their modules
    std::map<crypto::Sha1, Known> keys_;                           // by PublicKey::key_id
    bool ended_ = false;
};

}  // namespace xfrmd::daemon::pkcs11
