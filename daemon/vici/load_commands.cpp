#include "daemon/vici/load_commands.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "daemon/vici/request.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon::vici {

namespace {

void fill(settings::Section& into, const Section& from) {
    for (const Entry& entry : from.entries()) {
        if (const auto* value = std::get_if<std::string>(&entry.content)) into.set(entry.name, *value);
        if (const auto* items = std::get_if<std::vector<std::string>>(&entry.content))
            into.set_list(entry.name, *items);
        if (const auto* section = std::get_if<Section>(&entry.content)) fill(into.open(entry.name), *section);
    }
}

void refuse(Desk& desk, Exchange& asked, const Rejection& refusal) {
    desk.port.warn("vici: " + asked.command() + ": " + (refusal.reason.empty() ? refusal.text : refusal.reason));
    asked.respond(failure(refusal.text));
}

template <typename T>
void respond(Desk& desk, Exchange& asked, const Answer<T>& answer) {
    answer ? asked.respond(success()) : refuse(desk, asked, answer.error());
}

void tell_key(Desk& desk, Exchange& asked, const Answer<std::string>& id) {
    if (!id) return refuse(desk, asked, id.error());
    Section told = success();
    told.set("id", *id);
    asked.respond(std::move(told));
}

void tell_list(Exchange& asked, std::string_view name, std::vector<std::string> values) {
    Section answer;
    answer.set(name, std::move(values));
    asked.respond(std::move(answer));
}

// What a request has sections for, one after the other; the first refusal is the answer. What is no section says
// nothing, as with charon.
template <typename Load>
void load_sections(Desk& desk, Exchange& asked, Load load) {
    for (const Entry& entry : asked.request().entries()) {
        const auto* from = std::get_if<Section>(&entry.content);
        if (from == nullptr) continue;
        settings::Document document = settings::document_of("vici");
        settings::Section& section = document.root->open(entry.name);
        fill(section, *from);
        const auto answer = load(document, section);
        if (!answer) return refuse(desk, asked, answer.error());
        for (const std::string& warning : *answer) desk.port.warn(warning);
    }
    asked.respond(success());
}

constexpr std::size_t kAuthoritiesAtATime = 100;

Section authority_section(const Authority& authority) {
    Section section;
    section.set("cacert", authority.certificate.to_string());
    section.set("crl_uris", authority.uris.crl).set("ocsp_uris", authority.uris.ocsp);
    if (!authority.cert_uri_base.empty()) section.set("cert_uri_base", authority.cert_uri_base);
    return section;
}

void list_authorities_from(const std::shared_ptr<std::vector<Authority>>& all, std::size_t next, const Asked& asked) {
    const std::string wanted = text_of(asked->request(), "name");
    const std::size_t end = std::min(all->size(), next + kAuthoritiesAtATime);
    for (; next < end; ++next) {
        const Authority& authority = (*all)[next];
        if (!wanted.empty() && wanted != authority.name) continue;
        Section message;
        message.add_section(authority.name, authority_section(authority));
        asked->event("list-authority", std::move(message));
    }
    if (next == all->size()) return asked->respond({});
    asked->when_room([all, next, asked] { list_authorities_from(all, next, asked); });
}

}  // namespace

void load_connection(Desk& desk, const Asked& asked) {
    load_sections(desk, *asked, [&](const auto& document, const auto& section) {
        return desk.port.objects().load_connection(document, section);
    });
}

void unload_connection(Desk& desk, const Asked& asked) {
    respond(desk, *asked, desk.port.objects().unload_connection(text_of(asked->request(), "name")));
}

void load_authority(Desk& desk, const Asked& asked) {
    load_sections(desk, *asked, [&](const auto& document, const auto& section) {
        return desk.port.objects().load_authority(document, section);
    });
}

void unload_authority(Desk& desk, const Asked& asked) {
    respond(desk, *asked, desk.port.objects().unload_authority(text_of(asked->request(), "name")));
}

void get_authorities(Desk& desk, const Asked& asked) {
    std::vector<std::string> names;
    for (const Authority& authority : desk.port.objects().authorities()) names.push_back(authority.name);
    tell_list(*asked, "authorities", std::move(names));
}

void list_authorities(Desk& desk, const Asked& asked) {
    list_authorities_from(std::make_shared<std::vector<Authority>>(desk.port.objects().authorities()), 0, asked);
}

void load_pool(Desk& desk, const Asked& asked) {
    load_sections(desk, *asked, [&](const auto& document, const auto& section) {
        return desk.port.objects().load_pool(document, section);
    });
    desk.port.configuration();  // at once: nobody gets an address of what is there no more
}

void unload_pool(Desk& desk, const Asked& asked) {
    respond(desk, *asked, desk.port.objects().unload_pool(text_of(asked->request(), "name")));
    desk.port.configuration();
}

void load_certificate(Desk& desk, const Asked& asked) {
    const Section& request = asked->request();
    const std::string* data = request.value("data");
    respond(desk, *asked,
            desk.port.objects().load_certificate(text_of(request, "type"), text_of(request, "flag"),
                                                 base::as_bytes(data == nullptr ? "" : *data)));
}

void flush_certificates(Desk& desk, const Asked& asked) {
    respond(desk, *asked, desk.port.objects().flush_certificates(text_of(asked->request(), "type")));
}

void load_key(Desk& desk, const Asked& asked) {
    const std::string* data = asked->request().value("data");
    tell_key(
        desk, *asked,
        desk.port.objects().load_key(text_of(asked->request(), "type"), base::as_bytes(data == nullptr ? "" : *data)));
}

void unload_key(Desk& desk, const Asked& asked) {
    respond(desk, *asked, desk.port.objects().unload_key(text_of(asked->request(), "id")));
}

void get_keys(Desk& desk, const Asked& asked) { tell_list(*asked, "keys", desk.port.objects().key_ids()); }

void load_token(Desk& desk, const Asked& asked) {
    tell_key(desk, *asked, desk.port.objects().load_token(text_of(asked->request(), "handle")));
}

void load_shared(Desk& desk, const Asked& asked) {
    const Section& request = asked->request();
    const std::string* data = request.value("data");
    const auto* owners = request.list("owners");
    LoadShared secret{text_of(request, "id"), text_of(request, "type"), {}, {}};
    if (data != nullptr) secret.data = base::SecretBytes(base::as_bytes(*data));
    if (owners != nullptr) secret.owners = *owners;
    respond(desk, *asked, desk.port.objects().load_shared(std::move(secret)));
}

void unload_shared(Desk& desk, const Asked& asked) {
    respond(desk, *asked, desk.port.objects().unload_shared(text_of(asked->request(), "id")));
}

void get_shared(Desk& desk, const Asked& asked) { tell_list(*asked, "keys", desk.port.objects().shared_ids()); }

void clear_credentials(Desk& desk, const Asked& asked) {
    desk.port.objects().clear_credentials();
    asked->respond(success());
}

}  // namespace xfrmd::daemon::vici
