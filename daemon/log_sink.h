// Where the log's lines go: a descriptor, a file, or syslog's socket (RFC 3164's format, as glibc writes it). Who reads
// a log may be slow, stuck or out of space, and IKE goes on: a pipe and a socket are never waited for. A disk is,
// nothing else is possible; so files are written by a thread of their own (log_queue.h). Whoever leads standard error
// to a file waits for its disk. Lines that find no room are counted, and told of once there is room again. May be used
// from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <spdlog/sinks/base_sink.h>
#include <tl/expected.hpp>

#include "daemon/descriptor.h"
#include "daemon/log_settings.h"

namespace xfrmd::daemon {

class LogSink : public spdlog::sinks::base_sink<std::mutex> {
protected:
    // `line`: the message as it is to be written, with its end. False where there is no room for all of it.
    virtual bool put(const spdlog::details::log_msg& message, std::string_view line) = 0;

private:
    void sink_it_(const spdlog::details::log_msg& message) final;
    void flush_() final {}
    bool put_message(const spdlog::details::log_msg& message);

    std::uint64_t lost_ = 0;
};

class DescriptorSink final : public LogSink {
public:
    // It stays the caller's.
    explicit DescriptorSink(int fd) : fd_(fd) {}

private:
    bool put(const spdlog::details::log_msg& message, std::string_view line) override;

    int fd_;
    bool is_cut_ = false;  // the last line has no end
};

// A file of strongswan.conf's, which gets each line at once. Whoever moves the file away has the settings read again.
class FileSink final : public LogSink {
public:
    // The error is one sentence.
    static tl::expected<std::shared_ptr<FileSink>, std::string> open(const LogFile& file, bool empties);
    FileSink(LogFile file, Descriptor opened) : file_(std::move(file)), opened_(std::move(opened)) {}

private:
    bool put(const spdlog::details::log_msg& message, std::string_view line) override;
    std::string time_of(const spdlog::details::log_msg& message) const;

    LogFile file_;
    Descriptor opened_;
};

class SyslogSink final : public LogSink {
public:
    explicit SyslogSink(std::string path = "/dev/log") : path_(std::move(path)) {}
    ~SyslogSink() override;

private:
    bool put(const spdlog::details::log_msg& message, std::string_view line) override;
    bool connect();

    std::string path_;
    int fd_ = -1;
};

}  // namespace xfrmd::daemon
