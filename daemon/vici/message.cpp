#include "daemon/vici/message.h"

#include <algorithm>

#include "ike/base/reader.h"
#include "ike/base/wiping.h"
#include "ike/base/writer.h"

namespace xfrmd::daemon::vici {

namespace {

using base::ByteView;

enum class Element : std::uint8_t {
    section_start = 1,
    section_end = 2,
    key_value = 3,
    list_start = 4,
    list_item = 5,
    list_end = 6
};

template <typename Content>
const Content* find(const std::vector<Entry>& entries, std::string_view name) {
    for (const Entry& entry : entries) {
        if (entry.name != name) continue;
        if (const auto* content = std::get_if<Content>(&entry.content)) return content;
    }
    return nullptr;
}

class Decoder {
public:
    explicit Decoder(ByteView message) : reader_(message), size_(message.size()) { open_.push_back(&root_); }

    tl::expected<Section, std::string> run() {
        while (problem_.empty() && reader_.left() > 0) step(static_cast<Element>(reader_.u8()));
        if (problem_.empty() && list_ != nullptr) problem_ = "a list does not end";
        if (problem_.empty() && open_.size() > 1) problem_ = "a section does not end";
        if (!problem_.empty()) {
            wipe(root_);
            return tl::unexpected(problem_ + " (octet " + std::to_string(size_ - reader_.left()) + ")");
        }
        return std::move(root_);
    }

private:
    void step(Element element) {
        if (++elements_ > kMostElements) return fail("it has too many elements");
        if (list_ != nullptr && element != Element::list_item && element != Element::list_end) {
            return fail("something else than values is in a list");
        }
        switch (element) {
            case Element::section_start:
                return begin_section();
            case Element::section_end:
                return end_section();
            case Element::key_value:
                return add_value();
            case Element::list_start:
                return begin_list();
            case Element::list_item:
                return add_item();
            case Element::list_end:
                return end_list();
        }
        fail("an element of an unknown type");
    }

    // What is pointed to stays where it is, as nothing comes into a section while one in it is open.
    void begin_section() {
        const std::string name = read_name();
        if (!problem_.empty()) return;
        if (open_.size() > kDeepest) return fail("sections are too deep in each other");
        open_.push_back(&open_.back()->add_section(name));
    }

    void end_section() {
        if (open_.size() == 1) return fail("a section ends that has not begun");
        open_.pop_back();
    }

    void add_value() {
        const std::string name = read_name();
        std::string value = read_value();
        if (problem_.empty()) open_.back()->set(name, std::move(value));
    }

    void begin_list() {
        list_name_ = read_name();
        values_.clear();
        list_ = open_.back();
    }

    void add_item() {
        std::string value = read_value();
        if (list_ == nullptr) return fail("a value of a list is in none");
        values_.push_back(std::move(value));
    }

    void end_list() {
        if (list_ == nullptr) return fail("a list ends that has not begun");
        std::exchange(list_, nullptr)->set(list_name_, std::move(values_));
    }

    std::string read_name() { return read(reader_.u8()); }
    std::string read_value() { return read(reader_.u16()); }

    std::string read(std::size_t size) {
        const ByteView bytes = reader_.bytes(size);
        if (!reader_.ok()) fail("it is cut off");
        return std::string(base::as_text(bytes));
    }

    void fail(std::string problem) {
        if (problem_.empty()) problem_ = std::move(problem);
    }

    base::Reader reader_;
    std::size_t size_;
    std::size_t elements_ = 0;
    Section root_;
    std::vector<Section*> open_;
    Section* list_ = nullptr;
    std::string list_name_;
    std::vector<std::string> values_;
    std::string problem_;
};

class Encoder {
public:
    void add(const Section& section) {
        for (const Entry& entry : section.entries()) {
            std::visit([&](const auto& content) { add(entry.name, content); }, entry.content);
        }
    }
    base::Bytes take() { return writer_.take(); }

private:
    void add(const std::string& name, const std::string& value) {
        if (value.size() > kMostValueBytes) return;
        begin(Element::key_value, name);
        append(value);
    }

    void add(const std::string& name, const std::vector<std::string>& values) {
        begin(Element::list_start, name);
        for (const std::string& value : values) {
            if (value.size() > kMostValueBytes) continue;
            mark(Element::list_item);
            append(value);
        }
        mark(Element::list_end);
    }

    void add(const std::string& name, const Section& section) {
        begin(Element::section_start, name);
        add(section);
        mark(Element::section_end);
    }

    void mark(Element element) { writer_.u8(static_cast<std::uint8_t>(element)); }
    void append(const std::string& value) {
        writer_.u16(static_cast<std::uint16_t>(value.size())).bytes(base::as_bytes(value));
    }
    void begin(Element element, const std::string& name) {
        const std::string_view shown = std::string_view(name).substr(0, 255);
        mark(element);
        writer_.u8(static_cast<std::uint8_t>(shown.size())).bytes(base::as_bytes(shown));
    }

    base::Writer writer_;
};

}  // namespace

const std::string* Section::value(std::string_view name) const { return find<std::string>(entries_, name); }

const std::vector<std::string>* Section::list(std::string_view name) const {
    return find<std::vector<std::string>>(entries_, name);
}

const Section* Section::section(std::string_view name) const { return find<Section>(entries_, name); }

Section& Section::set(std::string_view name, std::string value) {
    entries_.push_back({std::string(name), std::move(value)});
    return *this;
}

Section& Section::set(std::string_view name, std::vector<std::string> values) {
    entries_.push_back({std::string(name), std::move(values)});
    return *this;
}

Section& Section::add_section(std::string_view name) { return add_section(name, Section()); }

Section& Section::add_section(std::string_view name, Section section) {
    entries_.push_back({std::string(name), std::move(section)});
    return std::get<Section>(entries_.back().content);
}

void wipe(Section& section) {
    for (Entry& entry : section.entries_) {
        if (auto* value = std::get_if<std::string>(&entry.content)) base::wipe_text(*value);
        if (auto* values = std::get_if<std::vector<std::string>>(&entry.content)) {
            for (std::string& value : *values) base::wipe_text(value);
        }
        if (auto* inner = std::get_if<Section>(&entry.content)) wipe(*inner);
    }
}

tl::expected<Section, std::string> decode(base::ByteView message) { return Decoder(message).run(); }

base::Bytes encode(const Section& message) {
    Encoder encoder;
    encoder.add(message);
    return encoder.take();
}

}  // namespace xfrmd::daemon::vici
