// The methods that load and unload what is configured, and list who has loaded what.
#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/api/handlers.h"
#include "daemon/api/object_json.h"
#include "daemon/api/section_json.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon::api {

namespace {

constexpr Origin kFrom = Origin::json_rpc;

std::string text_of(const Parsed& params, const char* name) { return params.at(name).get<std::string>(); }

ApiError error_of(const Rejection& rejection, ErrorKind missing) {
    return {rejection.is_missing ? missing : ErrorKind::ObjectRefused,
            rejection.reason.empty() ? rejection.text : rejection.reason};
}

ApiError error_of(const Rejection& rejection, const SectionDocument& read) {
    ApiError error = error_of(rejection, ErrorKind::ObjectNotFound);
    error.problems = read.problems(rejection.errors);
    if (error.problems.empty()) return error;
    error.kind = ErrorKind::ConfigInvalid;
    error.hint = "correct it and load it again";
    error.message = error.problems.front().message;
    error.pointer = error.problems.front().pointer;
    return error;
}

// `load(objects, document, section)` gives the warnings.
template <typename Load>
void load(const Call& call, const MethodDone& done, Load load) {
    const std::string name = text_of(call.params, "name");
    const auto read = SectionDocument::read(name, call.params.at("section"));
    if (!read) return done(tl::unexpected<ApiError>(read.error()));
    auto warnings = load(call.service.objects(), read->document(), read->section());
    if (!warnings) return done(tl::unexpected<ApiError>(error_of(warnings.error(), *read)));
    done(encode(LoadedObject{name, std::move(*warnings)}));
}

template <typename Unload>
void unload(const Call& call, const MethodDone& done, Unload unload, ErrorKind missing = ErrorKind::ObjectNotFound) {
    const std::string name = text_of(call.params, "name");
    const Answer<> answer = unload(call.service.objects(), name);
    if (!answer) return done(tl::unexpected<ApiError>(error_of(answer.error(), missing)));
    done(encode(UnloadedObject{name}));
}

// Checked already: one of these names, or not given.
template <typename T, std::size_t count>
std::optional<T> one_of(const std::string_view (&names)[count], const Parsed& filter, const char* member) {
    if (!filter.contains(member)) return std::nullopt;
    const auto* const found = std::find(std::begin(names), std::end(names), text_of(filter, member));
    return static_cast<T>(found - std::begin(names));
}

}  // namespace

void handle_conn_load(const Call& call, MethodDone done) {
    load(call, done, [](Objects& objects, const auto& document, const auto& section) {
        return objects.load_connection(document, section, kFrom);
    });
}

void handle_conn_unload(const Call& call, MethodDone done) {
    const auto remove = [](Objects& objects, const std::string& name) { return objects.unload_connection(name); };
    unload(call, done, remove, ErrorKind::ConnNotFound);
}

void handle_secret_load(const Call& call, MethodDone done) {
    load(call, done, [](Objects& objects, const auto& document, const auto& section) {
        return objects.load_secret(document, section, kFrom);
    });
}

void handle_secret_unload(const Call& call, MethodDone done) {
    unload(call, done, [](Objects& objects, const std::string& name) -> Answer<> {
        if (!objects.has_shared(name)) return refuse_missing("there is no such secret");
        return objects.unload_shared(name);
    });
}

void handle_key_load(const Call& call, MethodDone done) {
    const auto& pem = call.params.at("key").get_ref<const std::string&>();
    auto id = call.service.objects().load_key("any", base::as_bytes(pem), kFrom);
    if (!id) return done(tl::unexpected<ApiError>(error_of(id.error(), ErrorKind::ObjectNotFound)));
    done(encode(KeyOf{std::move(*id)}));
}

void handle_key_unload(const Call& call, MethodDone done) {
    const std::string id = text_of(call.params, "id");
    const Answer<> answer = call.service.objects().unload_key(id);
    if (!answer) return done(tl::unexpected<ApiError>(error_of(answer.error(), ErrorKind::ObjectNotFound)));
    done(encode(KeyOf{id}));
}

void handle_authority_load(const Call& call, MethodDone done) {
    load(call, done, [](Objects& objects, const auto& document, const auto& section) {
        return objects.load_authority(document, section, kFrom);
    });
}

void handle_authority_unload(const Call& call, MethodDone done) {
    unload(call, done, [](Objects& objects, const std::string& name) { return objects.unload_authority(name); });
}

// Nobody gets an address of what is there no more.
void handle_pool_load(const Call& call, MethodDone done) {
    load(call, done, [](Objects& objects, const auto& document, const auto& section) {
        return objects.load_pool(document, section, kFrom);
    });
    call.service.settle();
}

void handle_pool_unload(const Call& call, MethodDone done) {
    unload(call, done, [](Objects& objects, const std::string& name) { return objects.unload_pool(name); });
    call.service.settle();
}

void handle_object_list(const Call& call, MethodDone done) {
    const Parsed& filter = call.params.at("filter");
    ObjectQuery query{one_of<ObjectKind>(kObjectKinds, filter, "kind"),
                      one_of<Origin>(kOrigins, filter, "from"),
                      {},
                      call.params.at("limit").get<std::size_t>()};
    if (call.params.contains("cursor")) {
        const auto place = read_place(text_of(call.params, "cursor"));
        if (!place) {
            ApiError error{ErrorKind::InvalidParams, "/cursor is not one of ours",
                           "give next_cursor of the page before"};
            error.pointer = "/cursor";
            return done(tl::unexpected<ApiError>(std::move(error)));
        }
        query.at = *place;
    }
    done(encode(ObjectListView{call.service.objects().list(query), call.service.events().revision()}));
}

}  // namespace xfrmd::daemon::api
