// All PKCS#11 tokens of the daemon: read at load, asked for signatures afterwards. Each module has a thread of its own
// (TokenThread), started when the module is first named, by whichever of its names. A token is never waited for by
// whoever asks for a signature.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/config/token_reader.h"
#include "daemon/pkcs11/token_thread.h"
#include "ike/crypto/credentials.h"
#include "ike/enquiries.h"

namespace xfrmd::daemon::pkcs11 {

// May be used by any thread; configurations are read one at a time.
class Tokens final : public TokenReader {
public:
    struct Settings {
        std::function<std::unique_ptr<Access>(std::string module)> open;
        std::function<std::vector<std::string>()> names;                // of modules, for whoever names none
        std::function<std::string(const std::string& name)> real_path;  // as of real_path_of()
        std::chrono::milliseconds patience{10'000};                     // with a module, at load
        std::chrono::milliseconds asker_waits{15'000};                  // for a signature
    };
    using Answer = std::function<void(ike::Signed)>;

    Tokens();  // with real modules
    explicit Tokens(Settings settings);

    // --- TokenReader. What a busy token still has to sign waits meanwhile; one that has not answered in time is not
    // waited for again before it has. Who names no module has its PIN tried no more once a token has refused it, or
    // may have: the next module may see the same one. ---
    base::Result<crypto::Certificate> certificate(const TokenObject& object) override;
    base::Result<TokenKey> key(const TokenObject& object, const base::SecretBytes* pin) override;

    // The keys that were read since the last call are those that are signed with from now on, as far as these
    // credentials have them; nullptr: none.
    void commit(const crypto::Credentials* credentials);
    // They are forgotten: everything stays as it is.
    void discard();

    // `answer` is called once, in the module's thread or at once; not after end() where that says true. Error:
    // SigningFailed.
    void sign(ike::Sign question, const Answer& answer);
    // The last call. See TokenThread::end(), for all of them together.
    bool end(std::chrono::milliseconds patience);

private:
    struct Module {
        Module(std::string called, std::unique_ptr<Access> access)
            : name(std::move(called)), thread(std::move(access)) {}

        const std::string name;  // the first by which it was called
        TokenThread thread;
        std::weak_ptr<void> unanswered;  // what nobody waits for any more, until it is done; the reader's own
    };
    struct Known {
        std::shared_ptr<Module> module;
        std::shared_ptr<const SigningKey> key;
    };
    using Keys = std::map<crypto::Sha1, Known>;  // by PublicKey::key_id
    template <typename T>
    struct Found {
        T what;
        std::shared_ptr<Module> module;
    };
    template <typename T>
    struct Reading {
        std::function<Response<T>(Access&)> ask;
        bool may_try_pin = false;
    };

    Known known(const crypto::Sha1& key);
    // nullptr after the end.
    std::shared_ptr<Module> module_of(const std::string& name, const std::string& path);
    std::map<std::string, std::shared_ptr<Module>> end_modules();
    template <typename T>
    base::Result<Found<T>> find(const TokenObject& object, const Reading<T>& reading);
    template <typename T>
    Response<Found<T>> read(std::shared_ptr<Module> module, const Reading<T>& reading);

    const Settings settings_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Module>> modules_;  // by their real paths
    Keys keys_;
    Keys read_;  // not signed with yet
    bool ended_ = false;
};

}  // namespace xfrmd::daemon::pkcs11
