#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <type_traits>

#include "tests/bench/kernel/contender.h"
#include "tests/bench/kernel/recorder.h"

namespace xfrmd::bench {

namespace {

using namespace netlink;

std::string hexadecimal(base::ByteView bytes) {
    std::string text = "0x";
    for (const std::uint8_t byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

std::string number(std::uint32_t value) { return std::to_string(value); }

std::string words(const SaId& id) {
    return " dst " + id.destination.to_string() + " proto esp spi " + number(static_cast<std::uint32_t>(id.spi));
}

std::string words(const SaSpec& sa) {
    const Aead& aead = std::get<Aead>(sa.algorithms);
    std::string text = " src " + sa.source.to_string() + words(sa.id) + " reqid " +
                       number(static_cast<std::uint32_t>(sa.reqid)) + " mode tunnel flag af-unspec replay-window " +
                       number(sa.inbound ? sa.replay_window : 0) + " aead " + aead.name + " " +
                       hexadecimal(aead.key.view()) + " " + number(aead.icv_bits);
    if (sa.lifetime.hard.bytes != 0) text += " limit byte-hard " + std::to_string(sa.lifetime.hard.bytes);
    return text;
}

std::string words(Direction direction) {
    constexpr std::array<const char*, 3> kNames = {"in", "out", "fwd"};
    return std::string(" dir ") + kNames.at(static_cast<std::size_t>(direction));
}

std::string words(const PolicySpec& policy) {
    std::string text = " src " + policy.id.selector.source.to_string() + " dst " +
                       policy.id.selector.destination.to_string() + words(policy.id.direction) + " index " +
                       number(policy.index) + " priority " + number(policy.priority);
    for (const Template& one : policy.templates) {
        text += " tmpl src " + one.source.to_string() + " dst " + one.destination.to_string() + " proto esp spi " +
                number(static_cast<std::uint32_t>(one.spi)) + " reqid " +
                number(static_cast<std::uint32_t>(one.reqid)) + " mode tunnel";
    }
    return text;
}

std::string line(const AddSa& change) { return "xfrm state add" + words(change.sa); }
std::string line(const UpdateSa& change) { return "xfrm state update" + words(change.sa); }
std::string line(const DeleteSa& change) { return "xfrm state delete" + words(change.id); }
std::string line(const AddPolicy& change) { return "xfrm policy add" + words(change.policy); }
std::string line(const UpdatePolicy& change) { return "xfrm policy update" + words(change.policy); }
std::string line(const DeletePolicy& change) {
    if (change.index != 0) return "xfrm policy delete index " + number(change.index) + words(change.id.direction);
    return "xfrm policy delete src " + change.id.selector.source.to_string() + " dst " +
           change.id.selector.destination.to_string() + words(change.id.direction);
}

// What ip lists goes nowhere.
void run_ip_batch(const std::string& file) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    std::string program = "ip";
    std::string option = "-batch";
    std::string name = file;
    std::array<char*, 4> arguments = {program.data(), option.data(), name.data(), nullptr};
    pid_t child = 0;
    const int failed = posix_spawnp(&child, "ip", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (failed != 0 || waitpid(child, &status, 0) != child || status != 0) throw std::runtime_error("ip -batch failed");
}

class IpContender final : public Contender {
public:
    IpContender(const MakeWork& make_work, const std::string& folder)
        : file_(folder + "/batch"),
          recorder_([this](const Change& change) {
              lines_ << std::visit([](const auto& one) { return line(one); }, change) << '\n';
          }),
          work_(make_work(recorder_)) {}
    ~IpContender() override { ::unlink(file_.c_str()); }

    void prepare(Phase phase) override {
        lines_.open(file_, std::ios::trunc);
        if (phase == Phase::list) {
            if (work_->has_sas()) lines_ << "xfrm state list\n";
            lines_ << "xfrm policy list\n";
        } else {
            prepare_for(*work_, phase);
            carry_out(*work_, phase);
        }
        lines_.close();
        if (!lines_) throw std::runtime_error("no room for " + file_);
    }

    std::size_t parts(Phase /*phase*/) const override { return 1; }
    void run(Phase /*phase*/, std::size_t /*part*/) override { run_ip_batch(file_); }
    // Nobody reads it.
    std::size_t listed() const override { return 0; }

private:
    std::string file_;
    std::ofstream lines_;
    Recorder recorder_;
    std::unique_ptr<PortWork> work_;
};

}  // namespace

std::unique_ptr<Contender> ip_contender(const MakeWork& make_work, const std::string& folder) {
    return std::make_unique<IpContender>(make_work, folder);
}

}  // namespace xfrmd::bench
