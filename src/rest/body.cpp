#include "rest/body.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/codec.h"
#include "json/parse.h"

namespace mayfly::rest {
namespace {

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

bool is_utf8_charset(std::string_view parameter) {
  return http::equals_ignoring_case(parameter, "charset=utf-8") ||
         http::equals_ignoring_case(parameter, "charset=\"utf-8\"");
}

Result<void> check_media(const http::Headers& headers) {
  const auto types = std::ranges::count_if(headers, [](const http::Header& header) {
    return http::equals_ignoring_case(header.name, "Content-Type");
  });
  if (types != 1 || !is_json_media_type(*http::find_header(headers, "Content-Type"))) {
    return fail(ErrorCode::unsupported_media, "The body must be JSON",
                "Send it with 'Content-Type: application/json'.");
  }
  if (http::find_header(headers, "Content-Encoding")) {
    return fail(ErrorCode::unsupported_media, "The body must not be compressed",
                "Send it as it is, without Content-Encoding.");
  }
  return {};
}

// What we know has some thirty fields; each that we do not know is named in the answer.
constexpr std::size_t kMembersMax = 200;

bool has_too_many_members(const json::value& given) {
  if (const json::array* array = given.if_array())
    return std::ranges::any_of(*array, has_too_many_members);
  const json::object* object = given.if_object();
  if (!object) return false;
  return object->size() > kMembersMax || std::ranges::any_of(*object, [](const auto& member) {
           return has_too_many_members(member.value());
         });
}

}  // namespace

bool is_json_media_type(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  content_type.remove_prefix(type.size());
  if (!http::equals_ignoring_case(without_blanks(type), "application/json")) return false;
  while (!content_type.empty()) {
    content_type.remove_prefix(1);  // the semicolon
    const std::string_view parameter = content_type.substr(0, content_type.find(';'));
    content_type.remove_prefix(parameter.size());
    const std::string_view given = without_blanks(parameter);
    if (!given.empty() && !is_utf8_charset(given)) return false;
  }
  return true;
}

Result<json::value> read_body(Body rule, const http::Request& request) {
  const bool unread = request.method == "GET" || request.method == "HEAD";
  if (unread || rule == Body::form || (rule != Body::required && request.body.empty()))
    return json::object();
  TRY_VOID(check_media(request.headers));
  TRY(json::value body, json::parse(request.body));
  if (!body.is_object()) {
    return fail(ErrorCode::malformed,
                "The body must be a JSON object, not " + json::detail::kind_name(body));
  }
  if (has_too_many_members(body)) {
    return fail(ErrorCode::malformed,
                fmt::format("An object of the body has more than {} members", kMembersMax));
  }
  if (rule == Body::none) {
    json::Issues issues;
    for (const auto& member : body.get_object()) {
      issues.add(std::string(member.key()), "is not a known field");
    }
    if (!issues.empty()) return std::move(issues).to_error();
  }
  return body;
}

}  // namespace mayfly::rest
