// XML as it arrives, made into XML that a parser without a DTD reads rightly: UTF-8, without
// document type, entities of the internal subset put in place. Nothing is fetched, and what a
// document wants to be fetched is refused; so is what grows beyond the limits when its entities are
// put in place. Checks along the way what pugixml lets pass: characters, references, "--" in
// comments, "<" in attributes.
//
// Lines stay what they were, so that places in the result are places in the document.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "rdf/reader.h"

namespace mayfly::rdf {

// Answers `text` itself where nothing has to be changed, as in most documents; otherwise `storage`,
// which must outlive the answer.
Result<std::string_view> prepare_xml(std::string_view format, std::string_view text,
                                     const Limits& limits, std::string& storage);

}  // namespace mayfly::rdf
