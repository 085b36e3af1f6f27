// What the verbs of `xfrmctl pki` take.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace xfrmd::cli {

struct Options;

inline constexpr unsigned kDaysOfCa = 3650;
inline constexpr unsigned kDaysOfEnd = 730;  // Apple's systems want a server's to have 825 at most
inline constexpr unsigned kDaysOfCrl = 30;

struct PkiOptions {
    std::string name;       // NAME, FILE or CERT
    std::string out = ".";  // where x509ca, x509, private and x509crl are
    std::string kind;       // of a key; empty: the first of pki::key_kinds()
    unsigned days = 0;      // 0: as above
    std::string subject;
    std::vector<std::string> names;  // subjectAltName
    std::vector<std::string> crl_uris;
    std::vector<std::string> ocsp_uris;
    std::string authority;  // who signs
    std::string authority_key;
    std::string authority_passphrase_file;
    std::string passphrase_file;
    bool ask_passphrase = false;

    std::vector<std::string> revoked;
    std::string reason = "unspecified";

    std::vector<std::string> authorities;  // who is trusted
    std::vector<std::string> lists;
    std::vector<std::string> others;
    std::string identity;
    std::string at;
    std::string revocation = "relaxed";
};

void declare_pki_ca(CLI::App& app, Options& options);
void declare_pki_end(CLI::App& app, Options& options);  // gateway, client
void declare_pki_crl(CLI::App& app, Options& options);
void declare_pki_show(CLI::App& app, Options& options);
void declare_pki_verify(CLI::App& app, Options& options);

}  // namespace xfrmd::cli
