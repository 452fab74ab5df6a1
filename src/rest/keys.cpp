#include "rest/new_key.h"
#include "rest/operation.h"

namespace mayfly::rest {

struct KeyList {
  std::vector<service::KeyView> keys;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(KeyList, (), (keys, next_cursor))

// What POST /users/:UserId/keys/:KeyId/doctor takes.
struct Doctor {
  std::optional<std::string> region;
};
BOOST_DESCRIBE_STRUCT(Doctor, (), (region))

inline constexpr json::FieldRule kDoctorRules[] = {
    {.name = "region",
     .doc = "The region to look at; the key's own unless given.",
     .min = 1,
     .max = 64,
     .text = json::Text::name},
};
constexpr std::span<const json::FieldRule> rules(const Doctor*) {
  return kDoctorRules;
}

namespace {

boost::asio::awaitable<Answer> add_key(Call& call) {
  CO_TRY(service::NewKey key, read_new_key(call.body));
  auto added = co_await call.service().add_key(call.user, std::move(key));
  if (!added) co_return std::unexpected(std::move(added).error());
  http::Response response = json_response(added->replaced ? 200 : 201, added->key);
  response.headers.push_back({"Location", location(call, "keys", added->key.id)});
  co_return response;
}

boost::asio::awaitable<Answer> list_keys(Call& call) {
  auto listing = co_await call.service().list_keys(call.user, call.query.page());
  if (!listing) co_return std::unexpected(std::move(listing).error());
  const KeyList list{.keys = std::move(listing->items),
                     .next_cursor = std::move(listing->next_cursor)};
  co_return json_response(200, list);
}

boost::asio::awaitable<Answer> get_key(Call& call) {
  auto key = co_await call.service().get_key(call.user, call.id("KeyId"));
  if (!key) co_return std::unexpected(std::move(key).error());
  co_return json_response(200, *key);
}

boost::asio::awaitable<Answer> test_key(Call& call) {
  auto key = co_await call.service().test_key(call.user, call.id("KeyId"));
  if (!key) co_return std::unexpected(std::move(key).error());
  co_return json_response(200, *key);
}

boost::asio::awaitable<Answer> examine_key(Call& call) {
  CO_TRY(const Doctor wanted, read<Doctor>(call));
  auto view =
      co_await call.service().examine_key(call.user, call.id("KeyId"), wanted.region.value_or(""));
  if (!view) co_return std::unexpected(std::move(view).error());
  co_return json_response(200, *view);
}

boost::asio::awaitable<Answer> delete_key(Call& call) {
  auto deleted = co_await call.service().delete_key(call.user, call.id("KeyId"));
  if (!deleted) co_return std::unexpected(std::move(deleted).error());
  co_return http::Response{.status = 204};
}

}  // namespace

std::vector<Operation> key_operations() {
  const MakeSchema key = &schema_of<service::KeyView>;
  return {
      {.method = "POST",
       .path = "/users/:UserId/keys",
       .name = "addKey",
       .doc =
           "Tests a cloud key and stores it. A key that is there for the same cloud is replaced; "
           "what it started can still be torn down.",
       .handle = &add_key,
       .body = Body::required,
       .takes = &new_key_schema,
       .replies = {{.status = 200, .doc = "It replaced another one.", .schema = key},
                   {.status = 201, .doc = "It was added.", .schema = key}},
       .problems = {409, 502}},
      {.method = "GET",
       .path = "/users/:UserId/keys",
       .name = "listKeys",
       .doc = "The keys, without their secrets.",
       .handle = &list_keys,
       .query = {kLimitRule, kCursorRule},
       .replies = {{.doc = "One page of keys.", .schema = &schema_of<KeyList>}}},
      {.method = "GET",
       .path = "/users/:UserId/keys/:KeyId",
       .name = "getKey",
       .doc = "One key, without its secrets.",
       .handle = &get_key,
       .replies = {{.doc = "The key.", .schema = key}}},
      {.method = "DELETE",
       .path = "/users/:UserId/keys/:KeyId",
       .name = "deleteKey",
       .doc = "Removes a key. Refused (409, with `reservations`) while anything lives that it "
              "started.",
       .handle = &delete_key,
       .replies = {{.status = 204, .doc = "It is removed."}},
       .problems = {409}},
      {.method = "POST",
       .path = "/users/:UserId/keys/:KeyId/test",
       .name = "testKey",
       .doc = "Asks the cloud whether the key is alive. Costs nothing.",
       .handle = &test_key,
       .replies = {{.doc = "It is.", .schema = key}},
       .problems = {409, 422, 502}},
      {.method = "POST",
       .path = "/users/:UserId/keys/:KeyId/doctor",
       .name = "examineKey",
       .doc = "Says of each right and each thing of the account that machines and clusters need "
              "whether the key has it, and how to mend what is missing. Reads and dry runs only.",
       .handle = &examine_key,
       .body = Body::optional,
       .takes = &schema_of<Doctor>,
       .replies = {{.doc = "What was found.", .schema = &schema_of<service::DoctorView>}},
       .problems = {502}},
  };
}

}  // namespace mayfly::rest
