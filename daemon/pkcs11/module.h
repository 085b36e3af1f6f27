// A PKCS#11 module: the shared object that speaks to tokens, loaded and initialized.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/pkcs11/cryptoki.h"
#include "ike/base/result.h"

namespace xfrmd::daemon::pkcs11 {

// Those that the system has, by their names in p11-kit's configuration (pkcs11.conf(5)).
std::vector<std::string> module_names();
// The shared object that a name or a path leads to, the same for each; the name itself where there is none.
std::string real_path_of(const std::string& name);

class Module {
public:
    // `name`: one of these, or an absolute path. Error: ConfigurationInvalid, one sentence without the name.
    static base::Result<std::unique_ptr<Module>> open(const std::string& name);
    ~Module();
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;

    const CK_FUNCTION_LIST& functions() const { return *functions_; }
    // With a token in them that is initialized.
    Outcome<std::vector<CK_SLOT_ID>> slots() const;
    // What tells the token that is in it now from any other one, whichever slot that is in.
    Outcome<std::string> token_in(CK_SLOT_ID slot) const;

private:
    // Gives modules back to p11-kit.
    struct Release {
        void operator()(CK_FUNCTION_LIST* module) const { p11_kit_module_release(module); }
        void operator()(CK_FUNCTION_LIST** modules) const { p11_kit_modules_release(modules); }
    };
    Module() = default;

    std::unique_ptr<CK_FUNCTION_LIST*, Release> all_;  // where it has a name
    std::unique_ptr<CK_FUNCTION_LIST, Release> one_;   // where it has a path
    CK_FUNCTION_LIST* functions_ = nullptr;
    bool initialized_ = false;

    friend std::vector<std::string> module_names();
    friend std::string real_path_of(const std::string& name);
};

}  // namespace xfrmd::daemon::pkcs11
