#include "daemon/log_reload.h"

#include <memory>
#include <utility>

namespace xfrmd::daemon {

LogReload::LogReload(asio::io_context& io, Log& log, const Files& files, std::string path)
    : log_(log),
      path_(std::move(path)),
      reading_(
          io,
          [this, &files] {
              const auto loaded = std::make_shared<Loaded>(load_strongswan(files, path_, false));
              if (*loaded) log_.use((*loaded)->options.log);
              return [this, loaded] { take(*loaded); };
          },
          [this](const std::string& why) { log_.error(path_ + ": not read again: " + why); }) {}

void LogReload::run() {
    if (!path_.empty()) reading_.run();
}

void LogReload::take(const Loaded& loaded) {
    if (loaded) return log_details(log_, *loaded);
    std::string text = path_ + ": not taken, everything stays as it is:";
    for (const ConfigError& error : loaded.error()) text += "\n" + error.to_string();
    log_.error(text);
}

void log_details(Log& log, const StrongswanConf& conf) {
    for (const std::string& warning : conf.warnings) log.warning(warning);
    for (const std::string& detail : conf.details) log.debug(detail);
}

}  // namespace xfrmd::daemon
