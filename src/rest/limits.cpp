#include "rest/operation.h"

namespace mayfly::rest {

// What PATCH /users/:UserId/limits takes. A figure, a text that says the same, "none" or "default".
struct LimitsChange {
  std::optional<json::value> machines;
  std::optional<json::value> vcpus;
  std::optional<json::value> usd_per_hour;
  std::optional<json::value> usd_per_month;
  std::optional<std::string> lease_default;
  std::optional<std::string> lease_max;
};
BOOST_DESCRIBE_STRUCT(LimitsChange, (),
                      (machines, vcpus, usd_per_hour, usd_per_month, lease_default, lease_max))

inline constexpr json::FieldRule kLimitsChangeRules[] = {
    {.name = "machines", .doc = "Most machines at a time: a number, none, or default."},
    {.name = "vcpus", .doc = "Most vCPUs at a time: a number, none, or default."},
    {.name = "usd_per_hour", .doc = "Most dollars an hour: a number, none, or default."},
    {.name = "usd_per_month",
     .doc = "Most dollars in a calendar month (UTC): a number, none, or default."},
    {.name = "lease_default",
     .doc = "The lease of a request that names none: 8h, none, or default.",
     .min = 1,
     .max = 32},
    {.name = "lease_max", .doc = "The longest lease: 7d, none, or default.", .min = 1, .max = 32},
};
constexpr std::span<const json::FieldRule> rules(const LimitsChange*) {
  return kLimitsChangeRules;
}

void validate(const LimitsChange& given, json::Issues& issues) {
  if (given.machines || given.vcpus || given.usd_per_hour || given.usd_per_month ||
      given.lease_default || given.lease_max)
    return;
  issues.add("machines", "or another limit is required");
}

void refine_schema(const LimitsChange*, json::object& schema) {
  schema["minProperties"] = 1;
  json::object& properties = schema["properties"].get_object();
  const json::object number{{"type", "number"}, {"minimum", 0}, {"maximum", 1'000'000'000}};
  const json::object text{
      {"type", "string"}, {"maxLength", 32}, {"pattern", "^(none|default|[0-9]+([.][0-9]+)?)$"}};
  for (const char* name : {"machines", "vcpus", "usd_per_hour", "usd_per_month"}) {
    properties[name].get_object()["anyOf"] = json::array{number, text};
  }
  for (const char* name : {"lease_default", "lease_max"}) {
    properties[name].get_object()["pattern"] =
        "^(none|default|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?)$";
  }
}

namespace {

// Anything else becomes a text that no limit can be, and is refused by its name.
std::optional<std::string> limit_of(const std::optional<json::value>& given) {
  if (!given) return std::nullopt;
  if (const auto* text = given->if_string()) return std::string(*text);
  std::int64_t millionths = 0;
  if (json::detail::read_millionths(*given, millionths)) return print_millionths(millionths);
  return "";
}

boost::asio::awaitable<Answer> get_limits(Call& call) {
  auto limits = co_await call.service().get_limits(call.user);
  if (!limits) co_return std::unexpected(std::move(limits).error());
  co_return json_response(200, *limits);
}

boost::asio::awaitable<Answer> change_limits(Call& call) {
  CO_TRY(const LimitsChange change, read<LimitsChange>(call));
  auto limits = co_await call.service().set_limits(call.user,
                                                   {.machines = limit_of(change.machines),
                                                    .vcpus = limit_of(change.vcpus),
                                                    .usd_per_hour = limit_of(change.usd_per_hour),
                                                    .usd_per_month = limit_of(change.usd_per_month),
                                                    .lease_default = change.lease_default,
                                                    .lease_max = change.lease_max});
  if (!limits) co_return std::unexpected(std::move(limits).error());
  co_return json_response(200, *limits);
}

}  // namespace

std::vector<Operation> limit_operations() {
  const ReplyRule limits{.doc = "The limits, and what of them is used, held and left.",
                         .schema = &schema_of<service::LimitsView>};
  return {
      {.method = "GET",
       .path = "/users/:UserId/limits",
       .name = "getLimits",
       .doc = "What the user may have and spend, and what is left of it.",
       .handle = &get_limits,
       .replies = {limits}},
      {.method = "PATCH",
       .path = "/users/:UserId/limits",
       .name = "changeLimits",
       .doc = "Sets limits of this user instead of the server's. For admins.",
       .handle = &change_limits,
       .access = Access::admin,
       .body = Body::required,
       .takes = &schema_of<LimitsChange>,
       .replies = {limits},
       .problems = {409}},
  };
}

}  // namespace mayfly::rest
