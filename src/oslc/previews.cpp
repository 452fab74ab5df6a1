#include "oslc/previews.h"

#include <fmt/format.h>

#include <array>

#include "json/print.h"
#include "oslc/cards.h"
#include "oslc/description.h"
#include "oslc/handlers.h"
#include "oslc/intake.h"
#include "oslc/vocabulary.h"
#include "web/assets.h"

namespace mayfly::oslc {
namespace {

constexpr std::string_view kCompactXml = "application/x-oslc-compact+xml";
constexpr std::string_view kCompactJson = "application/json";
constexpr std::string_view kSvg = "image/svg+xml";
constexpr std::string_view kPreferCompact = "http://open-services.net/ns/core#PreferCompact";

constexpr std::array kCompactOffers = {
    rdf::Offer{kCompactJson},
    rdf::Offer{"text/turtle", rdf::Format::turtle},
    rdf::Offer{"application/ld+json", rdf::Format::json_ld},
    rdf::Offer{"application/rdf+xml", rdf::Format::rdf_xml},
    rdf::Offer{"application/n-triples", rdf::Format::n_triples},
    rdf::Offer{kCompactXml, rdf::Format::rdf_xml_abbreviated},
    rdf::Offer{"application/xml", rdf::Format::rdf_xml_abbreviated}};

struct Size {
  View view;
  std::string_view property;
  std::string_view key;  // in JSON
  std::string_view width;
  std::string_view height;
};
constexpr std::array kSizes = {
    Size{View::small_preview, core::kSmallPreview, "smallPreview", "420px", "260px"},
    Size{View::large_preview, core::kLargePreview, "largePreview", "640px", "560px"}};

constexpr std::string_view kIcon =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\" width=\"16\" height=\"16\">"
    "<title>Mayfly</title>"
    "<path d=\"M8 2v12M8 6 2 2.5v4L8 8l6-1.5v-4zM8 14l-3 1.5M8 14l3 1.5\" fill=\"none\" "
    "stroke=\"#2f6f8f\" stroke-width=\"1.4\" stroke-linecap=\"round\" "
    "stroke-linejoin=\"round\"/></svg>\n";

std::string view_iri(const Visit& visit, View view) {
  Address address = visit.address;
  address.view = view;
  return visit.addresses.of(address);
}

// The address's own handler, and for what was launched the deployment, too.
Later<Answered> describe_whole(Visit& visit) {
  Visit whole = visit;
  whole.address.view = View::itself;
  whole.iri = visit.addresses.of(whole.address);
  const HandlerRow* row = find_row(whole.address.place, "GET");
  auto answered = co_await row->handle(whole);
  co_return answered;
}

Later<std::vector<std::string>> add_deployment(Visit& visit, rdf::Graph& graph) {
  std::vector<std::string> others;
  const Place place = visit.address.place;
  if (place != Place::request && place != Place::result) co_return others;
  Visit beside = visit;
  beside.address = {.place = Place::deployment, .user = visit.user(), .id = visit.address.id};
  beside.iri = visit.addresses.of(beside.address);
  auto deployed = co_await get_deployment(beside);
  if (!deployed) co_return std::unexpected(std::move(deployed).error());
  graph.add_all(deployed->graph);
  if (place == Place::request) {
    others.push_back(
        visit.addresses.of({.place = Place::result, .user = visit.user(), .id = visit.address.id}));
  }
  others.push_back(beside.iri);
  co_return others;
}

// ---- the Compact
// ----------------------------------------------------------------------------------

void describe_compact(const Visit& visit, const Answered& whole, rdf::Graph& graph) {
  Description compact(graph, whole.root);
  compact.a(core::kCompactType);
  const auto title = whole.graph.object(rdf::iri(whole.root), dublin::kTitle);
  compact.markup(dublin::kTitle, title ? text_of(*title) : whole.root, visit.addresses.dialect())
      .text(core::kShortTitle, visit.address.id.empty() ? visit.address.plan : visit.address.id)
      .link(core::kIcon, visit.addresses.of({.place = Place::icon}))
      .text(core::kIconTitle, "Mayfly");
  for (const Size& size : kSizes) {
    compact.inside(size.property)
        .a(core::kPreviewType)
        .link(core::kDocument, view_iri(visit, size.view))
        .text(core::kHintWidth, size.width)
        .text(core::kHintHeight, size.height);
  }
}

json::object json_of_compact(const Visit& visit, const Answered& whole) {
  const auto title = whole.graph.object(rdf::iri(whole.root), dublin::kTitle);
  json::object compact{
      {"title", title ? text_of(*title) : whole.root},
      {"shortTitle", visit.address.id.empty() ? visit.address.plan : visit.address.id},
      {"icon", visit.addresses.of({.place = Place::icon})},
      {"iconTitle", "Mayfly"},
      {"iconAltLabel", "Mayfly"}};
  for (const Size& size : kSizes) {
    compact[size.key] = json::object{{"document", view_iri(visit, size.view)},
                                     {"hintWidth", size.width},
                                     {"hintHeight", size.height}};
  }
  return compact;
}

bool prefers_compact(const http::Request& request) {
  const std::string_view prefer = request.header("Prefer").value_or("");
  return prefer.find("return=representation") != prefer.npos &&
         prefer.find(kPreferCompact) != prefer.npos;
}

Outcome<Answered> answer_compact(const Visit& visit, const Answered& whole) {
  const rdf::Offer* offer =
      rdf::negotiate(visit.http.header("Accept").value_or(""), kCompactOffers);
  if (!offer) return refuse(406, "A preview is not told in that form", "Accept application/json.");
  Answered answered{.headers = {{"Content-Type", std::string(offer->media_type)}}};
  const bool preferred = visit.address.view == View::itself && prefers_compact(visit.http);
  if (preferred) answered.headers.push_back({"Preference-Applied", "return=representation"});
  if (!offer->format) {
    const json::object compact = json_of_compact(visit, whole);
    answered.page = json::print(preferred ? json::value(json::object{{"compact", compact}})
                                          : json::value(compact));
    return answered;
  }
  rdf::Graph graph = new_graph();
  describe_compact(visit, whole, graph);
  TRY(answered.page, rdf::write(*offer->format, graph, {.root = whole.root, .nest_iris = true}));
  return answered;
}

// ---- pages
// ----------------------------------------------------------------------------------------

Answered answer_page(const Visit& visit, std::string page) {
  std::string ancestors = "'self'";
  for (const std::string& host : visit.dialog_hosts) ancestors += " " + host;
  return {.headers = {{"Content-Security-Policy",
                       fmt::format("default-src 'none'; style-src 'self'; img-src 'self'; "
                                   "base-uri 'none'; form-action 'none'; frame-ancestors {}",
                                   ancestors)},
                      {"Referrer-Policy", "no-referrer"}},
          .page = std::move(page)};
}

PageParts parts_of(const Visit& visit) {
  return {.style = visit.addresses.of(
              {.place = Place::asset, .id = web::asset_of(web::Bundle::dialogs_style).name})};
}

bool has_page(Place place) {
  return has_views(place) || place == Place::catalog || place == Place::provider ||
         place == Place::future_action || place == Place::prepared;
}

bool reads(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

bool accepts(const http::Request& request, std::string_view media_type) {
  const std::array offers = {rdf::Offer{.media_type = media_type}};
  return rdf::negotiate(request.header("Accept").value_or(""), offers) != nullptr;
}

// RDF first: who takes anything gets a graph.
const rdf::Offer* best_form(const http::Request& request) {
  static const std::vector<rdf::Offer> offers = [] {
    std::vector<rdf::Offer> all(rdf::rdf_offers().begin(), rdf::rdf_offers().end());
    all.push_back(rdf::Offer{.media_type = "text/html"});
    all.push_back(rdf::Offer{.media_type = kCompactXml});
    return all;
  }();
  return rdf::negotiate(request.header("Accept").value_or(""), offers);
}

}  // namespace

bool asks_for_preview(const http::Request& request, const Address& address) {
  if (!reads(request) || !has_views(address.place)) return false;
  if (address.view != View::itself || prefers_compact(request)) return true;
  const rdf::Offer* best = best_form(request);
  return best && best->media_type == kCompactXml;
}

Later<Answered> get_preview(Visit& visit) {
  auto whole = co_await describe_whole(visit);
  if (!whole) co_return std::unexpected(std::move(whole).error());
  if (visit.address.view == View::itself || visit.address.view == View::compact)
    co_return answer_compact(visit, *whole);
  if (!accepts(visit.http, "text/html"))
    co_return refuse(406, "A preview is a page", "Accept text/html.");
  auto others = co_await add_deployment(visit, whole->graph);
  if (!others) co_return std::unexpected(std::move(others).error());
  const Card card = card_of(whole->graph, whole->root, *others, visit.addresses);
  PageParts parts = parts_of(visit);
  parts.more = whole->root;
  co_return answer_page(visit, visit.address.view == View::small_preview
                                   ? small_preview_of(card, parts)
                                   : page_of(card, parts));
}

bool asks_for_resource_page(const http::Request& request, const Address& address) {
  if (!reads(request) || !has_page(address.place)) return false;
  const rdf::Offer* best = best_form(request);
  return best && best->media_type == "text/html";
}

Later<Answered> page_of_resource(Visit& visit, Answered answered) {
  auto others = co_await add_deployment(visit, answered.graph);
  if (!others) co_return std::unexpected(std::move(others).error());
  const Card card = card_of(answered.graph, answered.root, *others, visit.addresses);
  co_return answer_page(visit, page_of(card, parts_of(visit)));
}

Later<Answered> get_icon(Visit& visit) {
  if (!accepts(visit.http, kSvg)) co_return refuse(406, "An icon is a picture", "Accept image/*.");
  co_return Answered{
      .headers = {{"Content-Type", std::string(kSvg)}, {"Cache-Control", "public, max-age=86400"}},
      .page = std::string(kIcon)};
}

std::string compact_of(const Address& address, const Addresses& addresses) {
  if (!has_views(address.place)) return "";
  Address compact = address;
  compact.view = View::compact;
  return addresses.of(compact);
}

}  // namespace mayfly::oslc
