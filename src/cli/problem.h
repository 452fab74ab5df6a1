// The server's refusals (RFC 9457 problem documents) as Errors, and Errors as people read them.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "http/client.h"

namespace mayfly::cli {

// Precondition: the status is not 2xx. What is no problem document (a proxy's page, a redirect)
// becomes an Error by its status. The document itself, pretty, is the extension "document".
Error error_of(const http::Answer& answer, std::string_view server);

struct ErrorLook {
  bool json = false;  // the problem document instead of sentences
  bool colors = false;
};
// Several lines: what happened, which fields by which options, what would help, what to do next.
std::string describe(const Error& error, const ErrorLook& look);

// The option that sets a field of a request; the field's own name when there is none.
std::string option_of_field(std::string_view field);

}  // namespace mayfly::cli
