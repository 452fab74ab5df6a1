// The request target, read by hand and leniently: browsers send `?x[]=1` and `/a|b` unescaped,
// which RFC 3986 (and Boost.URL) refuse. What is decoded must be UTF-8, so that nobody downstream
// has to ask again.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace mayfly::http {

struct Target {
  std::vector<std::string> path;
  std::vector<Parameter> query;
};

// Origin-form (`/a?b`), absolute-form (`http://host/a?b`, the host is ignored) and `*` for OPTIONS.
// Segments are decoded after the split, so `%2F` never separates. `/` is no segment at all, one
// trailing slash is dropped, and an empty segment inside (`/users//x`) stays an empty string: no
// route may match it. The error is a sentence for the client.
std::expected<Target, std::string_view> parse_target(std::string_view method,
                                                     std::string_view target);

}  // namespace mayfly::http
