#include "cli/pki_options.h"

#include <CLI/CLI.hpp>

#include "cli/options.h"
#include "cli/pki/key_pair.h"
#include "cli/pki/revoke.h"
#include "cli/text.h"

namespace xfrmd::cli {

namespace {

constexpr unsigned kMostDays = 36500;

void declare_days(CLI::App& app, PkiOptions& pki, unsigned otherwise, const std::string& what) {
    app.add_option("--days", pki.days, what + "; default " + std::to_string(otherwise))
        ->type_name("N")
        ->check(CLI::Range(1u, kMostDays));
}

CLI::Option* several(CLI::Option* option, const std::string& type) {
    return option->type_name(type)->allow_extra_args(false);
}

void declare_authority(CLI::App& app, PkiOptions& pki, const std::string& otherwise) {
    app.add_option("--ca", pki.authority, "the CA that signs: its name in FOLDER/x509ca, or a file; " + otherwise)
        ->type_name("NAME|FILE");
    app.add_option("--ca-key", pki.authority_key, "its key; default in the folder 'private' beside that of --ca")
        ->type_name("FILE");
    app.add_option("--ca-passphrase-file", pki.authority_passphrase_file,
                   "what its key is encrypted with; otherwise it is asked for")
        ->type_name("FILE");
}

void declare_out(CLI::App& app, PkiOptions& pki) {
    app.add_option("--out", pki.out, "where x509ca, x509, private and x509crl are, or are made; default '.'")
        ->type_name("FOLDER");
}

// What both kinds of certificates take.
void declare_new(CLI::App& app, Options& options, unsigned days) {
    PkiOptions& pki = options.pki;
    app.add_option("NAME", pki.name, "of its files, and the subject's CN")->required();
    const auto kinds = pki::key_kinds();
    app.add_option("--kind", pki.kind, "of its key; default " + std::string(kinds.front()))
        ->type_name("KIND")
        ->check(CLI::IsMember(std::vector<std::string>(kinds.begin(), kinds.end())));
    declare_days(app, pki, days, "how long it is valid");
    app.add_option("--subject", pki.subject, "'C=CH, O=Example, CN=moon' in place of CN=NAME")->type_name("DN");
    several(app.add_option("--crl-uri", pki.crl_uris, "where CRLs about it are"), "URI");
    several(app.add_option("--ocsp-uri", pki.ocsp_uris, "where OCSP answers about it are"), "URI");
    declare_out(app, pki);
    auto* const file = app.add_option("--passphrase-file", pki.passphrase_file,
                                      "encrypt its key; the passphrase is the first line of this file")
                           ->type_name("FILE");
    app.add_flag("--ask-passphrase", pki.ask_passphrase, "likewise, asked for on the terminal")->excludes(file);
    app.add_flag("--force", options.force, "replace files that are there");
}

}  // namespace

void declare_pki_ca(CLI::App& app, Options& options) {
    declare_new(app, options, kDaysOfCa);
    declare_authority(app, options.pki, "without it NAME signs itself");
}

void declare_pki_end(CLI::App& app, Options& options) {
    declare_new(app, options, kDaysOfEnd);
    several(app.add_option("--san", options.pki.names,
                           "a name of its own: a host's, an address, a mail address or a DN; default NAME"),
            "ID");
    declare_authority(app, options.pki, "default the only one there");
}

void declare_pki_crl(CLI::App& app, Options& options) {
    PkiOptions& pki = options.pki;
    declare_authority(app, pki, "default the only one there");
    several(app.add_option("--revoke", pki.revoked, "a certificate's file, or its serial number"), "CERT|SERIAL");
    app.add_option("--reason", pki.reason, "why; default unspecified")
        ->type_name("REASON")
        ->check(CLI::IsMember(pki::reason_words()));
    declare_days(app, pki, kDaysOfCrl, "until there will be another one");
    declare_out(app, pki);
}

void declare_pki_show(CLI::App& app, Options& options) {
    app.add_option("FILE", options.pki.name, "certificates, a key or a CRL, in PEM or DER")->required();
}

void declare_pki_verify(CLI::App& app, Options& options) {
    PkiOptions& pki = options.pki;
    app.add_option("CERT", pki.name, "the certificate, and maybe others that its peer sends along")->required();
    several(app.add_option("--ca", pki.authorities, "who is trusted: a file or a folder"), "PATH")->required();
    several(app.add_option("--crl", pki.lists, "CRLs: a file or a folder"), "PATH");
    several(app.add_option("--with", pki.others, "certificates that the peer sends along: a file or a folder"), "PATH");
    app.add_option("--name", pki.identity, "what it has to name")->type_name("ID");
    app.add_option("--at", pki.at, "when: 2031-01-31 or 2031-01-31T12:00:00Z; default now")
        ->type_name("TIME")
        ->check([](const std::string& text) {
            return parse_time(text) ? std::string() : "not a time: " + text + " (2031-01-31, 2031-01-31T12:00:00Z)";
        });
    app.add_option("--revocation", pki.revocation, "as a connection's: relaxed, ifuri or strict; default relaxed")
        ->type_name("HOW")
        ->check(CLI::IsMember({"relaxed", "ifuri", "strict"}));
}

}  // namespace xfrmd::cli
