#include "daemon/host_names.h"

#include <algorithm>
#include <utility>

namespace xfrmd::daemon {

namespace {

using base::Address;

Address address_of(const asio::ip::address& address) {
    if (address.is_v4()) return Address::v4(address.to_v4().to_bytes());
    return Address::v6(address.to_v6().to_bytes());
}

// The resolver tells an address once for each protocol, maybe.
std::vector<Address> addresses_of(const asio::ip::udp::resolver::results_type& results) {
    std::vector<Address> addresses;
    for (const auto& result : results) {
        const Address address = address_of(result.endpoint().address());
        const bool is_new = std::find(addresses.begin(), addresses.end(), address) == addresses.end();
        if (is_new && addresses.size() < HostNames::kMostAddresses) addresses.push_back(address);
    }
    return addresses;
}

std::string list_of(const std::vector<Address>& addresses) {
    std::string text;
    for (const Address& address : addresses) text += (text.empty() ? "" : ", ") + address.to_string();
    return text;
}

}  // namespace

HostNames::HostNames(asio::io_context& io, Log& log, std::function<void()> changed)
    : HostNames(io, log, std::move(changed), [this](const std::string& name, Answer answer) {
          resolver_.async_resolve(name, "", [answer = std::move(answer)](const auto& error, const auto& results) {
              answer(error, daemon::addresses_of(results));
          });
      }) {}

HostNames::HostNames(asio::io_context& io, Log& log, std::function<void()> changed, Lookup lookup)
    : log_(log),
      changed_(std::move(changed)),
      resolver_(io),
      lookup_(std::move(lookup)),
      refresh_due_(io, [this] { refresh(); }),
      retry_due_(io, [this] { retry(); }) {}

void HostNames::want(const std::set<std::string>& names) {
    std::erase_if(known_, [&](const auto& entry) { return !names.contains(entry.first); });
    for (const std::string& name : names) {
        if (known_.try_emplace(name).second) ask(name);
    }
    refresh_due_.cancel();
    if (!names.empty()) refresh_due_.within(kRefresh);
    ask_next();
}

std::vector<Address> HostNames::addresses_of(const std::string& name) const {
    const auto found = known_.find(name);
    return found == known_.end() ? std::vector<Address>() : found->second.addresses;
}

// A resolver that takes longer than that is not asked more often.
void HostNames::refresh() {
    if (known_.empty()) return;
    refresh_due_.within(kRefresh);
    if (is_asking_) return;
    for (const auto& [name, known] : known_) ask(name);
    ask_next();
}

void HostNames::retry() {
    if (is_asking_) return retry_due_.within(kRetry);
    for (const auto& [name, known] : known_) {
        if (known.addresses.empty()) ask(name);
    }
    ask_next();
}

void HostNames::ask_next() {
    if (is_asking_ || waiting_.empty()) return;
    is_asking_ = true;
    const std::string name = std::move(waiting_.front());
    waiting_.pop_front();
    lookup_(name, [this, name](const std::error_code& error, std::vector<Address> addresses) {
        is_asking_ = false;
        if (error == asio::error::operation_aborted) return;
        take(name, error, std::move(addresses));
        ask_next();
    });
}

void HostNames::take(const std::string& name, const std::error_code& error, std::vector<Address> addresses) {
    const auto found = known_.find(name);
    if (found == known_.end()) return;
    Known& known = found->second;
    const std::string failure = error ? error.message() : addresses.empty() ? "it has no address" : "";
    if (!failure.empty()) {
        const std::string still = known.addresses.empty() ? "" : "; it stays at " + list_of(known.addresses);
        if (failure != known.failure) log_.warning("the address of " + name + " cannot be had: " + failure + still);
        known.failure = failure;
        if (known.addresses.empty()) retry_due_.within(kRetry);
        return;
    }
    known.failure.clear();
    // Resolvers turn the order round, so that not everybody goes to the first.
    if (std::is_permutation(addresses.begin(), addresses.end(), known.addresses.begin(), known.addresses.end())) return;
    log_.info(name + " is at " + list_of(addresses));
    known.addresses = std::move(addresses);
    changed_();
}

}  // namespace xfrmd::daemon
