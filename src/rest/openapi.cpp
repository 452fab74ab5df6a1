#include "rest/openapi.h"

#include <fmt/format.h>

#include <set>

#include "rest/problem.h"

namespace mayfly::rest {
namespace {

using json::array;
using json::object;
using json::value;

constexpr std::string_view kAbout =
    "Machines from whichever cloud is cheapest, for exactly as long as they are needed. HEAD is "
    "answered wherever GET is, OPTIONS everywhere. Unknown fields and unknown query parameters are "
    "refused by name.";

std::string_view about_problem(int status) {
  switch (status) {
    case 400:
      return "Not JSON, a query parameter or a header is wrong; `errors` names it.";
    case 401:
      return "No token, or one that nobody has.";
    case 403:
      return "The token belongs to another user, only admins may, or a limit of machines, vCPUs or "
             "dollars is used up (`code` over_limit, with `limits`).";
    case 404:
      return "There is no such thing.";
    case 409:
      return "The state of the thing refuses it.";
    case 413:
      return "The body is larger than 1 MiB.";
    case 415:
      return "The body is not application/json, or it is compressed.";
    case 422:
      return "Fields are wrong (`errors`, all of them), no offer satisfies the request (`relax`), "
             "or "
             "the cloud refuses (`cloud_code`).";
    case 502:
      return "The cloud gives no usable answer, or provisioning failed (`code` reservation_failed, "
             "with the whole `reservation`).";
    case 503:
      return "Not now; Retry-After says when.";
    default:
      return "A problem.";
  }
}

// /users/:UserId -> /users/{UserId}
std::string template_of(std::string_view path) {
  std::string text;
  bool inside = false;
  for (const char c : path) {
    if (c == '/' && std::exchange(inside, false)) text += '}';
    if (c == ':') inside = true;
    text += c == ':' ? '{' : c;
  }
  return inside ? text + '}' : text;
}

std::vector<int> problems_of(const Operation& operation) {
  std::set<int> statuses(operation.problems.begin(), operation.problems.end());
  const bool is_form = operation.body == Body::form;
  if (!is_form) statuses.insert(400);  // unknown query parameters
  if (operation.access == Access::observer) statuses.insert({401, 403});
  if (operation.access == Access::owner || operation.access == Access::admin)
    statuses.insert({401, 403, 404, 503});
  if (operation.body != Body::none) statuses.insert(413);
  if (operation.body != Body::none && !is_form) statuses.insert({415, 422});
  return {statuses.begin(), statuses.end()};
}

object parameter(std::string_view name, std::string_view place, std::string_view doc,
                 object schema) {
  object described{{"name", name}, {"in", place}, {"schema", std::move(schema)}};
  if (place == "path") described["required"] = true;
  if (!doc.empty()) described["description"] = doc;
  return described;
}

object path_schema(std::string_view name) {
  const bool is_short = name == "UserId" || name == "TemplateId";
  return {{"type", "string"},
          {"pattern", is_short ? "^[A-Za-z0-9_.-]{1,64}$" : "^[A-Za-z0-9_.-]{1,200}$"}};
}

object query_schema(const QueryRule& rule) {
  if (rule.max > 0) {
    const std::int64_t otherwise = std::stoll(std::string(rule.otherwise));
    return {
        {"type", "integer"}, {"minimum", rule.min}, {"maximum", rule.max}, {"default", otherwise}};
  }
  if (rule.choices.empty())
    return {{"type", "string"}, {"minLength", 1}, {"maxLength", kCursorMax}};
  object schema = json::detail::enum_schema({rule.choices.begin(), rule.choices.end()});
  if (!rule.otherwise.empty()) schema["default"] = rule.otherwise;
  return schema;
}

array parameters_of(const Operation& operation) {
  array parameters;
  for (const std::string& name : PathPattern(operation.path).parameter_names()) {
    parameters.push_back(parameter(name, "path", "", path_schema(name)));
  }
  for (const QueryRule& rule : operation.query) {
    parameters.push_back(parameter(rule.name, "query", rule.doc, query_schema(rule)));
  }
  for (const HeaderRule& rule : operation.headers) {
    parameters.push_back(parameter(rule.name, "header", rule.doc, {{"type", "string"}}));
  }
  return parameters;
}

object content(std::string_view media, object schema) {
  return {{media, object{{"schema", std::move(schema)}}}};
}

object responses_of(const Operation& operation, json::Schemas& schemas, std::set<int>& problems) {
  object responses;
  for (const ReplyRule& reply : operation.replies) {
    object described{{"description", reply.doc}};
    if (reply.schema) described["content"] = content(reply.media, reply.schema(schemas));
    if (!reply.text_media.empty())
      described["content"].get_object()[reply.text_media] =
          object{{"schema", object{{"type", "string"}}}};
    responses[fmt::format("{}", reply.status)] = std::move(described);
  }
  for (const int status : problems_of(operation)) {
    problems.insert(status);
    responses[fmt::format("{}", status)] =
        object{{"$ref", fmt::format("#/components/responses/Problem{}", status)}};
  }
  return responses;
}

object describe_operation(const Operation& operation, json::Schemas& schemas,
                          std::set<int>& problems) {
  object described{{"operationId", operation.name}, {"summary", operation.doc}};
  if (array parameters = parameters_of(operation); !parameters.empty()) {
    described["parameters"] = std::move(parameters);
  }
  if (operation.takes) {
    const bool is_form = operation.body == Body::form;
    const std::string_view media =
        is_form ? "application/x-www-form-urlencoded" : "application/json";
    described["requestBody"] = object{{"required", is_form || operation.body == Body::required},
                                      {"content", content(media, operation.takes(schemas))}};
  }
  described["responses"] = responses_of(operation, schemas, problems);
  if (operation.access == Access::anyone) described["security"] = array{};
  if (operation.access == Access::observer) {
    // Either without or with a token, as the server is configured.
    described["security"] = array{object{}, object{{"token", array{}}}, object{{"basic", array{}}}};
  }
  return described;
}

std::string lower_case(std::string_view method) {
  std::string lower(method);
  for (char& c : lower) c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

object security_schemes() {
  return {{"token",
           object{{"type", "http"},
                  {"scheme", "bearer"},
                  {"description", "The user's own token, or one that POST /oauth2/token gave."}}},
          {"basic", object{{"type", "http"},
                           {"scheme", "basic"},
                           {"description", "The user's name, and the token as the password."}}}};
}

object problem_responses(const std::set<int>& statuses, json::Schemas& schemas) {
  object responses;
  for (const int status : statuses) {
    responses[fmt::format("Problem{}", status)] =
        object{{"description", about_problem(status)},
               {"content", content(kProblemType, schemas.of<Problem>())}};
  }
  return responses;
}

}  // namespace

value openapi_document(std::span<const Operation> operations, std::string_view version) {
  json::Schemas schemas;
  std::set<int> problems;
  object paths;
  for (const Operation& operation : operations) {
    object described = describe_operation(operation, schemas, problems);
    value& path = paths[template_of(operation.path)];
    if (path.is_null()) path = object{};
    path.get_object()[lower_case(operation.method)] = std::move(described);
  }
  object responses = problem_responses(problems, schemas);
  object components{{"schemas", schemas.components()},
                    {"responses", std::move(responses)},
                    {"securitySchemes", security_schemes()}};
  return object{
      {"openapi", "3.1.0"},
      {"info", object{{"title", "Mayfly"}, {"version", version}, {"description", kAbout}}},
      {"servers", array{object{{"url", "/"}}}},
      {"security", array{object{{"token", array{}}}, object{{"basic", array{}}}}},
      {"paths", std::move(paths)},
      {"components", std::move(components)}};
}

}  // namespace mayfly::rest
