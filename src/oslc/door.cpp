#include "oslc/door.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/log.h"
#include "json/rules.h"
#include "oslc/dialogs.h"
#include "oslc/handlers.h"
#include "oslc/links.h"
#include "oslc/previews.h"
#include "oslc/selection.h"
#include "oslc/vocabulary.h"
#include "rest/authorization.h"
#include "rest/base.h"
#include "rest/problem.h"

namespace mayfly::oslc {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kNameMax = 64;
constexpr std::string_view kVersion = "OSLC-Core-Version";
constexpr std::string_view kAcceptPost =
    "application/rdf+xml, text/turtle, application/ld+json, application/xml, application/json";
// RDF in forms that we do not write: the client reads RDF, so it hears some (CORE-10).
constexpr std::array<std::string_view, 4> kOtherRdf = {"text/n3", "application/trig",
                                                       "application/n-quads", "text/rdf+n3"};
constexpr std::array kPageOffers = {rdf::Offer{.media_type = "text/html"}};

bool is_name_or_absent(std::string_view text) {
  return text.empty() || (text.size() <= kNameMax && json::matches(json::Text::name, text));
}

// Names that cannot be names of anything: not looked up.
bool can_exist(const Address& address) {
  std::string_view plan = address.plan;
  if (plan.starts_with(kTemplatePlan)) plan.remove_prefix(kTemplatePlan.size());
  return is_name_or_absent(address.user) && is_name_or_absent(plan) &&
         is_name_or_absent(address.id) &&
         (!address.target || (!address.target->empty() && is_name_or_absent(*address.target)));
}

bool is_open(const http::Request& request, Place place) {
  return place == Place::root_services || place == Place::oauth1 || place == Place::shape ||
         place == Place::icon || is_open_to_all(request, place);
}

// Whether the address is answered with something that is no graph, so that what RDF the client
// reads does not matter.
bool is_no_graph(const http::Request& request, Place place) {
  if (request.method == "POST") return false;
  if (place == Place::asset || place == Place::icon) return true;
  return (place == Place::dialog || place == Place::prefilled) && wants_page(request);
}

void add_missing(http::Headers& headers, http::Header header) {
  if (!http::find_header(headers, header.name)) headers.push_back(std::move(header));
}

std::string allowed_methods(const Address& address) {
  if (address.view != View::itself) return "GET, HEAD, OPTIONS";
  const Place place = address.place;
  std::string allowed;
  for (const HandlerRow& row : handler_rows()) {
    if (row.place != place) continue;
    allowed += fmt::format("{}, ", row.method);
    if (row.method == "GET") allowed += "HEAD, ";
  }
  return allowed + "OPTIONS";
}

Handle find_handle(const http::Request& request, const Address& address) {
  if (asks_for_preview(request, address)) return &get_preview;
  if (address.view != View::itself) return nullptr;
  const HandlerRow* row = find_row(address.place, request.method);
  return row ? row->handle : nullptr;
}

// 3.0 for those who ask for a 3, otherwise 2.0; nothing for what came before it.
std::optional<std::string_view> version_for(const http::Request& request) {
  const auto asked = request.header(kVersion);
  if (!asked) return "2.0";
  const std::string_view major = asked->substr(0, asked->find('.'));
  if (major == "0" || major == "1") return std::nullopt;
  return major == "3" ? "3.0" : "2.0";
}

// The form of a graph; nullopt when the client reads nothing that we write.
std::optional<rdf::Format> form_for(const http::Request& request) {
  const std::string_view accept = request.header("Accept").value_or("");
  if (const rdf::Offer* offer = rdf::negotiate(accept)) return offer->format;
  const bool other = std::ranges::any_of(
      kOtherRdf, [&](std::string_view type) { return accept.find(type) != accept.npos; });
  if (other) return rdf::Format::rdf_xml;
  return std::nullopt;
}

// What was asked for by name, so that "application/xml" is not answered as something else.
std::string content_type_for(const http::Request& request, rdf::Format format) {
  const rdf::Offer* offer = rdf::negotiate(request.header("Accept").value_or(""));
  const std::string_view type =
      offer && offer->format == format ? offer->media_type : rdf::media_type_of(format);
  return std::string(type);
}

bool is_form(const http::Request& request) {
  const std::string_view type = request.header("Content-Type").value_or("");
  return request.method == "POST" &&
         http::equals_ignoring_case(type.substr(0, type.find(';')),
                                    "application/x-www-form-urlencoded");
}

Outcome<std::vector<http::Parameter>> query_of(const http::Request& request) {
  std::vector<http::Parameter> query = request.query;
  if (!is_form(request)) return query;
  const auto form = http::parse_form(request.body);
  if (!form) return refuse(400, "The form has a broken escape");
  query.insert(query.end(), form->begin(), form->end());
  return query;
}

constexpr std::string_view kApplied = "return=representation";

void add_dialogs(const Visit& visit, Answered& answered) {
  if (answered.root.empty()) return;
  describe_dialogs_of_container(visit.address, visit.addresses, answered.graph);
  answered.headers.push_back({"Preference-Applied", std::string(kApplied)});
}

Answered answer_dialogs(const Visit& visit) {
  Answered answered{.graph = new_graph(), .root = visit.iri};
  Description(answered.graph, visit.iri).a(ldp::kBasicContainer);
  add_dialogs(visit, answered);
  return answered;
}

class Door {
 public:
  Door(service::Service& service, DoorOptions options)
      : service_(service), options_(std::move(options)) {}

