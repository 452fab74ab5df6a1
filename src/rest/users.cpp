#include "rest/event_types.h"
#include "rest/operation.h"

namespace mayfly::rest {

// What PATCH /users/:UserId takes: at least one of them.
struct UserChange {
  std::optional<std::vector<std::string>> regions;
  std::optional<std::string> email;
  std::optional<std::vector<std::string>> email_events;
};
BOOST_DESCRIBE_STRUCT(UserChange, (), (regions, email, email_events))

inline constexpr json::FieldRule kUserChangeRules[] = {
    {.name = "regions",
     .doc = "Regions of requests that name none: names or globs (eu-*, nyc?), for one cloud with "
            "aws:eu-*. An empty list takes them away.",
     .max = 64,
     .text = json::Text::pattern},
    {.name = "email",
     .doc = "Where e-mail goes about what happens to reservations. An empty text ends it.",
     .max = 254},
    {.name = "email_events",
     .doc = "The types of events that are mailed; an empty list: all. Unless given: "
            "reservation.ready, .failed, .expired, .lease_warning and .lost.",
     .max = 32,
     .text = json::Text::name,
     .item_max = 64},
};
constexpr std::span<const json::FieldRule> rules(const UserChange*) {
  return kUserChangeRules;
}

void validate(const UserChange& given, json::Issues& issues) {
  if (!given.regions && !given.email && !given.email_events)
    issues.add("regions", "or email or email_events is required");
  if (given.email_events) check_event_types(*given.email_events, "email_events", issues);
}

void refine_schema(const UserChange*, json::object& schema) {
  schema["minProperties"] = 1;
}

namespace {

boost::asio::awaitable<Answer> get_user(Call& call) {
  auto user = co_await call.service().get_user(call.user);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return json_response(200, *user);
}

boost::asio::awaitable<Answer> change_user(Call& call) {
  CO_TRY(UserChange change, read<UserChange>(call));
  auto user = co_await call.service().change_user(call.user,
                                                  {.regions = std::move(change.regions),
                                                   .email = std::move(change.email),
                                                   .email_events = std::move(change.email_events)});
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return json_response(200, *user);
}

}  // namespace

std::vector<Operation> user_operations() {
  const ReplyRule user{.doc = "The user.", .schema = &schema_of<service::UserView>};
  return {
      {.method = "GET",
       .path = "/users/:UserId",
       .name = "getUser",
       .doc = "The user, the default regions and the e-mail address.",
       .handle = &get_user,
       .replies = {user}},
      {.method = "PATCH",
       .path = "/users/:UserId",
       .name = "changeUser",
       .doc = "Sets the default regions, the e-mail address, what is mailed.",
       .handle = &change_user,
       .body = Body::required,
       .takes = &schema_of<UserChange>,
       .replies = {user},
       .problems = {409}},
  };
}

}  // namespace mayfly::rest
