// What has been asked outside (ike/enquiries.h) and what came of it. Answers are kept for whoever asks next; there are
// so many of them, and those that came first go first. One for each engine.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "ike/actions.h"
#include "ike/base/instant.h"
#include "ike/crypto/crl.h"
#include "ike/crypto/revocation.h"

namespace xfrmd::ikev2::sa {

class Enquiries {
public:
    // What a URI has given, and what was read out of it (the asker's to fill in).
    struct Found {
        base::Result<base::Bytes> body;
        base::Instant at;
        std::size_t size = 0;
        crypto::WallClock counts_until{};  // as far as it has been read: the beginning of time where it says nothing
        crypto::Sha256 issuer{};           // for whom it was read
        std::optional<base::Result<crypto::Crl>> list = {};
        std::optional<crypto::Judgement> judgement = {};
    };

    // nullptr: nothing has come yet.
    Found* find(const ike::Fetch& question);
    // `asker` hears of the answer, of this question or of the one like it that is out already. False: too many are
    // out.
    bool ask(ike::Fetch question, ike::IkeSaId asker, base::Instant now);
    // A signature that has been made; nullptr: it is asked for. `question` has no number yet.
    const base::Result<base::Bytes>* sign(ike::Sign question, ike::IkeSaId asker, base::Instant now);

    // Those who wait for it. Nobody where it was not asked for, or counts as unanswered.
    std::vector<ike::IkeSaId> answer(const ike::Fetched& answer, base::Instant now);
    std::vector<ike::IkeSaId> answer(const ike::Signed& answer);
    // What nobody has answered for kPatience counts as failed.
    std::vector<ike::IkeSaId> give_up(base::Instant now);
    base::Instant deadline() const;

    // What is to be asked, since the last call.
    ike::Actions take_questions() { return std::exchange(questions_, {}); }

    static constexpr base::Duration kPatience = std::chrono::seconds(15);
    static constexpr std::size_t kMostAnswers = 1024;
    static constexpr std::size_t kMostBytes = std::size_t{64} << 20;  // of all answers
    static constexpr std::size_t kMostOpen = 1024;                    // questions of either kind

private:
    using Key = std::pair<std::string, base::Bytes>;  // URI, and what is posted

    struct Open {
        base::Instant since;
        std::vector<ike::IkeSaId> askers;
    };
    struct Signature {
        ike::SignatureId id{};
        base::Instant since;
        ike::IkeSaId asker{};
        std::optional<base::Result<base::Bytes>> made;
    };

    void keep(const Key& key, base::Result<base::Bytes> body, base::Instant now);
    void make_room();

    std::map<Key, Open> open_;
    std::map<Key, Found> found_;
    std::list<Key> order_;  // of found_, the first to come first
    std::size_t bytes_ = 0;
    std::map<crypto::Sha256, Signature> signatures_;  // by what is signed
    std::uint64_t numbers_ = 0;
    ike::Actions questions_;
};

}  // namespace xfrmd::ikev2::sa
