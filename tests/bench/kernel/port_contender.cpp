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

    std::size_t parts(Phase phase) const override { return phase == Phase::list ? 1 : parts_of(*work_, phase); }

    void run(Phase phase, std::size_t part) override {
        if (phase == Phase::list) return list();
        carry_out(*work_, phase, part);
    }

    std::size_t listed() const override { return listed_; }

private:
    void list() {
        const auto sas = kernel_->list_sas();
        const auto policies = kernel_->list_policies();
        if (!sas || !policies) throw std::runtime_error("no list");
        listed_ = sas->size() + policies->size();
    }

    std::unique_ptr<netlink::XfrmKernel> kernel_;
    std::unique_ptr<PortWork> work_;
    std::size_t listed_ = 0;
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

std::size_t parts_of(const PortWork& work, Phase phase) { return phase == Phase::renew ? 1 : work.parts(); }

void carry_out(PortWork& work, Phase phase, std::size_t part) {
    switch (phase) {
        case Phase::install:
            return work.install(part);
        case Phase::update:
            return work.update(part);
        case Phase::renew:
            return work.renew();
        case Phase::list:
            return;
        case Phase::remove:
            return work.remove(part);
    }
}

void carry_out(PortWork& work, Phase phase) {
    for (std::size_t part = 0; part < parts_of(work, phase); ++part) carry_out(work, phase, part);
}

std::unique_ptr<Contender> port_contender(const MakeWork& make_work) {
    return std::make_unique<PortContender>(make_work);
}

}  // namespace xfrmd::bench
