// JSON that is about to be read as RDF: parsed strictly, and the line named where it is no JSON.
#pragma once

#include <string_view>

#include "core/result.h"
#include "json/value.h"
#include "rdf/reader.h"

namespace mayfly::rdf {

Result<json::value> parse_document(std::string_view format, std::string_view text,
                                   const Limits& limits);

}  // namespace mayfly::rdf
