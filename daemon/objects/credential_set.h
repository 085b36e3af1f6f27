// Certificates, keys and lists that count for all connections, each once, and where they came from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/objects/credential_join.h"
#include "daemon/objects/origin.h"

namespace xfrmd::daemon {

class CredentialSet {
public:
    // In place of what came from files before.
    void take_files(const CredentialParts& found);

    enum class Role : std::uint8_t { end, authority, ocsp_signer };
    void add(const crypto::Certificate& certificate, Role role, Origin from);
    void add(const crypto::PublicKey& key, Origin from);
    void add(crypto::PrivateKey key, Origin from);
    // A list in DER or PEM, whose issuer may not be there yet: it counts once it is.
    void add_list(base::Bytes list);

    bool remove_key(std::string_view id);      // hexadecimal
    std::vector<std::string> key_ids() const;  // likewise
    // `see(place, id, from)` for keys from this place on, until it says false.
    template <typename See>
    void each_key_from(std::size_t first, See see) const {
        for (std::size_t i = first; i < private_keys_.size(); ++i) {
            if (!see(i, id_of(private_keys_[i].what), private_keys_[i].from)) return;
        }
    }
    void clear();
    std::size_t size() const;

    // Adds all of it to what is there already.
    void append_to(CredentialJoin& join) const;

private:
    static std::string id_of(const crypto::PrivateKey& key);
    template <typename T>
    struct Held {
        T what;
        Origin from;
    };
    template <typename T>
    static void put(std::vector<Held<T>>& into, const T& what, Origin from);
    template <typename T>
    static void drop_files(std::vector<Held<T>>& from);

    std::vector<Held<crypto::Certificate>> certificates_;
    std::vector<Held<crypto::Certificate>> authorities_;
    std::vector<Held<crypto::Certificate>> responders_;
    std::vector<Held<crypto::PublicKey>> public_keys_;
    std::vector<Held<crypto::PrivateKey>> private_keys_;
    std::vector<crypto::Crl> file_lists_;
    std::vector<base::Bytes> client_lists_;
};

}  // namespace xfrmd::daemon
