#include "daemon/objects/credential_set.h"

#include <algorithm>
#include <utility>

#include "ike/base/bytes.h"

namespace xfrmd::daemon {

using crypto::Certificate;

std::string CredentialSet::id_of(const crypto::PrivateKey& key) { return base::to_hex(key.public_key().key_id()); }

template <typename T>
void CredentialSet::put(std::vector<Held<T>>& into, const T& what, Origin from) {
    const auto is_same = [&](const Held<T>& held) { return held.what == what; };
    if (std::ranges::none_of(into, is_same)) into.push_back({what, from});
}

void CredentialSet::add(crypto::PrivateKey key, Origin from) {
    const auto is_same = [&](const auto& held) { return held.what.public_key() == key.public_key(); };
    if (std::ranges::none_of(private_keys_, is_same)) private_keys_.push_back({std::move(key), from});
}

template <typename T>
void CredentialSet::drop_files(std::vector<Held<T>>& from) {
    std::erase_if(from, [](const Held<T>& held) { return held.from == Origin::files; });
}

void CredentialSet::take_files(const CredentialParts& found) {
    drop_files(certificates_);
    drop_files(authorities_);
    drop_files(responders_);
    drop_files(public_keys_);
    drop_files(private_keys_);
    for (const Certificate& one : found.certificates) put(certificates_, one, Origin::files);
    for (const Certificate& one : found.authorities) put(authorities_, one, Origin::files);
    for (const Certificate& one : found.ocsp_responders) put(responders_, one, Origin::files);
    for (const crypto::PublicKey& one : found.public_keys) put(public_keys_, one, Origin::files);
    for (const crypto::PrivateKey& one : found.private_keys) add(one.share(), Origin::files);
    file_lists_ = found.lists;
}

void CredentialSet::add(const Certificate& certificate, Role role, Origin from) {
    auto& certificates = role == Role::end ? certificates_ : role == Role::authority ? authorities_ : responders_;
    put(certificates, certificate, from);
}

void CredentialSet::add(const crypto::PublicKey& key, Origin from) { put(public_keys_, key, from); }

void CredentialSet::add_list(base::Bytes list) {
    if (std::ranges::find(client_lists_, list) == client_lists_.end()) client_lists_.push_back(std::move(list));
}

bool CredentialSet::remove_key(std::string_view id) {
    return std::erase_if(private_keys_, [&](const auto& held) { return id_of(held.what) == id; }) > 0;
}

std::vector<std::string> CredentialSet::key_ids() const {
    std::vector<std::string> ids;
    for (const auto& held : private_keys_) ids.push_back(id_of(held.what));
    return ids;
}

void CredentialSet::clear() { *this = CredentialSet(); }

std::size_t CredentialSet::size() const {
    return certificates_.size() + authorities_.size() + responders_.size() + public_keys_.size() +
           private_keys_.size() + client_lists_.size();
}

void CredentialSet::append_to(CredentialJoin& join) const {
    for (const auto& held : certificates_) join.add_end(held.what);
    for (const auto& held : authorities_) join.add_authority(held.what);
    for (const auto& held : responders_) join.add_responder(held.what);
    for (const auto& held : public_keys_) join.add_key(held.what);
    for (const auto& held : private_keys_) join.add_key(held.what.share());
    for (const crypto::Crl& list : file_lists_) join.add_list(list);
    for (const base::Bytes& list : client_lists_) join.add_list(list);
}

}  // namespace xfrmd::daemon
