#include "daemon/connection_page.h"

#include <algorithm>
#include <string>
#include <vector>

#include "daemon/api/select.h"
#include "daemon/sa_view.h"

namespace xfrmd::daemon {

namespace {

bool is_wanted(const policy::Connection& connection, const api::ConnectionQuery& query) {
    return connection.name > query.after && (query.conn.empty() || query.conn == connection.name) &&
           (query.child.empty() || connection.child(query.child) != nullptr);
}

const std::string& name_of(const policy::Connection* connection) { return connection->name; }

}  // namespace

// There may be very many: no more of them are put in order than the page can have, and one that tells that there are
// more.
api::ConnectionPage connection_page(const policy::IndexedConfiguration& configuration,
                                    const api::ConnectionQuery& query) {
    std::vector<const policy::Connection*> first;
    for (const policy::Connection& connection : configuration.connections()) {
        if (is_wanted(connection, query)) first.push_back(&connection);
    }
    const std::size_t most = std::min(first.size(), query.limit + 1);
    std::ranges::partial_sort(first, first.begin() + static_cast<std::ptrdiff_t>(most), {}, name_of);
    first.resize(most);
    api::ConnectionPage page;
    for (const policy::Connection* connection : first) {
        if (!api::offer(query, page, view_of(*connection))) break;
    }
    return page;
}

}  // namespace xfrmd::daemon
