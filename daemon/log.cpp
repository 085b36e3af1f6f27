#include "daemon/log.h"

#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/clock.h"
#include "daemon/log_sink.h"

namespace xfrmd::daemon {

namespace {

spdlog::sink_ptr make_sink(LogTarget target) {
    spdlog::sink_ptr sink;
    if (target == LogTarget::syslog) {
        sink = std::make_shared<SyslogSink>();
        sink->set_pattern("%v");
    } else {
        sink = std::make_shared<DescriptorSink>(STDERR_FILENO);
        sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    }
    return sink;
}

spdlog::level::level_enum level_of(ike::Level level) {
    switch (level) {
        case ike::Level::debug:
            return spdlog::level::debug;
        case ike::Level::info:
            return spdlog::level::info;
        case ike::Level::warning:
            return spdlog::level::warn;
        case ike::Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

spdlog::level::level_enum level_of(LogLevel level) {
    if (level == kSilent) return spdlog::level::off;
    return level >= kDetails ? spdlog::level::debug : spdlog::level::info;
}

// "moon[7]: ", "[7]: " before the connection is known, nothing for what belongs to no SA.
std::string subject_of(const ike::Report& report) {
    if (report.ike_sa == ike::IkeSaId::none)
        return report.connection.empty() ? std::string() : report.connection + ": ";
    return report.connection + "[" + std::to_string(static_cast<std::uint64_t>(report.ike_sa)) + "]: ";
}

}  // namespace

Log::Log(LogTarget target, bool debug)
    : debug_(debug),
      main_(make_sink(target)),
      files_(std::make_shared<spdlog::sinks::dist_sink_mt>()),
      logger_(std::make_shared<spdlog::logger>("xfrmd", spdlog::sinks_init_list{main_, files_})) {
    use({});
}

void Log::use(const LogSettings& settings) {
    // Who silences the log has files; mistakes are told all the same.
    const auto wanted = level_of(debug_ ? kDetails : settings.level.value_or(kControl));
    main_->set_level(std::min(wanted, spdlog::level::warn));
    auto least = main_->level();
    std::vector<spdlog::sink_ptr> sinks;
    std::vector<std::string> failures;
    for (const LogFile& file : settings.files) {
        if (file.level == kSilent) continue;
        auto opened = FileSink::open(file, !file.append && !used_.contains(file.path));
        used_.insert(file.path);
        if (!opened) {
            failures.push_back(std::move(opened.error()));
            continue;
        }
        (*opened)->set_pattern("%v");
        auto sink = std::make_shared<QueuedSink>(queue_, std::move(*opened));
        sink->set_level(level_of(file.level));
        least = std::min(least, sink->level());
        sinks.push_back(std::move(sink));
    }
    files_->set_sinks(std::move(sinks));
    logger_->set_level(least);
    logger_->flush_on(least);
    for (const std::string& failure : failures) error(failure);
}

bool Log::suppresses(const ike::Report& report) {
    if (report.ike_sa != ike::IkeSaId::none && !report.unproven) return false;
    const std::lock_guard lock(mutex_);
    if (!strangers_.take(boot_now())) {
        ++suppressed_;
        return true;
    }
    if (suppressed_ > 0) logger_->warn("{} messages about datagrams of strangers were left out", suppressed_);
    suppressed_ = 0;
    return false;
}

void Log::listen(Listener listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
}

void Log::say(ike::Level level, const std::string& text) {
    logger_->log(level_of(level), text);
    const std::lock_guard lock(mutex_);
    if (listener_) listener_(level, text);
}

bool Log::write(const ike::Report& report) {
    const auto level = level_of(report.level);
    if (!logger_->should_log(level)) return true;
    if (suppresses(report)) return false;
    logger_->log(level, "{}{}", subject_of(report), report.text);
    return true;
}

}  // namespace xfrmd::daemon
