// The small CA: no daemon is asked.
#include <chrono>
#include <utility>

#include "cli/pki/describe.h"
#include "cli/pki/files.h"
#include "cli/pki/issue.h"
#include "cli/pki/key_pair.h"
#include "cli/pki/revoke.h"
#include "cli/pki/verify.h"
#include "cli/render_pki.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "ike/crypto/chacha_random.h"
#include "ike/crypto/crl.h"

namespace xfrmd::cli {

namespace {

using pki::Outcome;
using pki::Trouble;

crypto::WallClock now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

ExitCode fail(Session& session, const Trouble& trouble) {
    return fail(session, make_error(trouble.kind, trouble.message, trouble.hint));
}

// Runs what needs random bytes.
template <typename Run>
auto with_random(Run run) -> decltype(run(std::declval<base::Random&>())) {
    const auto random = crypto::ChaChaRandom::make();
    if (!random) return pki::unusable("the system's random numbers", random.error(), "");
    return run(**random);
}

std::optional<base::SecretBytes> ask(const Session& session, const std::string& prompt) {
    return session.around.ask_secret ? session.around.ask_secret(prompt) : std::nullopt;
}

std::chrono::days days_or(const PkiOptions& options, unsigned otherwise) {
    return std::chrono::days(options.days == 0 ? otherwise : options.days);
}

pki::AuthorityOrder authority_of(Session& session) {
    const PkiOptions& options = session.options.pki;
    return {options.out, options.authority, options.authority_key, options.authority_passphrase_file,
            [&session](const std::string& prompt) { return ask(session, prompt); }};
}

// Of the new key; typed twice, as nobody sees it.
Outcome<std::optional<base::SecretBytes>> new_passphrase(const Session& session) {
    const PkiOptions& options = session.options.pki;
    if (!options.passphrase_file.empty()) {
        auto read = pki::read_passphrase(options.passphrase_file);
        if (!read) return tl::unexpected(read.error());
        return std::optional(*std::move(read));
    }
    if (!options.ask_passphrase) return std::optional<base::SecretBytes>{};
    auto first = ask(session, "passphrase of the new key: ");
    if (!first) return pki::trouble(pki::kUsage, "no passphrase was given", "or read it with --passphrase-file");
    const auto second = ask(session, "the same once more: ");
    if (second && *first == *second) return first;
    return pki::trouble(pki::kUsage, "that was another passphrase than before", "try again");
}

Outcome<pki::IssueOrder> order_of(Session& session, pki::Role role) {
    const PkiOptions& options = session.options.pki;
    auto passphrase = new_passphrase(session);
    if (!passphrase) return tl::unexpected(passphrase.error());
    pki::IssueOrder order;
    order.role = role;
    order.name = options.name;
    order.subject = options.subject;
    order.names = options.names;
    order.kind = options.kind.empty() ? pki::key_kinds().front() : options.kind;
    order.days = days_or(options, role == pki::Role::authority ? kDaysOfCa : kDaysOfEnd);
    order.crl_uris = options.crl_uris;
    order.ocsp_uris = options.ocsp_uris;
    order.folder = options.out;
    if (role != pki::Role::authority || !options.authority.empty()) order.authority = authority_of(session);
    order.passphrase = *std::move(passphrase);
    order.force = session.options.force;
    return order;
}

ExitCode issue(Session& session, pki::Role role) {
    const auto order = order_of(session, role);
    if (!order) return fail(session, order.error());
    const auto issued = with_random([&](base::Random& random) { return pki::issue(*order, now(), random); });
    if (!issued) return fail(session, issued.error());
    const Json json = {{"subject", issued->certificate.subject().to_string()},
                       {"serial", base::to_hex(issued->certificate.serial())},
                       {"not_after", crypto::to_string(issued->certificate.validity().not_after)},
                       {"files", issued->files}};
    print(session, json, render_issued(json));
    if (issued->cut) print_warnings(session, {"warning: it ends with its CA, before its days are over"});
    if (!issued->judged) print_warnings(session, {"warning: it has not been judged, as no way to its root is there"});
    return ExitCode::ok;
}

policy::Revocation revocation_of(const std::string& word) {
    if (word == "strict") return policy::Revocation::strict;
    return word == "ifuri" ? policy::Revocation::if_uri : policy::Revocation::relaxed;
}

Json to_json(const pki::Description& description) {
    Json json = {{"kind", description.kind}, {"title", description.title}};
    for (const pki::Fact& fact : description.facts)
        std::visit([&](const auto& value) { json[fact.name] = value; }, fact.value);
    return json;
}

Json to_json(const pki::Verified& verified) {
    Json path = Json::array();
    for (std::size_t i = 0; i < verified.path.size(); ++i) {
        path.push_back({{"subject", verified.path[i].to_string()}});
        if (i < verified.standing.size()) path.back()["revocation"] = verified.standing[i];
    }
    return {{"path", path},
            {"not_before", crypto::to_string(verified.validity.not_before)},
            {"not_after", crypto::to_string(verified.validity.not_after)}};
}

}  // namespace

ExitCode pki_ca(Session& session) { return issue(session, pki::Role::authority); }
ExitCode pki_gateway(Session& session) { return issue(session, pki::Role::gateway); }
ExitCode pki_client(Session& session) { return issue(session, pki::Role::client); }

ExitCode pki_crl(Session& session) {
    const PkiOptions& options = session.options.pki;
    const pki::RevokeOrder order{authority_of(session), options.out, options.revoked,
                                 pki::parse_reason(options.reason).value_or(crypto::RevocationReason::unspecified),
                                 days_or(options, kDaysOfCrl)};
    const auto done = with_random([&](base::Random& random) { return pki::revoke(order, now, random); });
    if (!done) return fail(session, done.error());
    const Json json = {{"issuer", done->issuer},
                       {"number", done->number},
                       {"size", done->size},
                       {"next_update", crypto::to_string(done->next_update)},
                       {"file", done->file}};
    print(session, json, render_revoked(json));
    for (const std::string& serial : done->already)
        print_warnings(session, {"warning: " + serial + " was revoked already; its entry stays as it was"});
    return ExitCode::ok;
}

ExitCode pki_show(Session& session) {
    const std::string& path = session.options.pki.name;
    const auto all = with_random([&](base::Random& random) -> Outcome<std::vector<pki::Description>> {
        const auto file = pki::read_file(path, crypto::Crl::kMostBytes);
        if (!file) return tl::unexpected(file.error());
        auto found = pki::describe(file->view(), random);
        if (found) return found;
        return pki::trouble(found.error().kind, path + ": " + found.error().message, found.error().hint);
    });
    if (!all) return fail(session, all.error());
    Json items = Json::array();
    for (const pki::Description& one : *all) items.push_back(to_json(one));
    print(session, {{"items", items}}, render_descriptions(items));
    return ExitCode::ok;
}

ExitCode pki_verify(Session& session) {
    const PkiOptions& options = session.options.pki;
    const pki::VerifyOrder order{options.name,   options.authorities, options.lists,
                                 options.others, options.identity,    revocation_of(options.revocation)};
    const auto verified = pki::verify(order, options.at.empty() ? now() : parse_time(options.at).value_or(now()));
    if (!verified) return fail(session, verified.error());
    const Json json = to_json(*verified);
    print(session, json, render_verified(json));
    return ExitCode::ok;
}

}  // namespace xfrmd::cli
