// What a browser gets: the frame of a page, the scripts and styles, and what they may do.
#include <fmt/format.h>

#include <array>
#include <vector>

#include "oslc/dialogs.h"
#include "oslc/vocabulary.h"
#include "rdf/writer.h"
#include "web/assets.h"

namespace mayfly::oslc {
namespace {

constexpr std::string_view kGone = "gone";

std::string asset_href(web::Bundle bundle) {
  // Below /oslc/users/:user/ all pages are equally deep, and a proxy may have put us below a path.
  return "../../../assets/" + web::asset_of(bundle).name;
}

std::string dialog_page(std::string_view title, std::string_view dialog, std::string_view target) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\" data-dialog=\"{0}\" data-target=\"{1}\">\n<head>\n"
      "<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{2}</title>\n"
      "<link rel=\"stylesheet\" href=\"{3}\">\n<script defer src=\"{4}\"></script>\n</head>\n"
      "<body>\n<div id=\"root\"><noscript>This dialog needs JavaScript.</noscript></div>\n"
      "</body>\n</html>\n",
      dialog, rdf::xml_literal(target), title, asset_href(web::Bundle::dialogs_style),
      asset_href(web::Bundle::dialogs_script));
}

std::string_view title_of_dialog(std::string_view name) {
  const Dialog* dialog = find_dialog(name);
  return dialog ? dialog->title : "Mayfly";
}

Answered page_answer(const Visit& visit, std::string page) {
  return {.headers = page_headers(visit.dialog_hosts), .page = std::move(page)};
}

}  // namespace

bool is_open_to_all(const http::Request& request, Place place) {
  if (place == Place::asset) return true;
  if (request.method != "GET" && request.method != "HEAD") return false;
  return place == Place::dialog || (place == Place::prefilled && wants_page(request));
}

bool wants_page(const http::Request& request) {
  static const std::vector<rdf::Offer> offers = [] {
    std::vector<rdf::Offer> all = {rdf::Offer{.media_type = "text/html"}};
    all.insert(all.end(), rdf::rdf_offers().begin(), rdf::rdf_offers().end());
    return all;
  }();
  const rdf::Offer* offer = rdf::negotiate(request.header("Accept").value_or(""), offers);
  return offer && !offer->format;
}

http::Headers page_headers(const std::vector<std::string>& hosts) {
  std::string ancestors = "'self'";
  for (const std::string& host : hosts) ancestors += " " + host;
  http::Headers headers = {
      {"Content-Security-Policy",
       fmt::format("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                   "base-uri 'none'; form-action 'none'; frame-ancestors {}",
                   ancestors)},
      {"Referrer-Policy", "no-referrer"}};
  // For browsers from before frame-ancestors. It knows no list of hosts, so it is only said when
  // it says the same.
  if (hosts.empty()) headers.push_back({"X-Frame-Options", "SAMEORIGIN"});
  return headers;
}

Later<Answered> get_dialog(Visit& visit) {
  const std::string& name = visit.address.id;
  const Dialog* dialog = find_dialog(name);
  if (!dialog && !is_action_dialog(name)) co_return refuse(404, "There is no such dialog");
  if (wants_page(visit.http)) {
    co_return page_answer(
        visit, dialog_page(title_of_dialog(name), name, visit.address.target.value_or("")));
  }
  Answered answered{.graph = new_graph(), .root = visit.iri};
  if (dialog) {
    describe_dialog(*dialog, visit.user(), visit.addresses, answered.graph);
  } else {
    describe_action_dialog(visit.iri, visit.addresses, answered.graph);
  }
  co_return answered;
}

Later<Answered> get_prefilled(Visit& visit) {
  const auto found = co_await visit.service.find_prefill(visit.user(), visit.address.id);
  if (!found) co_return std::unexpected(Failure(found.error()));
  const std::optional<service::Prefill>& kept = *found;
  if (!wants_page(visit.http)) {
    if (!kept) co_return refuse(404, "It was filled in too long ago, and is not kept any more");
    Answered answered{.graph = new_graph(), .root = visit.iri};
    describe_prefill(*kept, visit.iri, visit.addresses, answered.graph);
    co_return answered;
  }
  const std::string_view name = kept ? std::string_view(kept->dialog) : kGone;
  Answered answered = page_answer(
      visit, dialog_page(title_of_dialog(name), name, kept ? kept->target : std::string()));
  if (!kept) answered.status = 404;
  co_return answered;
}

Later<Answered> get_asset(Visit& visit) {
  const web::Asset* asset = web::find_asset(visit.address.id);
  if (!asset) co_return refuse(404, "There is no such file");
  const std::string tag = fmt::format("\"{}\"", asset->hash);
  Answered answered{.headers = {{"Content-Type", std::string(asset->content_type)},
                                {"Cache-Control", "public, max-age=31536000, immutable"},
                                {"ETag", tag}}};
  if (visit.http.header("If-None-Match") == tag) {
    answered.status = 304;
  } else {
    answered.page = asset->body;
  }
  co_return answered;
}

}  // namespace mayfly::oslc
