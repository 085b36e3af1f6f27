// One way of getting SAs and policies into the kernel. prepare() is not measured. Errors: std::runtime_error.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "netlink/xfrm_kernel.h"
#include "tests/bench/kernel/port_work.h"

namespace xfrmd::bench {

enum class Phase { install, update, renew, list, remove };
inline constexpr Phase kPhases[] = {Phase::install, Phase::update, Phase::renew, Phase::list, Phase::remove};
std::string_view name_of(Phase phase);

// What a phase other than listing asks the port for; the first is not measured.
void prepare_for(PortWork& work, Phase phase);
std::size_t parts_of(const PortWork& work, Phase phase);
void carry_out(PortWork& work, Phase phase, std::size_t part);
// All of it.
void carry_out(PortWork& work, Phase phase);

class Contender {
public:
    virtual ~Contender() = default;
    // What the phase needs made beforehand.
    virtual void prepare(Phase phase) = 0;
    // Of a phase that was prepared, from 0 on, in their order.
    virtual std::size_t parts(Phase phase) const = 0;
    virtual void run(Phase phase, std::size_t part) = 0;
    // What the last list had in it: SAs and policies of everybody.
    virtual std::size_t listed() const = 0;
};

// The work to do, over any port.
using MakeWork = std::function<std::unique_ptr<PortWork>(netlink::Kernel& port)>;

// Books and Installer over XfrmKernel, as in the daemon.
std::unique_ptr<Contender> port_contender(const MakeWork& make_work);
// The same messages, made beforehand, as many in one sendmsg as bring anything; lists are received and not looked at.
std::unique_ptr<Contender> raw_contender(const MakeWork& make_work);
// The same in lines for "ip -batch"; the lines go into a file in `folder`.
std::unique_ptr<Contender> ip_contender(const MakeWork& make_work, const std::string& folder);

}  // namespace xfrmd::bench
