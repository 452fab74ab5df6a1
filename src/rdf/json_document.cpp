#include "rdf/json_document.h"

#include <fmt/format.h>

#include <boost/json/stream_parser.hpp>

#include "json/parse.h"
#include "rdf/chars.h"

namespace mayfly::rdf {

Result<json::value> parse_document(std::string_view format, std::string_view text,
                                   const Limits& limits) {
  TRY_VOID(check_text(format, text, limits));
  Result<json::value> document = json::parse(text);
  if (document) return document;
  // Only a document that is wrong is parsed twice.
  boost::json::parse_options options;
  options.max_depth = json::kDepthMax;
  boost::json::stream_parser parser({}, options);
  boost::json::error_code error;
  std::size_t at = parser.write_some(text.data(), text.size(), error);
  const bool is_whole = !error && parser.done();
  if (is_whole) at = text.find_first_not_of(" \t\r\n", at);  // something behind the end
  Error told = std::move(document).error();
  // A member given twice has no place, and is named already.
  told.message = at == std::string_view::npos
                     ? fmt::format("{}: {}", format, told.message)
                     : fmt::format("{}, line {}: {}", format, line_of(text, at), told.message);
  return std::unexpected(std::move(told));
}

}  // namespace mayfly::rdf
