// A CA is judged by what it could issue, before it is written.
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/der.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/cli/pki_harness.h"

using namespace xfrmd;
using namespace xfrmd::cli;
using Texts = std::vector<std::string>;

namespace {

bool says(const PkiRun& run, std::string_view text) { return run.err.find(text) != std::string::npos; }

// A folder with a root that others have made.
class Given : public PkiFolder {
public:
    explicit Given(tests::CertificateFields fields) {
        const tests::TestIssuer issuer{fields.subject, tests::small_key(1)};
        write("x509ca/root.pem", base::as_text(tests::certificate_der(fields, issuer.key, issuer)));
        write("private/root.pem", base::as_text(issuer.key.pkcs8()));
    }
    static tests::CertificateFields fields() {
        tests::CertificateFields root = tests::authority_fields("C=CH, CN=root");
        root.not_before = crypto::WallClock{};
        root.not_after = tests::kTestNow + std::chrono::days(36500);
        return root;
    }
    PkiRun ca(const std::string& name, const std::string& above, const std::string& subject) const {
        return run_pki({"ca", name, "--ca", above, "--subject", subject, "--out", path()});
    }
};

// Names below C=CH only (RFC 5280 4.2.1.10).
tests::TestExtension swiss_names() {
    const base::Bytes swiss = tests::der(0xa4, tests::name_der("C=CH"));
    return {tests::oid({0x55, 0x1d, 30}), tests::sequence({tests::der(0xa0, {tests::sequence({swiss})})}), true};
}

}  // namespace

TEST_CASE("a CA below one that may have none is not made", "[cli][pki][rfc5280-4.2.1.9]") {
    tests::CertificateFields root = Given::fields();
    root.path_length = 0;
    const Given none(root);
    const PkiRun refused = none.ca("middle", "root", "C=CH, CN=middle");
    CHECK(refused.code == ExitCode::failed);
    CHECK(says(refused, "nobody would accept it: "));
    CHECK(none.files() == Texts{"private/root.pem", "x509ca/root.pem"});
    CHECK(run_pki({"gateway", "moon", "--out", none.path()}).code == ExitCode::ok);

    root.path_length = 1;
    const Given one(root);
    CHECK(one.ca("middle", "root", "C=CH, CN=middle").code == ExitCode::ok);
    CHECK(says(one.ca("low", "middle", "C=CH, CN=low"), "nobody would accept it: "));
    CHECK_FALSE(one.has("x509ca/low.pem"));
}

TEST_CASE("a CA whose name its issuer may not give is not made", "[cli][pki][rfc5280-4.2.1.10]") {
    tests::CertificateFields root = Given::fields();
    root.extensions = {swiss_names()};
    const Given given(root);
    CHECK(says(given.ca("middle", "root", "C=DE, CN=middle"), "nobody would accept it: "));
    CHECK_FALSE(given.has("private/middle.pem"));
    CHECK(given.ca("middle", "root", "C=CH, CN=middle").code == ExitCode::ok);
}

TEST_CASE("a CA does not begin before its issuer", "[cli][pki]") {
    tests::CertificateFields root = Given::fields();
    root.not_before = tests::kTestNow + std::chrono::days(36000);
    const Given given(root);
    CHECK(says(given.ca("middle", "root", "C=CH, CN=middle"), "is not valid before"));
    CHECK_FALSE(given.has("private/middle.pem"));
}

TEST_CASE("where no root is there, what is made has not been judged", "[cli][pki]") {
    const PkiFolder folder;
    REQUIRE(run_pki({"ca", "root", "--out", folder.path()}).code == ExitCode::ok);
    REQUIRE(run_pki({"ca", "middle", "--ca", "root", "--out", folder.path()}).code == ExitCode::ok);
    std::filesystem::remove(folder / "x509ca/root.pem");
    const Texts below{"--ca", "middle", "--out", folder.path()};
    for (const std::string verb : {"ca", "gateway"}) {
        Texts words{verb, "below-" + verb};
        words.insert(words.end(), below.begin(), below.end());
        const PkiRun run = run_pki(words);
        CHECK(run.code == ExitCode::ok);
        CHECK(says(run, "warning: it has not been judged, as no way to its root is there"));
    }
}
