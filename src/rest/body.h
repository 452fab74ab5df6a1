// Request bodies: JSON objects in UTF-8, sent as they are, and nothing else.
#pragma once

#include "core/result.h"
#include "http/server.h"
#include "json/value.h"

namespace mayfly::rest {

enum class Body {
  none,      // takes nothing; an empty object says the same
  optional,  // an empty body is an empty object
  required,
  form,  // no JSON: the handler reads it, and answers what is wrong with it in its own words
};

// The body as an object. unsupported_media before malformed; what is in it is not judged.
Result<json::value> read_body(Body rule, const http::Request& request);

// Exactly application/json, with or without charset=utf-8.
bool is_json_media_type(std::string_view content_type);

}  // namespace mayfly::rest
