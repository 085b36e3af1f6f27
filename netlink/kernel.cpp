#include "netlink/kernel.h"

namespace xfrmd::netlink {

namespace {

std::string words(const AddSa& change) {
    return std::string("adding the ") + (change.sa.inbound ? "inbound" : "outbound") + " SA " + to_string(change.sa);
}
std::string words(const UpdateSa& change) { return "updating the SA " + to_string(change.sa); }
std::string words(const DeleteSa& change) { return "deleting the SA " + to_string(change.id); }
std::string words(const AddPolicy& change) { return "adding " + to_string(change.policy.id); }
std::string words(const UpdatePolicy& change) { return "updating " + to_string(change.policy.id); }
std::string words(const DeletePolicy& change) { return "deleting " + to_string(change.id); }

}  // namespace

std::string describe(const Change& change) {
    return std::visit([](const auto& one) { return words(one); }, change);
}

}  // namespace xfrmd::netlink
