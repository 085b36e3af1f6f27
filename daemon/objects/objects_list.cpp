#include <utility>

#include "daemon/objects/objects.h"

namespace xfrmd::daemon {

namespace {

// Fills a page with what it is shown, until it is full.
class PageWriter {
public:
    explicit PageWriter(const ObjectQuery& query) : query_(query) {}

    bool wants(ObjectKind kind) const {
        return !page_.next && kind >= query_.at.kind && (!query_.kind || *query_.kind == kind);
    }
    std::uint64_t begin(ObjectKind kind) const { return kind == query_.at.kind ? query_.at.place : 0; }

    // False: the page ends before this one.
    bool see(ObjectKind kind, std::uint64_t place, const std::string& name, Origin from) {
        if (page_.rows.size() == query_.limit || looked_at_ == kMostLookedAt) {
            page_.next = ObjectPlace{kind, place};
            return false;
        }
        ++looked_at_;
        if (!query_.from || *query_.from == from) page_.rows.push_back({kind, name, from});
        return true;
    }

    ObjectPage take() { return std::move(page_); }

private:
    const ObjectQuery& query_;
    ObjectPage page_;
    std::size_t looked_at_ = 0;
};

template <typename Entry>
void write(PageWriter& page, ObjectKind kind, const Ordered<Entry>& objects) {
    if (!page.wants(kind)) return;
    objects.each_from(page.begin(kind), [&](std::uint64_t place, const std::string& name, const Entry& entry) {
        return page.see(kind, place, name, entry.from);
    });
}

void write(PageWriter& page, const CredentialSet& credentials) {
    if (!page.wants(ObjectKind::key)) return;
    credentials.each_key_from(page.begin(ObjectKind::key), [&](std::size_t place, const std::string& id, Origin from) {
        return page.see(ObjectKind::key, place, id, from);
    });
}

}  // namespace

ObjectPage Objects::list(const ObjectQuery& query) const {
    PageWriter page(query);
    write(page, ObjectKind::connection, connections_);
    if (page.wants(ObjectKind::secret)) {
        secrets_.each_from(page.begin(ObjectKind::secret), [&](auto place, const auto& id, const SecretEntry& entry) {
            const bool is_nameless = entry.secret->name.empty();
            return page.see(ObjectKind::secret, place, is_nameless ? std::string() : id, entry.from);
        });
    }
    write(page, credentials_);
    write(page, ObjectKind::authority, authorities_);
    write(page, ObjectKind::pool, pools_);
    return page.take();
}

}  // namespace xfrmd::daemon
