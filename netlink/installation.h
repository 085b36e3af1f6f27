// Installs tunnels, all that are waiting in one go: as few rounds with the kernel as can be, and for each tunnel all
// or nothing, whatever becomes of the others.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "netlink/books.h"
#include "netlink/install_error.h"

namespace xfrmd::netlink {

class Installation {
public:
    using Result = tl::expected<InstalledTunnel, InstallError>;

    explicit Installation(Books& books) : books_(books) {}

    // One result for each, in order. See Installer::install().
    std::vector<Result> run(std::span<TunnelSpec> specs);

private:
    struct Job {
        TunnelSpec& spec;
        const KeptTunnel* kept = nullptr;
        bool shares_policies = false;
        std::optional<InstallError> error = {};
        std::uint8_t added = 0;  // which of its SAs, by number: the first is bit 0
    };
    // Whose change it is, and what it is for.
    struct Step {
        Job* job;
        InstallStep step;
        std::uint32_t number;    // the SA's or policy's
        Place place = kNoPlace;  // the policy's
        bool replaces = false;   // a policy that stands
    };

    void begin(Job& job);
    void add_sas(Job& job);
    // Enters its policies, in places_; whether somebody has claimed one of them, or the kernel has it.
    bool enter_policies(const Tunnel& tunnel);
    // Those in places_.
    void add_policies(Job& job);
    void add(const Step& step, Change&& change);
    void carry_out();
    void note(const Step& step, const KernelResult<void>& result);
    KernelError named(const Step& step, const KernelError& error) const;
    void settle(const Job& job);
    void give_up(Job& job);
    Result finish(Job& job);

    Books& books_;
    std::vector<Step> steps_;  // for each change of the next round
    std::vector<Place> places_;
};

}  // namespace xfrmd::netlink
