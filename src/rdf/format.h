// Which syntax a document is in, or shall be in: formats by their media types, and reading and
// writing by format.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "rdf/reader.h"
#include "rdf/writer.h"

namespace mayfly::rdf {

enum class Format : std::uint8_t {
  turtle,
  n_triples,
  rdf_xml,
  rdf_xml_abbreviated,
  json_ld,
  legacy_json,
};

// "RDF/XML", for people.
std::string_view name_of(Format format);
// "application/rdf+xml"; what a Content-Type says, besides a charset.
std::string_view media_type_of(Format format);

Result<Graph> read(Format format, std::string_view text, std::string_view base,
                   const Limits& limits = {});
Result<std::string> write(Format format, const Graph& graph, const WriteOptions& options = {});

// Of a request's Content-Type, parameters and all ("text/turtle; charset=utf-8"). Nothing when it
// is no type of ours, or in a charset that is not the type's: 415.
std::optional<Format> format_of_body(std::string_view content_type);

// What is to be answered, in the server's order of preference: first the plain one.
struct Offer {
  std::string_view media_type;
  std::optional<Format> format = {};  // none: something that is not RDF, such as text/html
};
// Every name that we answer to, application/rdf+xml first (OSLC demands it of all).
std::span<const Offer> rdf_offers();

// RFC 9110, 12.5.1: the offer of the highest quality; of equals the one that comes first. An empty
// header accepts everything. Null when nothing is acceptable: 406. Media ranges that are no media
// ranges are passed over.
const Offer* negotiate(std::string_view accept, std::span<const Offer> offers = rdf_offers());

}  // namespace mayfly::rdf
