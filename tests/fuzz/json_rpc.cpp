// Any bytes as what a caller writes to the management socket. Every line of the answer is JSON-RPC, the answer does not
// depend on how the bytes were cut into pieces, everything that was asked is answered, and then the conversation is
// over. The first byte chooses the size of the pieces and whether the Service answers at once or later.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/api/conversation.h"
#include "daemon/api/json.h"
#include "daemon/api/rpc.h"
#include "tests/unit/api/fake_service.h"

namespace {

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

void require(bool holds) {
    if (!holds) std::abort();
}

class Talk {
public:
    explicit Talk(bool hold) {
        IkeSaView sa = ike_view(7, "gw");
        sa.child_sas = {child_view(12, "net")};
        service_.sas = {sa, ike_view(9, "branch")};
        service_.connections = {connection_view("gw", {"net", "dmz"})};
        service_.hold = hold;
        service_.log.publish(drift_event("policy"));
        service_.log.publish(sa_event(EventKind::child_installed, SaId{7, 12}, "net"));
    }

    void say(std::string_view bytes) {
        handle();
        while (!conversation_.wants_input() && !service_.held.empty()) answer_held();
        if (conversation_.wants_input()) conversation_.received(bytes);
    }

    // What was answered, line by line, in no order.
    std::vector<std::string> end() {
        conversation_.received_end();
        handle();
        while (!service_.held.empty()) answer_held();
        require(conversation_.is_over());
        while (const auto told = subscription_.next()) require(Json::parse(*told).contains("params"));
        std::sort(lines_.begin(), lines_.end());
        return std::move(lines_);
    }

private:
    void handle() {
        while (const auto text = conversation_.next_text()) {
            const auto take = [this](Reply reply) { replies_.push_back(std::move(reply)); };
            Work work = rpc_.read(*text, take);
            conversation_.started(work.requests);
            while (!work.is_begun()) rpc_.begin_one(work, {caller_, subscription_});
            deliver();
        }
        listen();
    }
    void answer_held() {
        service_.answer_held();
        deliver();
        handle();
    }
    void deliver() {
        for (const Reply& reply : std::exchange(replies_, {})) conversation_.replied(reply);
        listen();
    }
    void listen() {
        for (auto part = conversation_.outgoing(); !part.empty(); part = conversation_.outgoing()) {
            heard_ += part;
            conversation_.sent(part.size());
        }
        for (auto end = heard_.find('\n'); end != std::string::npos; end = heard_.find('\n')) {
            lines_.push_back(heard_.substr(0, end));
            heard_.erase(0, end + 1);
        }
    }

    FakeService service_;
    Rpc rpc_{service_, [](const AuditEntry& entry) { require(!entry.to_string().empty()); }};
    Caller caller_;
    Subscription subscription_{service_.log};
    Conversation conversation_;
    std::vector<Reply> replies_;
    std::string heard_;
    std::vector<std::string> lines_;
};

void check_reply(const Json& reply) {
    require(reply.is_object() && reply.size() == 3 && reply.at("jsonrpc") == "2.0" && reply.contains("id"));
    require(reply.contains("result") != reply.contains("error"));
    if (!reply.contains("error")) return;
    const Json& error = reply.at("error");
    require(error.at("code").is_number_integer() && error.at("message").is_string());
    require(error.at("data").at("kind").is_string());
}

void check_line(const std::string& line) {
    require(std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20; }));
    const Json answer = Json::parse(line);
    if (!answer.is_array()) return check_reply(answer);
    require(!answer.empty() && answer.size() <= kMaxBatch);
    for (const Json& reply : answer) check_reply(reply);
}

std::vector<std::string> answer_to(std::string_view input, std::size_t piece, bool hold) {
    Talk talk(hold);
    for (; !input.empty(); input.remove_prefix(std::min(piece, input.size()))) talk.say(input.substr(0, piece));
    return talk.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool hold = (data[0] & 1) != 0;
    const std::size_t piece = 1u + (data[0] >> 1);
    const auto lines = answer_to(input, input.size(), hold);
    for (const std::string& line : lines) check_line(line);
    require(answer_to(input, piece, hold) == lines);
    return 0;
}
