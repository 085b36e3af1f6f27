// All IKE SAs of an engine and the ways to find one: by our SPI (every datagram), by number (operators), by connection
// (initiating), by pair of identities (INITIAL_CONTACT), and by what is due next (time). SPIs and numbers are given out
// here.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ike/base/random.h"
#include "ike/ikev2/sa/ike_sa.h"

namespace xfrmd::ike {

class SaTable : public ikev2::sa::SpiSource {
public:
    SaTable(std::uint8_t shard, unsigned shards, base::Random& random)
        : shard_(shard), shards_(shards), random_(random) {}

    // A random SPI nobody has, with the shard in its top byte; never 0.
    ikev2::wire::IkeSpi new_ike_spi() override;
    IkeSaId new_ike_id() override;
    EspSpi new_esp_spi() override;
    void release(EspSpi spi) override { esp_spis_.erase(spi); }
    // One of this shard's.
    std::optional<Cpi> new_cpi() override;
    void release(Cpi cpi) override { cpis_.erase(cpi); }
    ChildSaId new_child_id() override;
    std::size_t ike_sas() const override { return by_id_.size(); }
    bool is_live(IkeSaId id) const override;
    bool awaits_delete(IkeSaId id) const override;

    bool has_elsewhere(const policy::Identity& local, const policy::Identity& remote,
                       const policy::Connection& connection, const base::Address& address) const override;

    ChildSaId twin_of(const ikev2::sa::Sa& sa, const ikev2::sa::Established& phase, const std::string& name,
                      const policy::TrafficSelectors& local, const policy::TrafficSelectors& remote) const override;

    // What another engine has, until that has gone.
    void note_elsewhere(const PeerNews& news);
    void forget_elsewhere(IkeSaId id);
    bool is_known_elsewhere(const policy::Identity& local, const policy::Identity& remote) const;

    ikev2::sa::IkeSa& add(std::unique_ptr<ikev2::sa::IkeSa> sa);
    void remove(IkeSaId id);
    // Each gets the other's number, by which other engines know them. Both want an update() then.
    void swap_numbers(IkeSaId one, IkeSaId other);
    // It gets a number that nobody has any more, and wants an update() then.
    void renumber(IkeSaId id, IkeSaId unused);
    ikev2::sa::IkeSa* find(ikev2::wire::IkeSpi own_spi);
    const ikev2::sa::IkeSa* find(ikev2::wire::IkeSpi own_spi) const;
    ikev2::sa::IkeSa* find(IkeSaId id);
    // Is there an IKE SA with this SPI of ours, or will there be, as far as the peer knows? A rekeying of ours that
    // waits for its answer may have made one at the peer.
    bool is_ours(ikev2::wire::IkeSpi spi) const { return by_spi_.contains(spi) || offered_.contains(spi); }
    // In the order of their numbers.
    const std::map<IkeSaId, std::unique_ptr<ikev2::sa::IkeSa>>& all() const { return by_id_; }
    // For who changes them: any of them may go meanwhile, and others come.
    std::vector<IkeSaId> ids() const;

    // Keeps the secondary indexes true after anything happened to the SA.
    void update(ikev2::sa::IkeSa& sa, base::Instant deadline);
    std::vector<ikev2::sa::IkeSa*> of_connection(const std::string& name);
    // Of a connection, those of ours whose peer has not been told who we are.
    std::vector<ikev2::sa::IkeSa*> attempts_of(const std::string& connection);
    std::vector<ikev2::sa::IkeSa*> of_identities(const policy::Identity& local, const policy::Identity& remote);

    base::Instant next_deadline() const { return due_.empty() ? base::kNever : due_.begin()->first; }
    // The SA whose deadline has come, nullptr if none has.
    ikev2::sa::IkeSa* next_due(base::Instant now);

private:
    struct Indexed {
        base::Instant deadline = base::kNever;
        std::string connection;
        std::string attempt;  // the connection's name
        std::string identities;
        ikev2::wire::IkeSpi offered{};  // by a rekeying; none: there is none
    };
    struct Elsewhere {
        std::string identities;
        base::Address remote;
        std::shared_ptr<const policy::Connection> connection;
    };
    using Group = std::unordered_map<std::string, std::set<IkeSaId>>;
    std::uint64_t numbered(std::uint64_t given) const;
    // nullptr where it is not, or not there.
    const ikev2::sa::Established* established(IkeSaId id) const;
    void forget_indexes(IkeSaId id);
    void note_offered(Indexed& indexed, ikev2::wire::IkeSpi spi);
    static void regroup(Group& group, std::string& current, std::string wanted, IkeSaId id);
    std::vector<ikev2::sa::IkeSa*> members(const Group& group, const std::string& key);

    std::uint8_t shard_;
    unsigned shards_;
    base::Random& random_;
    std::uint64_t ike_ids_ = 0;  // so many were given out
    std::uint64_t child_ids_ = 0;
    std::map<IkeSaId, std::unique_ptr<ikev2::sa::IkeSa>> by_id_;
    std::unordered_map<IkeSaId, Indexed> indexed_;
    std::unordered_map<ikev2::wire::IkeSpi, IkeSaId> by_spi_;
    std::unordered_set<ikev2::wire::IkeSpi> offered_;
    std::unordered_set<EspSpi> esp_spis_;
    std::unordered_set<Cpi> cpis_;
    std::set<std::pair<base::Instant, IkeSaId>> due_;
    std::unordered_map<IkeSaId, Elsewhere> elsewhere_;
    Group elsewhere_by_identities_;
    Group by_connection_;
    Group attempts_;
    Group by_identities_;
};

}  // namespace xfrmd::ike
