#include <stdexcept>

#include "tests/bench/kernel/contender.h"

namespace xfrmd::bench {

namespace {

class PortContender final : public Contender {
public:
    explicit PortContender(const MakeWork& make_work) {
        auto kernel = netlink::XfrmKernel::open();
        if (!kernel) throw std::runtime_error(kernel.error().text);
        kernel_ = std::move(*kernel);
        work_ = make_work(*kernel_);
    }

    void prepare(Phase phase) override { prepare_for(*work_, phase); }

    void run(Phase phase) override {
        if (phase == Phase::list) return list();
        carry_out(*work_, phase);
    }

private:
    void list() {
        const auto sas = kernel_->list_sas();
        const auto policies = kernel_->list_policies();
        if (!sas || sas->size() != work_->sas()) throw std::runtime_error("not the SAs that were installed");
        if (!policies || policies->size() != work_->policies()) {
            throw std::runtime_error("not the policies that were installed");
        }
    }

    std::unique_ptr<netlink::XfrmKernel> kernel_;
    std::unique_ptr<PortWork> work_;
};

}  // namespace

std::string_view name_of(Phase phase) {
    constexpr std::string_view kNames[] = {"install", "update", "renew", "list", "delete"};
    return kNames[static_cast<std::size_t>(phase)];
}

void prepare_for(PortWork& work, Phase phase) {
    if (phase == Phase::install) return work.prepare();
    work.tidy_up();
}

void carry_out(PortWork& work, Phase phase) {
    switch (phase) {
        case Phase::install:
            return work.install();
        case Phase::update:
            return work.update();
        case Phase::renew:
            return work.renew();
        case Phase::list:
            return;
        case Phase::remove:
            return work.remove();
    }
}

std::unique_ptr<Contender> port_contender(const MakeWork& make_work) {
    return std::make_unique<PortContender>(make_work);
}

}  // namespace xfrmd::bench
