#include "rdf/reader.h"

#include <fmt/format.h>

#include "rdf/chars.h"

namespace mayfly::rdf {

std::unexpected<Error> fail_at(std::string_view format, std::size_t line, std::string_view what) {
  return fail(ErrorCode::malformed, fmt::format("{}, line {}: {}", format, line, what));
}

Result<void> check_text(std::string_view format, std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes_max) {
    return fail(ErrorCode::too_large,
                fmt::format("The {} document has {} bytes; at most {} are accepted", format,
                            text.size(), limits.bytes_max));
  }
  if (const std::size_t at = find_invalid_utf8(text); at != std::string_view::npos)
    return fail_at(format, line_of(text, at), "is not UTF-8");
  return {};
}

std::string_view excess_of(const Graph& graph, const Limits& limits) {
  if (graph.size() > limits.triples_max) return "the document has more triples than we accept";
  if (graph.text_bytes() > limits.text_bytes_max)
    return "what the document says is longer than we accept when its names are written out";
  return {};
}

}  // namespace mayfly::rdf
