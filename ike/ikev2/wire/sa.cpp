// The Security Association payload (RFC 7296 3.3): proposals, in them transforms, in them attributes, each with a
// length of its own. Lengths, counts and the "last substructure" flags must tell one story (3.3). Read once, front to
// back.

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

namespace {

constexpr std::uint16_t kShortFormat = 0x8000;
constexpr std::size_t kTransformHeaderSize = 8;
constexpr std::size_t kProposalHeaderSize = 8;

// RFC 7296 3.3.1, 3.3.2: IKEv1's payload numbers, left over.
constexpr std::uint8_t kLast = 0;
constexpr std::uint8_t kMoreProposals = 2;
constexpr std::uint8_t kMoreTransforms = 3;

// What one SA payload may still hold.
struct Budget {
    std::size_t transforms = kMaxTransforms;
    std::size_t attributes = kMaxOtherAttributes;
};

tl::unexpected<base::Error> malformed(std::string detail) {
    return base::fail(base::Reason::PayloadMalformed, std::move(detail));
}

tl::unexpected<base::Error> too_many(std::string detail) {
    return base::fail(base::Reason::PayloadCountExceeded, std::move(detail));
}

// RFC 7296 3.3.5
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |A|       Attribute Type        |    AF=0  Attribute Length     |
// |F|                             |    AF=1  Attribute Value      |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                   AF=0  Attribute Value                       |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct RawAttribute {
    std::uint16_t type;
    bool is_short;
    base::ByteView value;
};

RawAttribute read_attribute(base::Reader& in) {
    const std::uint16_t head = in.u16();
    const bool is_short = (head & kShortFormat) != 0;
    const std::size_t length = is_short ? 2 : in.u16();
    return {static_cast<std::uint16_t>(head & ~kShortFormat), is_short, in.bytes(length)};
}

// The key length in bits, or 0 for an attribute that is not a well-formed Key Length.
std::uint16_t key_bits_in(const RawAttribute& attribute) {
    if (attribute.type != kKeyLengthAttribute || !attribute.is_short) return 0;
    return base::Reader(attribute.value).u16();
}

base::Result<void> read_attributes(base::Reader in, TransformSubstructure& transform, Budget& budget) {
    while (!in.done()) {
        const RawAttribute attribute = read_attribute(in);
        if (!in.ok()) return malformed("an attribute is longer than its transform");
        const std::uint16_t key_bits = key_bits_in(attribute);
        if (key_bits != 0 && transform.transform.key_bits == 0) {
            transform.transform.key_bits = key_bits;
            continue;
        }
        if (budget.attributes == 0) return too_many("transform attributes");
        --budget.attributes;
        transform.others.push_back({attribute.type, attribute.is_short, base::to_bytes(attribute.value)});
    }
    return {};
}

void write_attribute(base::Writer& out, const Attribute& attribute) {
    out.u16(static_cast<std::uint16_t>(attribute.type | (attribute.is_short ? kShortFormat : 0)));
    if (!attribute.is_short) out.patch_u16(out.mark_u16(), attribute.value.size());
    out.bytes(attribute.value);
}

// RFC 7296 3.3.2
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | Last Substruc |   RESERVED    |        Transform Length       |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |Transform Type |   RESERVED    |          Transform ID         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                      Transform Attributes                     ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<TransformSubstructure> read_transform(base::Reader& in, bool is_last, Budget& budget) {
    const std::uint8_t last_substructure = in.u8();
    in.skip(1);
    const std::size_t length = in.u16();
    TransformSubstructure transform;
    transform.transform.type = static_cast<policy::TransformType>(in.u8());
    in.skip(1);
    transform.transform.id = in.u16();
    if (!in.ok() || length < kTransformHeaderSize) return malformed("a transform's length is invalid");
    const base::Reader attributes = in.sub(length - kTransformHeaderSize);
    if (!in.ok()) return malformed("a transform is longer than its proposal");
    if (last_substructure != (is_last ? kLast : kMoreTransforms)) {
        return malformed("the last transform is not the one its proposal counts to");
    }
    if (auto read = read_attributes(attributes, transform, budget); !read) return tl::unexpected(read.error());
    return transform;
}

void write_transform(base::Writer& out, const TransformSubstructure& transform, bool is_last) {
    const std::size_t start = out.size();
    out.u8(is_last ? kLast : kMoreTransforms).u8(0);
    const base::Writer::Mark length = out.mark_u16();
    out.u8(static_cast<std::uint8_t>(transform.transform.type)).u8(0).u16(transform.transform.id);
    if (transform.transform.key_bits != 0) {
        out.u16(kKeyLengthAttribute | kShortFormat).u16(transform.transform.key_bits);
    }
    for (const Attribute& attribute : transform.others) write_attribute(out, attribute);
    out.patch_u16(length, out.size() - start);
}

