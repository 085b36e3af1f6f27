// Gateways whose certificates say where to ask whether they are revoked, and what is to be had there.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/engine/certified.h"

namespace xfrmd::tests {

inline constexpr const char* kList = "http://ca.example/root.crl";
inline constexpr const char* kResponder = "http://ocsp.example/";

// Of this gateway: serial 1, with these URIs in it.
inline End asked_of(const std::string& list, const std::string& responder, const std::string& name = "a.example",
                    const TestIssuer& issuer = root()) {
    CertificateFields fields;
    fields.subject = "CN=" + name;
    fields.names = {name};
    fields.crl_uri = list;
    fields.ocsp_uri = responder;
    const TestKey key = small_key(21);
    return {key, make_certificate(fields, key, issuer)};
}

inline base::Bytes list_with(std::vector<CrlEntryFields> entries) {
    CrlFields fields;
    fields.entries = std::move(entries);
    return crl_der(fields, root());
}

inline base::Bytes response(const OcspFields& fields = {}) { return ocsp_der(fields, root(), root().key); }

inline base::Bytes revoked_response() {
    OcspFields fields;
    fields.status = revoked_status(kTestNow - std::chrono::days(1), 1);
    return response(fields);
}

}  // namespace xfrmd::tests
