// The encodings that XML documents come in, made UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace mayfly::rdf {

// By byte order mark, by what the first characters look like, by the XML declaration. Answers
// `text` itself where it is UTF-8 already, otherwise `storage`, which must outlive the answer.
Result<std::string_view> xml_as_utf8(std::string_view format, std::string_view text,
                                     std::string& storage);

}  // namespace mayfly::rdf
