#include "daemon/pkcs11/module.h"

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>

#include "ike/base/bytes.h"

namespace xfrmd::daemon::pkcs11 {

namespace {

// Called without p11-kit between.
constexpr int kFlags = P11_KIT_MODULE_UNMANAGED;

tl::unexpected<base::Error> invalid(std::string detail) {
    return base::fail(base::Reason::ConfigurationInvalid, std::move(detail));
}

std::string last_words() {
    const char* message = p11_kit_message();
    return message == nullptr ? "it cannot be loaded" : base::printable(std::string_view(message));
}

}  // namespace

std::vector<std::string> module_names() {
    p11_kit_be_quiet();
    const std::unique_ptr<CK_FUNCTION_LIST*, Module::Release> all(p11_kit_modules_load(nullptr, kFlags));
    std::vector<std::string> names;
    for (CK_FUNCTION_LIST** each = all.get(); each != nullptr && *each != nullptr; ++each) {
        const std::unique_ptr<char, decltype(&std::free)> name(p11_kit_module_get_name(*each), &std::free);
        if (name) names.emplace_back(name.get());
    }
    return names;
}

std::string real_path_of(const std::string& name) {
    std::filesystem::path path = name;
    if (!name.starts_with('/')) {
        p11_kit_be_quiet();
        const std::unique_ptr<CK_FUNCTION_LIST*, Module::Release> all(p11_kit_modules_load(nullptr, kFlags));
        CK_FUNCTION_LIST* module = all ? p11_kit_module_for_name(all.get(), name.c_str()) : nullptr;
        if (module == nullptr) return name;
        const std::unique_ptr<char, decltype(&std::free)> file(p11_kit_module_get_filename(module), &std::free);
        if (!file) return name;
        path = file.get();
    }
    std::error_code error;
    const auto real = std::filesystem::canonical(path, error);
    return error ? name : real.string();
}

base::Result<std::unique_ptr<Module>> Module::open(const std::string& name) {
    p11_kit_be_quiet();
    std::unique_ptr<Module> module(new Module());
    if (name.starts_with('/')) {
        module->one_.reset(p11_kit_module_load(name.c_str(), kFlags));
        module->functions_ = module->one_.get();
        if (module->functions_ == nullptr) return invalid(last_words());
    } else {
        module->all_.reset(p11_kit_modules_load(nullptr, kFlags));
        if (module->all_) module->functions_ = p11_kit_module_for_name(module->all_.get(), name.c_str());
        if (module->functions_ == nullptr) return invalid("p11-kit knows no module of that name");
    }
    const CK_RV code = p11_kit_module_initialize(module->functions_);
    // Somebody else in this process has it, too; when they let go, it is opened anew.
    module->initialized_ = code == CKR_OK;
    if (code == CKR_CRYPTOKI_ALREADY_INITIALIZED) return module;
    if (code != CKR_OK) return invalid(std::string("it cannot be initialized: ") + words_of(code));
    return module;
}

Module::~Module() {
    if (initialized_) p11_kit_module_finalize(functions_);
}

// Tokens come and go between the two calls.
Outcome<std::vector<CK_SLOT_ID>> Module::slots() const {
    constexpr CK_ULONG kMostSlots = 1024;
    CK_ULONG count = 0;
    CK_RV code = functions_->C_GetSlotList(CK_TRUE, nullptr, &count);
    if (code != CKR_OK) return tl::unexpected(code);
    if (count > kMostSlots) count = kMostSlots;
    std::vector<CK_SLOT_ID> slots(count);
    code = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (code != CKR_OK) return tl::unexpected(code);
    slots.resize(count);
    // SoftHSM has one more in reserve, which is not.
    std::erase_if(slots, [this](CK_SLOT_ID slot) {
        CK_TOKEN_INFO token{};
        return functions_->C_GetTokenInfo(slot, &token) != CKR_OK || (token.flags & CKF_TOKEN_INITIALIZED) == 0;
    });
    return slots;
}

Outcome<std::string> Module::token_in(CK_SLOT_ID slot) const {
    CK_TOKEN_INFO info{};
    const CK_RV code = functions_->C_GetTokenInfo(slot, &info);
    if (code != CKR_OK) return tl::unexpected(code);
    std::string name;
    const auto add = [&name](const auto& field) { name.append(std::begin(field), std::end(field)); };
    // TPMs give all their tokens one serial number.
    add(info.label);
    add(info.manufacturerID);
    add(info.model);
    add(info.serialNumber);
    return name;
}

}  // namespace xfrmd::daemon::pkcs11
