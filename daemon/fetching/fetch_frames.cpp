#include "daemon/fetching/fetch_frames.h"

#include "ike/base/reader.h"
#include "ike/base/writer.h"

namespace xfrmd::daemon {

namespace {

using base::Reader;
using base::Writer;

constexpr std::size_t kLengthBytes = 4;
constexpr std::uint8_t kBody = 0;
constexpr std::uint8_t kFailure = 1;

base::Bytes framed(Writer& writer, Writer::Mark length) {
    writer.patch_u32(length, writer.size() - kLengthBytes);
    return writer.take();
}

}  // namespace

base::Bytes encode(const FetchQuestion& question) {
    Writer writer;
    const auto length = writer.mark_u32();
    writer.u64(question.number).u32(question.most).u32(static_cast<std::uint32_t>(question.uri.size()));
    writer.bytes(base::as_bytes(question.uri)).bytes(question.posted);
    return framed(writer, length);
}

base::Bytes encode(const FetchAnswer& answer) {
    Writer writer;
    const auto length = writer.mark_u32();
    const bool failed = !answer.failure.empty();
    writer.u64(answer.number).u8(failed ? kFailure : kBody);
    writer.bytes(failed ? base::as_bytes(answer.failure) : base::ByteView(answer.body));
    return framed(writer, length);
}

std::optional<FetchQuestion> decode_question(base::ByteView contents) {
    Reader reader(contents);
    FetchQuestion question{reader.u64(), reader.u32(), {}};
    question.uri = base::as_text(reader.bytes(reader.u32()));
    question.posted = base::to_bytes(reader.remaining());
    return reader.ok() ? std::optional(std::move(question)) : std::nullopt;
}

std::optional<FetchAnswer> decode_answer(base::ByteView contents) {
    Reader reader(contents);
    FetchAnswer answer{reader.u64()};
    const std::uint8_t kind = reader.u8();
    const base::ByteView rest = reader.remaining();
    if (!reader.ok() || kind > kFailure || (kind == kFailure && rest.empty())) return std::nullopt;
    if (kind == kFailure) answer.failure = base::printable(rest);
    if (kind == kBody) answer.body = base::to_bytes(rest);
    return answer;
}

}  // namespace xfrmd::daemon
