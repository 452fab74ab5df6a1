#include "rdf/format.h"

#include <algorithm>
#include <array>

#include "rdf/chars.h"

namespace mayfly::rdf {
namespace {

// The first of each format is how it is called in answers.
constexpr std::array<Offer, 8> kOffers{{
    {"application/rdf+xml", Format::rdf_xml},
    {"text/turtle", Format::turtle},
    {"application/ld+json", Format::json_ld},
    {"application/xml", Format::rdf_xml_abbreviated},
    {"application/json", Format::legacy_json},
    {"application/n-triples", Format::n_triples},
    {"application/x-turtle", Format::turtle},
    {"text/xml", Format::rdf_xml_abbreviated},
}};

// Cuts off what is before the separator; separators inside quoted strings are none.
std::string_view next_part(std::string_view& rest, char separator) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    if (quoted && rest[at] == '\\') {
      ++at;
    } else if (rest[at] == '"') {
      quoted = !quoted;
    } else if (rest[at] == separator && !quoted) {
      break;
    }
  }
  at = std::min(at, rest.size());
  const std::string_view part = trimmed(rest.substr(0, at));
  rest = at < rest.size() ? rest.substr(at + 1) : std::string_view{};
  return part;
}

// "0.8" -> 800. Nothing when it is no quality.
std::optional<int> thousandths(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int value = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int weight = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(static_cast<unsigned char>(c))) return std::nullopt;
    value += (c - '0') * weight;
    weight /= 10;
  }
  if (value > 1000) return std::nullopt;
  return value;
}

struct MediaRange {
  std::string_view type;
  std::string_view subtype;
  int quality = 1000;
};

std::optional<MediaRange> media_range_of(std::string_view text) {
  const std::string_view whole = next_part(text, ';');
  const std::size_t slash = whole.find('/');
  if (slash == std::string_view::npos) {
    if (whole != "*") return std::nullopt;  // what some clients send for */*
    return MediaRange{.type = "*", .subtype = "*"};
  }
  MediaRange range{.type = whole.substr(0, slash), .subtype = whole.substr(slash + 1)};
  while (!text.empty()) {
    const std::string_view parameter = next_part(text, ';');
    if (parameter.size() < 2 || !equal_ignoring_case(parameter.substr(0, 2), "q=")) continue;
    const std::optional<int> quality = thousandths(parameter.substr(2));
    if (!quality) return std::nullopt;
    range.quality = *quality;
  }
  return range;
}

// How closely a range names a media type: 3 exactly, 2 "text/*", 1 "*/*", 0 not at all.
int closeness(const MediaRange& range, std::string_view media_type) {
  const std::size_t slash = media_type.find('/');
  if (range.type == "*" && range.subtype == "*") return 1;
  if (!equal_ignoring_case(range.type, media_type.substr(0, slash))) return 0;
  if (range.subtype == "*") return 2;
  return equal_ignoring_case(range.subtype, media_type.substr(slash + 1)) ? 3 : 0;
}

// The closest range decides.
int quality_of(std::string_view media_type, std::string_view accept) {
  int best = 0;
  int quality = 0;
  while (!accept.empty()) {
    const std::optional<MediaRange> range = media_range_of(next_part(accept, ','));
    if (!range) continue;
    const int close = closeness(*range, media_type);
    if (close > best || (close == best && close > 0 && range->quality > quality)) {
      best = close;
      quality = range->quality;
    }
  }
  return quality;
}

}  // namespace

std::string_view name_of(Format format) {
  switch (format) {
    case Format::turtle:
      return "Turtle";
    case Format::n_triples:
      return "N-Triples";
    case Format::rdf_xml:
      return "RDF/XML";
    case Format::rdf_xml_abbreviated:
      return "abbreviated RDF/XML";
    case Format::json_ld:
      return "JSON-LD";
    case Format::legacy_json:
      return "OSLC JSON";
  }
  return {};
}

std::string_view media_type_of(Format format) {
  const auto offer = std::ranges::find(kOffers, format, &Offer::format);
  return offer == kOffers.end() ? std::string_view{} : offer->media_type;
}

Result<Graph> read(Format format, std::string_view text, std::string_view base,
                   const Limits& limits) {
  switch (format) {
    case Format::turtle:
    case Format::n_triples:
      return read_turtle(text, base, limits);
    case Format::rdf_xml:
    case Format::rdf_xml_abbreviated:
      return read_rdf_xml(text, base, limits);
    case Format::json_ld:
      return read_json_ld(text, base, limits);
    case Format::legacy_json:
      return read_legacy_json(text, base, limits);
  }
  return fail(ErrorCode::internal, "There is no such RDF format");
}

Result<std::string> write(Format format, const Graph& graph, const WriteOptions& options) {
  switch (format) {
    case Format::turtle:
      return write_turtle(graph, options);
    case Format::n_triples:
      return write_n_triples(graph);
    case Format::rdf_xml:
      return write_rdf_xml(graph, options);
    case Format::rdf_xml_abbreviated:
      return write_rdf_xml_abbreviated(graph, options);
    case Format::json_ld:
      return write_json_ld(graph, options);
    case Format::legacy_json:
      return write_legacy_json(graph, options);
  }
  return fail(ErrorCode::internal, "There is no such RDF format");
}

std::optional<Format> format_of_body(std::string_view content_type) {
  const std::string_view media_type = next_part(content_type, ';');
  const auto offer = std::ranges::find_if(
      kOffers, [&](const Offer& one) { return equal_ignoring_case(one.media_type, media_type); });
  if (offer == kOffers.end()) return std::nullopt;
  const bool is_xml =
      offer->format == Format::rdf_xml || offer->format == Format::rdf_xml_abbreviated;
  while (!content_type.empty()) {
    std::string_view parameter = next_part(content_type, ';');
    const std::string_view name = next_part(parameter, '=');
    if (!equal_ignoring_case(name, "charset") || is_xml) continue;  // XML says it itself
    if (parameter.size() > 1 && parameter.starts_with('"') && parameter.ends_with('"'))
      parameter = parameter.substr(1, parameter.size() - 2);
    if (!equal_ignoring_case(parameter, "utf-8") && !equal_ignoring_case(parameter, "us-ascii"))
      return std::nullopt;
  }
  return offer->format;
}

std::span<const Offer> rdf_offers() {
  return kOffers;
}

const Offer* negotiate(std::string_view accept, std::span<const Offer> offers) {
  if (trimmed(accept).empty()) return offers.empty() ? nullptr : &offers.front();
  const Offer* best = nullptr;
  int quality = 0;
  for (const Offer& offer : offers) {
    const int mine = quality_of(offer.media_type, accept);
    if (mine > quality) {
      best = &offer;
      quality = mine;
    }
  }
  return best;
}

}  // namespace mayfly::rdf
