// The OpenAPI 3.1 document, printed from the operations' rows and the described types.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rest/operation.h"

namespace mayfly::rest {

json::value openapi_document(std::span<const Operation> operations, std::string_view version);

}  // namespace mayfly::rest
