#include "rest/operation.h"

namespace mayfly::rest {

// What PATCH /users/:UserId takes.
struct UserChange {
  std::vector<std::string> regions;
};
BOOST_DESCRIBE_STRUCT(UserChange, (), (regions))

inline constexpr json::FieldRule kUserChangeRules[] = {
    {.name = "regions",
     .doc = "Regions of requests that name none: names or globs (eu-*, nyc?), for one cloud with "
            "aws:eu-*. An empty list takes them away.",
     .required = true,
     .max = 64,
     .text = json::Text::pattern},
};
constexpr std::span<const json::FieldRule> rules(const UserChange*) {
  return kUserChangeRules;
}

namespace {

boost::asio::awaitable<Answer> get_user(Call& call) {
  auto user = co_await call.service().get_user(call.user);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return json_response(200, *user);
}

boost::asio::awaitable<Answer> change_user(Call& call) {
  CO_TRY(UserChange change, read<UserChange>(call));
  auto user = co_await call.service().set_regions(call.user, std::move(change.regions));
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
       .doc = "The user and the default regions.",
       .handle = &get_user,
       .replies = {user}},
      {.method = "PATCH",
       .path = "/users/:UserId",
       .name = "changeUser",
       .doc = "Sets the default regions.",
       .handle = &change_user,
       .body = Body::required,
       .takes = &schema_of<UserChange>,
       .replies = {user},
       .problems = {409}},
  };
}

}  // namespace mayfly::rest