base::Result<std::vector<TransformSubstructure>> read_transforms(base::Reader in, std::size_t count, Budget& budget) {
    if (count == 0) return malformed("a proposal has no transforms");
    if (count > budget.transforms) return too_many("transforms");
    budget.transforms -= count;
    // The count is a claim until the bytes for it are seen.
    if (count > in.left() / kTransformHeaderSize) return malformed("a proposal counts more transforms than it has");
    std::vector<TransformSubstructure> transforms;
    transforms.reserve(count);
    while (transforms.size() < count) {
        auto transform = read_transform(in, transforms.size() + 1 == count, budget);
        if (!transform) return tl::unexpected(transform.error());
        transforms.push_back(*std::move(transform));
    }
    if (!in.done()) return malformed("a proposal is longer than its transforms");
    return transforms;
}

// RFC 7296 3.3.1
bool spi_size_fits(policy::ProtocolId protocol, std::size_t size) {
    switch (protocol) {
        case policy::ProtocolId::ike:
            return size == 0 || size == kSpiSize;
        case policy::ProtocolId::ah:
        case policy::ProtocolId::esp:
            return size == 4;
        default:
            return true;
    }
}

// RFC 7296 3.3.1
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | Last Substruc |   RESERVED    |         Proposal Length       |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | Proposal Num  |  Protocol ID  |    SPI Size   |Num  Transforms|
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                        SPI (variable)                         ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                        <Transforms>                           ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<ProposalSubstructure> read_proposal(base::Reader& in, Budget& budget) {
    const std::uint8_t last_substructure = in.u8();
    in.skip(1);
    const std::size_t length = in.u16();
    ProposalSubstructure proposal;
    proposal.number = in.u8();
    proposal.protocol = static_cast<policy::ProtocolId>(in.u8());
    const std::size_t spi_size = in.u8();
    const std::size_t transform_count = in.u8();
    if (!in.ok() || length < kProposalHeaderSize) return malformed("a proposal's length is invalid");
    base::Reader rest = in.sub(length - kProposalHeaderSize);
    proposal.spi = base::to_bytes(rest.bytes(spi_size));
    if (!rest.ok()) return malformed("a proposal is cut short");
    if (!spi_size_fits(proposal.protocol, spi_size)) {
        return malformed("an SPI of " + std::to_string(spi_size) + " bytes");
    }
    if (last_substructure != (in.done() ? kLast : kMoreProposals)) {
        return malformed("the last proposal is not the one at the end");
    }
    auto transforms = read_transforms(rest, transform_count, budget);
    if (!transforms) return tl::unexpected(transforms.error());
    proposal.transforms = *std::move(transforms);
    return proposal;
}

void write_proposal(base::Writer& out, const ProposalSubstructure& proposal, bool is_last) {
    const std::size_t start = out.size();
    out.u8(is_last ? kLast : kMoreProposals).u8(0);
    const base::Writer::Mark length = out.mark_u16();
    out.u8(proposal.number).u8(static_cast<std::uint8_t>(proposal.protocol));
    out.patch_u8(out.mark_u8(), proposal.spi.size());
    out.patch_u8(out.mark_u8(), proposal.transforms.size());
    out.bytes(proposal.spi);
    for (const TransformSubstructure& transform : proposal.transforms) {
        write_transform(out, transform, &transform == &proposal.transforms.back());
    }
    out.patch_u16(length, out.size() - start);
}

// RFC 7296 3.3: "Each structure MUST have a proposal number one (1) greater than the previous structure."
bool number_follows(const std::vector<ProposalSubstructure>& before, std::uint8_t number) {
    return before.empty() ? number != 0 : number == before.back().number + 1;
}

}  // namespace

base::Result<SecurityAssociation> decode_sa(base::ByteView body) {
    base::Reader in(body);
    Budget budget;
    SecurityAssociation sa;
    do {
        auto proposal = read_proposal(in, budget);
        if (!proposal) return tl::unexpected(proposal.error());
        if (!number_follows(sa.proposals, proposal->number)) return malformed("proposal numbers do not count up");
        sa.proposals.push_back(*std::move(proposal));
    } while (!in.done());
    return sa;
}

void encode_body(base::Writer& out, const SecurityAssociation& payload) {
    for (const ProposalSubstructure& proposal : payload.proposals) {
        write_proposal(out, proposal, &proposal == &payload.proposals.back());
    }
}

}  // namespace xfrmd::ikev2::wire
