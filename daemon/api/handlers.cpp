#include "daemon/api/handlers.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/api/rekey_json.h"
#include "daemon/api/view_json.h"

namespace xfrmd::daemon::api {

namespace {

std::string text_of(const Parsed& params, const char* name) { return params.value(name, std::string()); }

std::optional<SaKind> kind_of(const Parsed& params) {
    const std::string kind = text_of(params, "kind");
    if (kind.empty()) return std::nullopt;
    if (kind == name(SaKind::manual)) return SaKind::manual;
    return kind == name(SaKind::ike) ? SaKind::ike : SaKind::child;
}

SaFilter filter_of(const Parsed& params) {
    return {std::nullopt,
            text_of(params, "conn"),
            text_of(params, "child"),
            text_of(params, "peer"),
            text_of(params, "state"),
            kind_of(params)};
}

tl::unexpected<ApiError> invalid(std::string pointer, std::string message, std::string hint) {
    ApiError error{ErrorKind::InvalidParams, std::move(message), std::move(hint)};
    error.pointer = std::move(pointer);
    return tl::unexpected<ApiError>(std::move(error));
}

Outcome<SaId> id_of(const Parsed& params) {
    const auto id = SaId::parse(text_of(params, "id"));
    if (id) return *id;
    return invalid("/id", "/id must be a number, or two with a dot between them", "sa.list shows the ids");
}

ApiError no_such_sa() { return {ErrorKind::SaNotFound, "there is no such SA"}; }

// Which SAs are meant, by id, conn, child and peer; child SAs where a child is named, else IKE SAs.
Outcome<SaFilter> selection_of(const Parsed& params) {
    SaFilter filter = filter_of(params);
    if (params.contains("id")) {
        const auto id = id_of(params);
        if (!id) return tl::unexpected<ApiError>(id.error());
        filter.id = *id;
    }
    const bool about_a_child = !filter.child.empty() || (filter.id && filter.id->child);
    if (!filter.kind) filter.kind = about_a_child ? SaKind::child : SaKind::ike;
    return filter;
}

bool selects(const SaFilter& filter) {
    return filter.id || !filter.conn.empty() || !filter.child.empty() || !filter.peer.empty();
}

// What sa.clear means, or why it means nothing.
Outcome<ClearRequest> clear_request(const Parsed& params) {
    const auto filter = selection_of(params);
    if (!filter) return tl::unexpected<ApiError>(filter.error());
    const bool all = params.at("all").get<bool>();
    if (!all && !selects(*filter))
        return invalid("", "nothing says which SAs to clear", "give id, conn, child or peer, or all: true");
    if (all && selects(*filter)) return invalid("/all", "/all stands alone", "leave out either all or the selector");
    ClearRequest request;
    request.filter = *filter;
    request.force = params.at("force").get<bool>();
    request.dry_run = params.at("dry_run").get<bool>();
    request.timeout = std::chrono::seconds(params.at("timeout").get<std::int64_t>());
    return request;
}

// Nothing that was negotiated fits: nothing does, or a manual SA, which is configuration.
void refuse_manual(Service& service, SaFilter filter, MethodDone done) {
    filter.kind = SaKind::manual;
    service.list_sas({filter, 0, 1}, [done = std::move(done)](const SaPage& page) {
        if (page.manual.empty()) return done(tl::unexpected<ApiError>(no_such_sa()));
        const std::string& name = page.manual.front().name;
        done(tl::unexpected<ApiError>(ApiError{ErrorKind::SaManual, name + " is a manual SA, which is configuration"}));
    });
}

// Where a page of sa.list begins.
bool read_cursor(const std::string& cursor, SaQuery& query) {
    if (cursor.starts_with(kManualCursor)) {
        query.after_manual = cursor.substr(kManualCursor.size());
        return true;
    }
    const auto id = SaId::parse(cursor);
    if (id) query.after = id->ike;
    return id.has_value();
}

std::vector<InitiateRequest> candidates_of(const ConnectionPage& page, const InitiateRequest& asked) {
    std::vector<InitiateRequest> candidates;
    for (const ConnectionView& connection : page.items) {
        for (const ConfiguredChildView& child : connection.children) {
            if (!asked.child.empty() && child.name != asked.child) continue;
            candidates.push_back({connection.name, child.name, asked.timeout});
        }
    }
    return candidates;
}

// The one connection and child that are meant by a connection, a child or both.
Outcome<InitiateRequest> target_of(const ConnectionPage& page, const InitiateRequest& asked) {
    const std::vector<InitiateRequest> candidates = candidates_of(page, asked);
    if (candidates.size() == 1) return candidates.front();
    if (candidates.empty()) {
        return tl::unexpected<ApiError>(ApiError{ErrorKind::ConnNotFound, "no such connection has such a child"});
    }
    ApiError error{ErrorKind::ConnAmbiguous, "more than one child could be meant"};
    std::transform(candidates.begin(), candidates.end(), std::back_inserter(error.choices),
                   [](const InitiateRequest& candidate) { return candidate.conn + "/" + candidate.child; });
    return tl::unexpected<ApiError>(std::move(error));
}

}  // namespace

void handle_sa_list(const Call& call, MethodDone done) {
    SaQuery query{filter_of(call.params.at("filter")), 0, call.params.at("limit").get<std::size_t>()};
    if (call.params.contains("cursor") && !read_cursor(text_of(call.params, "cursor"), query)) {
        return done(invalid("/cursor", "/cursor is not one of ours", "give next_cursor of the page before"));
    }
    call.service.list_sas(query, [done = std::move(done)](const SaPage& page) { done(encode(page)); });
}

void handle_sa_get(const Call& call, MethodDone done) {
    const auto id = id_of(call.params);
    if (!id) return done(tl::unexpected<ApiError>(id.error()));
    call.service.find_sa(*id, [done = std::move(done)](const std::optional<IkeSaView>& sa) {
        if (!sa) return done(tl::unexpected<ApiError>(no_such_sa()));
        done(encode(*sa));
    });
}

void handle_sa_clear(const Call& call, MethodDone done) {
    const auto request = clear_request(call.params);
    if (!request) return done(tl::unexpected<ApiError>(request.error()));
    // Clearing everything where there is nothing is done already; a selector that fits nothing was a mistake.
    const bool nothing_is_fine = call.params.at("all").get<bool>();
    const bool dry_run = request->dry_run;
    Service& service = call.service;
    const auto tell = [&service, done = std::move(done), nothing_is_fine, dry_run,
                       filter = request->filter](Outcome<std::vector<ClearedSa>> rows) {
        if (!rows) return done(tl::unexpected<ApiError>(std::move(rows.error())));
        if (rows->empty() && !nothing_is_fine) return refuse_manual(service, filter, done);
        done(encode(ClearResult{dry_run, std::move(*rows)}));
    };
    service.clear_sas(*request, tell);
}

void handle_sa_rekey(const Call& call, MethodDone done) {
    const auto filter = selection_of(call.params);
    if (!filter) return done(tl::unexpected<ApiError>(filter.error()));
    if (!selects(*filter)) {
        return done(invalid("", "nothing says which SAs to rekey", "give id, conn, child or peer"));
    }
    const RekeyRequest request{*filter, std::chrono::seconds(call.params.at("timeout").get<std::int64_t>())};
    Service& service = call.service;
    service.rekey_sas(request,
                      [&service, done = std::move(done), filter = *filter](Outcome<std::vector<RekeyedSa>> rows) {
                          if (!rows) return done(tl::unexpected<ApiError>(std::move(rows.error())));
                          if (rows->empty()) return refuse_manual(service, filter, done);
                          done(encode(RekeyResult{std::move(*rows)}));
                      });
}

void handle_sa_redirect(const Call& call, MethodDone done) {
    const auto id = id_of(call.params);
    if (!id) return done(tl::unexpected<ApiError>(id.error()));
    if (id->child) return done(invalid("/id", "/id must be an IKE SA's", "children go with their IKE SA"));
    const auto gateway = base::Address::parse(text_of(call.params, "gateway"));
    if (!gateway) return done(invalid("/gateway", "/gateway must be an IP address", "names are not looked up"));
    const RedirectRequest request{*id, *gateway, std::chrono::seconds(call.params.at("timeout").get<std::int64_t>())};
    call.service.redirect(request, [request, done = std::move(done)](Outcome<SaId> outcome) {
        if (!outcome) return done(tl::unexpected<ApiError>(std::move(outcome.error())));
        done(encode(RedirectResult{*outcome, request.gateway}));
    });
}

void handle_sa_initiate(const Call& call, MethodDone done) {
    InitiateRequest asked{text_of(call.params, "conn"), text_of(call.params, "child"),
                          std::chrono::seconds(call.params.at("timeout").get<std::int64_t>())};
    if (asked.conn.empty() && asked.child.empty()) {
        return done(invalid("", "nothing says what to bring up", "give conn, child, or both"));
    }
    Service& service = call.service;
    const ConnectionQuery query{asked.conn, asked.child, "", kDefaultPage};
    service.list_connections(query, [&service, asked, done = std::move(done)](const ConnectionPage& page) {
        auto target = target_of(page, asked);
        if (!target) return done(tl::unexpected<ApiError>(std::move(target.error())));
        service.initiate(*target, [target = *target, done](Outcome<Initiated> outcome) {
            if (!outcome) return done(tl::unexpected<ApiError>(std::move(outcome.error())));
            done(encode(InitiateResult{outcome->id, target.conn, target.child, outcome->existed}));
        });
    });
}

void handle_conn_list(const Call& call, MethodDone done) {
    const Parsed& filter = call.params.at("filter");
    const ConnectionQuery query{text_of(filter, "conn"), text_of(filter, "child"), text_of(call.params, "cursor"),
                                call.params.at("limit").get<std::size_t>()};
    call.service.list_connections(query, [done = std::move(done)](const ConnectionPage& page) { done(encode(page)); });
}

void handle_system_info(const Call& call, MethodDone done) {
    call.service.system_info([done = std::move(done)](const SystemInfo& info) { done(encode(info)); });
}

}  // namespace xfrmd::daemon::api