  asio::awaitable<http::Response> handle(http::Request request);

 private:
  std::string base_of(const http::Request& request) const;
  Later<Answered> respond(const http::Request& request, const Address& address);
  Later<service::Caller> admit(const http::Request& request, const Address& address);
  Outcome<http::Response> write(const http::Request& request, const Address& address,
                                Answered answered) const;
  http::Response refusal(const http::Request& request, const Address& address,
                         const Failure& failure) const;
  http::Response preflight(const Address& address) const;
  void add_links(const http::Request& request, const Address& address,
                 http::Response& response) const;

  service::Service& service_;
  const DoorOptions options_;
};

bool is_ours(const http::Request& request) {
  if (request.path.empty()) return false;
  const std::string& first = request.path.front();
  return first == "oslc" || first == "rootservices" ||
         (first == ".well-known" && request.path.size() > 1 && request.path[1] == "oslc");
}

asio::awaitable<http::Response> Door::handle(http::Request request) {
  if (!is_ours(request)) {
    http::Response response =
        rest::problem_response({.code = ErrorCode::not_found,
                                .message = "There is nothing at this address",
                                .remedy = "GET /openapi.json lists what there is."});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    response.headers.push_back({"Cache-Control", "no-store"});
    co_return response;
  }
  const auto address = read_address(request.path, request.query);
  http::Response response;
  if (!address || !can_exist(*address)) {
    response = refusal(request, {},
                       Failure(404, "There is nothing at this address",
                               "GET /oslc/catalog shows where to begin."));
  } else if (request.method == "OPTIONS") {
    response = preflight(*address);
  } else {
    auto answered = co_await respond(request, *address);
    auto written = answered ? write(request, *address, *std::move(answered))
                            : Outcome<http::Response>(std::unexpected(std::move(answered).error()));
    response = written ? *std::move(written) : refusal(request, *address, written.error());
  }
  if (address && response.status < 300) add_links(request, *address, response);
  response.headers.push_back(
      {std::string(kVersion), std::string(version_for(request).value_or("2.0"))});
  response.headers.push_back({"Vary", "Accept, Prefer, OSLC-Core-Version"});
  add_missing(response.headers, {"Cache-Control", "private, no-cache"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  // Credentials travel in a header that scripts set themselves, so any origin may ask.
  response.headers.push_back({"Access-Control-Allow-Origin", "*"});
  response.headers.push_back(
      {"Access-Control-Expose-Headers",
       "ETag, Location, Link, OSLC-Core-Version, Warning, WWW-Authenticate"});
  co_return response;
}

void Door::add_links(const http::Request& request, const Address& address,
                     http::Response& response) const {
  const Addresses addresses(base_of(request), options_.dialect);
  http::Headers links = dialog_links(address, addresses);
  const auto made = http::find_header(response.headers, "Location");
  const http::Headers more = made && response.status == 201 ? links_of_made(*made, addresses)
                                                            : resource_links(address, addresses);
  links.insert(links.end(), more.begin(), more.end());
  for (http::Header& link : links) response.headers.push_back(std::move(link));
}

std::string Door::base_of(const http::Request& request) const {
  return rest::base_of(request, options_.base_url);
}

Later<service::Caller> Door::admit(const http::Request& request, const Address& address) {
  if (is_open(request, address.place)) co_return service::Caller{};
  auto caller = co_await rest::authenticate(service_, request.headers);
  if (!caller) co_return std::unexpected(std::move(caller).error());
  if (address.user.empty()) co_return *std::move(caller);
  if (auto allowed = service_.authorise(*caller, address.user); !allowed)
    co_return std::unexpected(std::move(allowed).error());
  if (caller->user == address.user) co_return *std::move(caller);
  // An admin who acts for somebody: that somebody must exist.
  auto user = co_await service_.get_user(address.user);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return *std::move(caller);
}

Later<Answered> Door::respond(const http::Request& request, const Address& address) {
  if (!version_for(request))
    co_return refuse(400, "OSLC Core before 2.0 is not spoken here", "Ask for 2.0 or 3.0.");
  auto caller = co_await admit(request, address);
  if (!caller) co_return std::unexpected(std::move(caller).error());
  const Handle handler = find_handle(request, address);
  if (!handler) {
    Failure failure(405, "This address does not know that method");
    failure.headers.push_back({"Allow", allowed_methods(address)});
    co_return std::unexpected(std::move(failure));
  }
  const bool page = address.place == Place::details;
  const std::string_view accept = request.header("Accept").value_or("");
  const bool as_page = asks_for_resource_page(request, address);
  const bool no_graph = is_no_graph(request, address.place) || as_page || handler == &get_preview;
  if (!no_graph && (page ? !rdf::negotiate(accept, kPageOffers) : !form_for(request)))
    co_return refuse(406, "Nothing that you accept can be answered here",
                     "Accept application/rdf+xml, text/turtle or application/ld+json.");
  const Addresses addresses(base_of(request), options_.dialect);
  // Some addresses have more than one name; what is answered is about the one that was asked.
  const bool many = address.place == Place::catalog || address.place == Place::root_services;
  CO_TRY(std::vector<http::Parameter> query, query_of(request));
  Visit visit{.service = service_,
              .http = request,
              .query = std::move(query),
              .is_form = is_form(request),
              .addresses = addresses,
              .address = address,
              .caller = *std::move(caller),
              .iri = many ? addresses.base() + request.target.substr(0, request.target.find('?'))
                          : addresses.of(address),
              .strict_if_match = options_.strict_if_match,
              .dialog_hosts = options_.dialog_hosts};
  const PreferredDialogs dialogs = preferred_dialogs(request, address.place);
  if (dialogs == PreferredDialogs::instead) co_return answer_dialogs(visit);
  auto answered = co_await handler(visit);
  if (answered && as_page && answered->page.empty()) {
    auto making = page_of_resource(visit, *std::move(answered));
    co_return co_await std::move(making);
  }
  if (answered && dialogs == PreferredDialogs::beside) add_dialogs(visit, *answered);
  const std::string* properties = visit.parameter("oslc.properties");
  if (!answered || !properties || answered->page.size() || answered->root.empty())
    co_return answered;
  const std::string* prefix = visit.parameter("oslc.prefix");
  CO_TRY(const rdf::Prefixes prefixes, read_prefixes(prefix ? *prefix : ""));
  CO_TRY(const Selection selection, read_selection("oslc.properties", *properties, prefixes));
  if (answered->tag_of.empty()) answered->tag_of = tag_of(*answered);
  rdf::Graph selected = new_graph();
  select(answered->graph, answered->root, selection, selected);
  answered->graph = std::move(selected);
  co_return answered;
}

Outcome<http::Response> Door::write(const http::Request& request, const Address& address,
                                    Answered answered) const {
  http::Response response{.status = answered.status, .headers = std::move(answered.headers)};
  if (!answered.page.empty()) {
    add_missing(response.headers, {"Content-Type", "text/html; charset=utf-8"});
    add_missing(response.headers,
                {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"});
    response.body = std::move(answered.page);
    return response;
  }
  if (answered.root.empty()) return response;
  const rdf::Format format = *form_for(request);
  const std::string tag = fmt::format("\"{}-{}\"", tag_of(answered), static_cast<int>(format));
  response.headers.push_back({"ETag", tag});
  const auto known = request.header("If-None-Match");
  // A request's tag says nothing of our progress, so it spares nobody the answer.
  const bool only_read = request.method == "GET" || request.method == "HEAD";
  if (only_read && known && *known == tag && address.place != Place::request &&
      response.status == 200)
    return http::Response{.status = 304, .headers = std::move(response.headers)};
  auto written =
      rdf::write(format, answered.graph,
                 {.root = answered.root, .nest_iris = format == rdf::Format::rdf_xml_abbreviated});
  // Such as a control character in a text of the user's, which no XML can hold.
  if (!written && only_read) return refuse(406, written.error().message, "Ask for text/turtle.");
  // What was done is done, and its address is said; only the description is missing.
  if (!written) return response;
  response.headers.push_back({"Content-Type", content_type_for(request, format)});
  response.body = *std::move(written);
  return response;
}

http::Response Door::refusal(const http::Request& request, const Address& address,
                             const Failure& failure) const {
  http::Response response{.status = failure.status, .headers = failure.headers};
  const rdf::Format format = form_for(request).value_or(rdf::Format::rdf_xml);
  if (failure.status == 400 && request.method == "POST" && !address.user.empty()) {
    const Addresses addresses(base_of(request), options_.dialect);
    const Address shape = address.place == Place::plans
                              ? Address{.place = Place::shape, .id = "plan"}
                              : Address{.place = Place::request_shape, .user = address.user};
    response.headers.push_back(
        {"Link",
         fmt::format("<{}>; rel=\"http://www.w3.org/ns/ldp#constrainedBy\"", addresses.of(shape))});
  }
  if (auto body = rdf::write(format, error_graph(failure))) {
    response.headers.push_back({"Content-Type", content_type_for(request, format)});
    response.body = *std::move(body);
  } else {
    log::warning("an error cannot be written", {{"why", body.error().message}});
  }
  return response;
}

http::Response Door::preflight(const Address& address) const {
  const std::string allowed = allowed_methods(address);
  http::Response response{.status = 204, .headers = {{"Allow", allowed}}};
  const bool only_queries = address.place == Place::results;
  if (find_row(address.place, "POST") && !only_queries)
    response.headers.push_back({"Accept-Post", std::string(kAcceptPost)});
  response.headers.push_back({"Access-Control-Allow-Methods", allowed});
  response.headers.push_back(
      {"Access-Control-Allow-Headers",
       "Accept, Authorization, Content-Type, OSLC-Core-Version, If-Match, If-None-Match, Prefer, "
       "Idempotency-Key"});
  response.headers.push_back({"Access-Control-Max-Age", "3600"});
  return response;
}

}  // namespace

http::Handler make_handler(service::Service& service, DoorOptions options) {
  auto door = std::make_shared<Door>(service, std::move(options));
  return [door](http::Request request) { return door->handle(std::move(request)); };
}

}  // namespace mayfly::oslc
