#include <algorithm>

#include "rest/operation.h"
#include "rest/provision.h"

namespace mayfly::rest {

struct TemplateList {
  std::vector<service::TemplateView> templates;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(TemplateList, (), (templates, next_cursor))

// What POST /users/:UserId/templates/:TemplateId takes: exactly one of the two.
struct NewTemplate {
  std::optional<std::string> reservation;
  std::optional<Request> request;
};
BOOST_DESCRIBE_STRUCT(NewTemplate, (), (reservation, request))

inline constexpr json::FieldRule kNewTemplateRules[] = {
    {.name = "reservation",
     .doc = "The id of a reservation whose request is saved.",
     .min = 1,
     .max = 200,
     .text = json::Text::name},
    {.name = "request", .doc = "The request to save."},
};
constexpr std::span<const json::FieldRule> rules(const NewTemplate*) {
  return kNewTemplateRules;
}

void validate(const NewTemplate& given, json::Issues& issues) {
  if (given.reservation && given.request) {
    issues.add("reservation", "cannot be given together with request");
  } else if (!given.reservation && !given.request) {
    issues.add("request", "or reservation is required");
  } else if (given.request && std::ranges::find(issues.errors(), "request", &FieldError::field) ==
                                  issues.errors().end()) {
    json::Issues inside;
    validate(*given.request, inside);
    for (const FieldError& wrong : inside.errors()) {
      issues.add("request." + wrong.field, wrong.message);
    }
  }
}

void refine_schema(const NewTemplate*, json::object& schema) {
  schema["minProperties"] = 1;
  schema["maxProperties"] = 1;
}

namespace {

constexpr std::size_t kTemplateNameMax = 64;

bool is_template_name(std::string_view name) {
  return !name.empty() && name.size() <= kTemplateNameMax && json::matches(json::Text::name, name);
}

// The name of the path and the body together, so that everything wrong is said at once.
Result<NewTemplate> read_new_template(const Call& call) {
  json::Issues issues;
  if (!is_template_name(call.id("TemplateId"))) {
    issues.add("TemplateId",
               fmt::format("must be 1-{} {}", kTemplateNameMax, json::describe(json::Text::name)));
  }
  NewTemplate given;
  json::decode(call.body, "", nullptr, json::Unknown::refuse, issues, given);
  validate(given, issues);
  if (!issues.empty()) return std::move(issues).to_error();
  return given;
}

boost::asio::awaitable<Answer> save_template(Call& call) {
  CO_TRY(NewTemplate given, read_new_template(call));
  auto saving = given.request ? call.service().save_template(call.user, call.id("TemplateId"),
                                                             *std::move(given.request))
                              : call.service().save_template_of(call.user, call.id("TemplateId"),
                                                                *std::move(given.reservation));
  auto saved = co_await std::move(saving);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  http::Response response = json_response(saved->replaced ? 200 : 201, saved->saved);
  response.headers.push_back({"Location", location(call, "templates", saved->saved.name)});
  co_return response;
}

boost::asio::awaitable<Answer> list_templates(Call& call) {
  auto listing = co_await call.service().list_templates(call.user, call.query.page());
  if (!listing) co_return std::unexpected(std::move(listing).error());
  const TemplateList list{.templates = std::move(listing->items),
                          .next_cursor = std::move(listing->next_cursor)};
  co_return json_response(200, list);
}

boost::asio::awaitable<Answer> get_template(Call& call) {
  auto saved = co_await call.service().get_template(call.user, call.id("TemplateId"));
  if (!saved) co_return std::unexpected(std::move(saved).error());
  co_return json_response(200, *saved);
}

boost::asio::awaitable<Answer> delete_template(Call& call) {
  auto deleted = co_await call.service().delete_template(call.user, call.id("TemplateId"));
  if (!deleted) co_return std::unexpected(std::move(deleted).error());
  co_return http::Response{.status = 204};
}

// The saved request with whole top-level fields replaced; null takes a field away. Read again as if
// it had been sent, so that errors name the fields.
Result<Request> with_overrides(const Request& saved, const json::value& overrides) {
  json::value merged = json::encode(saved);
  for (const auto& member : overrides.get_object()) {
    if (member.value().is_null()) {
      merged.get_object().erase(member.key());
    } else {
      merged.get_object()[member.key()] = member.value();
    }
  }
  return json::decode<Request>(merged);
}

boost::asio::awaitable<Answer> launch_template(Call& call) {
  auto saved = co_await call.service().get_template(call.user, call.id("TemplateId"));
  auto request = saved ? with_overrides(saved->request, call.body)
                       : Result<Request>(std::unexpected(std::move(saved).error()));
  auto answering = request ? provision(call, *std::move(request))
                           : provision_again(call, std::move(request).error());
  co_return co_await std::move(answering);
}

// A request of which nothing is required.
json::object overrides_schema(json::Schemas& schemas) {
  schemas.of<Request>();
  json::object schema = schemas.components().at("Request").get_object();
  schema.erase("required");
  schema.erase("allOf");
  for (auto& property : schema["properties"].get_object()) {
    json::object& described = property.value().get_object();
    described.erase("default");
    json::value with_null = json::array{json::value(described), json::object{{"type", "null"}}};
    property.value() = json::object{{"anyOf", std::move(with_null)}};
  }
  schema["description"] = "Fields that replace those of the template; null takes one away.";
  return schema;
}

}  // namespace

std::vector<Operation> template_operations() {
  const MakeSchema view = &schema_of<service::TemplateView>;
  constexpr std::string_view kOne = "/users/:UserId/templates/:TemplateId";
  return {
      {.method = "GET",
       .path = "/users/:UserId/templates",
       .name = "listTemplates",
       .doc = "The templates, by name.",
       .handle = &list_templates,
       .query = {kLimitRule, kCursorRule},
       .replies = {{.doc = "One page of templates.", .schema = &schema_of<TemplateList>}}},
      {.method = "POST",
       .path = kOne,
       .name = "saveTemplate",
       .doc = "Saves a request, or the one of a reservation, under this name.",
       .handle = &save_template,
       .body = Body::required,
       .takes = &schema_of<NewTemplate>,
       .replies = {{.status = 200, .doc = "It replaced another one.", .schema = view},
                   {.status = 201, .doc = "It was saved.", .schema = view}},
       .problems = {409},
       .makes = "TemplateId"},
      {.method = "GET",
       .path = kOne,
       .name = "getTemplate",
       .doc = "A template.",
       .handle = &get_template,
       .replies = {{.doc = "The template.", .schema = view}}},
      {.method = "DELETE",
       .path = kOne,
       .name = "deleteTemplate",
       .doc = "Removes a template. Reservations made from it stay.",
       .handle = &delete_template,
       .replies = {{.status = 204, .doc = "It is removed."}},
       .problems = {409}},
      {.method = "POST",
       .path = "/users/:UserId/templates/:TemplateId/reservations",
       .name = "launchTemplate",
       .doc = "Provisions a template. Fields of the body replace those of the template.",
       .handle = &launch_template,
       .body = Body::optional,
       .takes = &overrides_schema,
       .headers = provision_headers(),
       .replies = provision_replies(),
       .problems = provision_problems()},
  };
}

}  // namespace mayfly::rest
