#include "rest/problem.h"

#include <fmt/format.h>

#include "json/codec.h"

namespace mayfly::rest {
namespace {

// When a client of something that is away has no better idea.
constexpr std::chrono::seconds kRetryAfter = 2s;

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Problem problem_of(const ProblemKind& kind, const Error& error) {
  Problem problem{.type = fmt::format("urn:mayfly:problem:{}", kind.code),
                  .title = std::string(kind.title),
                  .status = kind.status,
                  .detail = error.message,
                  .remedy = unless_empty(error.remedy),
                  .code = std::string(kind.code),
                  .cloud_code = unless_empty(error.cloud_code)};
  for (const FieldError& wrong : error.fields) {
    if (!problem.errors) problem.errors.emplace();
    problem.errors->push_back({.field = wrong.field, .message = wrong.message});
  }
  return problem;
}

std::string body_of(const ProblemKind& kind, const Error& error) {
  std::string body = json::to_text(problem_of(kind, error));
  body.pop_back();  // the closing brace
  for (const auto& [name, json_text] : error.extensions) {
    body += fmt::format(",{}:{}", json::quote(name), json_text);
  }
  return body + "}";
}

ProblemKind kind_of_refusal(int status) {
  switch (status) {
    case 408:
      return {status, "timed_out", "Request not complete in time"};
    case 413:
      return {status, "too_large", "Request too large"};
    case 431:
      return {status, "too_large", "Headers too large"};
    case 500:
      return kind_of(ErrorCode::internal);
    case 501:
      return {status, "malformed", "Transfer coding not known"};
    case 505:
      return {status, "malformed", "HTTP version not supported"};
    default:
      return {status, "malformed", "Malformed request"};
  }
}

// "the path is ..." -> "The path is ...".
std::string as_sentence(std::string_view why) {
  std::string sentence(why);
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z') {
    sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  }
  return sentence;
}

}  // namespace

void refine_schema(const Problem*, json::object& schema) {
  json::object change{{"type", "object"},
                      {"properties", json::object{{"field", json::object{{"type", "string"}}},
                                                  {"value", json::object()},
                                                  {"cost_usd", json::object{{"type", "number"}}}}},
                      {"required", json::array{"field", "value", "cost_usd"}}};
  json::object& properties = schema["properties"].get_object();
  properties["relax"] = json::object{
      {"type", "array"},
      {"items", std::move(change)},
      {"description", "Each single change of the request that would make it satisfiable."}};
  properties["reservations"] = json::object{{"type", "array"},
                                            {"items", json::object{{"type", "string"}}},
                                            {"description", "The ids of what stands in the way."}};
  properties["reservation"] = json::object{{"$ref", "#/components/schemas/ReservationView"}};
  properties["error"] = json::object{{"const", "invalid_token"},
                                     {"description", "A token was given, and is none (any more)."}};
  const json::object text{{"type", "string"}};
  const json::object number{{"type", "number"}};
  json::object broken{{"type", "object"},
                      {"properties", json::object{{"limit", text},
                                                  {"month", text},
                                                  {"allowed", number},
                                                  {"used", number},
                                                  {"held", number},
                                                  {"requested", number}}},
                      {"required", json::array{"limit", "allowed", "used", "held", "requested"}}};
  properties["limits"] =
      json::object{{"type", "array"},
                   {"items", std::move(broken)},
                   {"description", "Each limit that refuses it, with the figures that break it."}};
}

ProblemKind kind_of(ErrorCode code) {
  const std::string_view name = name_of(code);
  switch (code) {
    case ErrorCode::malformed:
      return {400, name, "Malformed request"};
    case ErrorCode::invalid:
      return {422, name, "Invalid field"};
    case ErrorCode::unauthenticated:
      return {401, name, "Not authenticated"};
    case ErrorCode::forbidden:
      return {403, name, "Not allowed"};
    case ErrorCode::not_found:
      return {404, name, "Not found"};
    case ErrorCode::conflict:
      return {409, name, "Conflict"};
    case ErrorCode::over_limit:
      return {403, name, "Over a limit"};
    case ErrorCode::too_large:
      return {413, name, "Too large"};
    case ErrorCode::unsupported_media:
      return {415, name, "Media type not supported"};
    case ErrorCode::method_not_allowed:
      return {405, name, "Method not allowed"};
    case ErrorCode::unsatisfiable:
      return {422, name, "No offer satisfies the request"};
    case ErrorCode::rejected_by_cloud:
      return {422, name, "Rejected by the cloud"};
    case ErrorCode::cloud_unreachable:
      return {502, name, "Cloud not reachable"};
    case ErrorCode::unavailable:
      return {503, name, "Not available now"};
    case ErrorCode::timed_out:
      return {504, name, "Timed out"};
    case ErrorCode::internal:
      return {500, name, "Internal error"};
  }
  return {500, name, "Internal error"};
}

http::Response problem_response(const Error& error) {
  return problem_response(kind_of(error.code), error);
}

http::Response problem_response(const ProblemKind& kind, const Error& error) {
  http::Response response{.status = kind.status, .body = body_of(kind, error)};
  response.headers.push_back({"Content-Type", std::string(kProblemType)});
  if (kind.status == 401) {
    // Each in a header of its own: not every client takes a list of challenges apart.
    const bool refused = error.extensions.contains("error");
    response.headers.push_back(
        {"WWW-Authenticate",
         refused ? "Bearer realm=\"mayfly\", error=\"invalid_token\"" : "Bearer realm=\"mayfly\""});
    response.headers.push_back({"WWW-Authenticate", "Basic realm=\"mayfly\""});
  }
  if (error.retry_after || kind.status == 503) {
    const auto wait =
        std::chrono::ceil<std::chrono::seconds>(error.retry_after.value_or(kRetryAfter));
    response.headers.push_back({"Retry-After", fmt::format("{}", wait.count())});
  }
  return response;
}

http::Refusal make_refusal() {
  return [](int status, std::string_view why) {
    http::Response response =
        problem_response(kind_of_refusal(status), Error{.message = as_sentence(why)});
    response.headers.push_back({"Cache-Control", "no-store"});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    return response;
  };
}

}  // namespace mayfly::rest
