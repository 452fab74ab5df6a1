#include <fmt/format.h>
#include <sodium.h>

#include <future>

#include "core/assert.h"
#include "core/id.h"
#include "core/thread_loop.h"
#include "json/rules.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr char kUsers[] = "users";
constexpr std::size_t kUserNameMax = 64;

Secret new_token() {
  ASSERT(sodium_init() >= 0);
  unsigned char bytes[32];
  randombytes_buf(bytes, sizeof bytes);
  char hex[2 * sizeof bytes + 1];
  sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
  Secret token(std::string("mayfly_") + hex);
  sodium_memzero(bytes, sizeof bytes);
  sodium_memzero(hex, sizeof hex);
  return token;
}

Error unknown_token() {
  return {.code = ErrorCode::unauthenticated,
          .message = "This needs the token of a user",
          .remedy =
              "Send it as 'Authorization: Bearer TOKEN'; `mayfly user add NAME` on the server "
              "makes one."};
}

Result<void> check_patterns(const std::vector<std::string>& regions) {
  Request request{.vcpus = 1, .memory_gib = Gib::of(1)};
  if (!regions.empty()) request.regions = regions;
  json::Issues issues;
  validate(request, issues);
  if (regions.size() > 64) issues.add("regions", "must have at most 64 entries");
  if (!issues.empty()) return std::move(issues).to_error();
  return {};
}

}  // namespace

Async<Caller> Service::authenticate(std::string token) {
  if (!parts_.settings.authenticate) co_return Caller{.admin = true};
  if (token.empty()) co_return std::unexpected(unknown_token());
  auto page = co_await query_documents(
      parts_.store,
      {.collection = kUsers, .index = "token", .value = sha256_hex(token), .limit = 1});
  if (!page) co_return std::unexpected(std::move(page).error());
  if (page->empty()) co_return std::unexpected(unknown_token());
  CO_TRY(const Stored<User> user, from_document<User>(page->front()));
  co_return Caller{.user = user.value.id, .admin = user.value.admin};
}

Result<void> Service::authorise(const Caller& caller, const std::string& user) const {
  if (caller.admin || caller.user == user) return {};
  return fail(ErrorCode::forbidden, "This token belongs to another user",
              "Use your own name in the path.");
}

Async<UserView> Service::get_user(std::string user) {
  auto stored = co_await read_document<User>(parts_.store, kUsers, user, "user " + user);
  if (stored) co_return view_of(stored->value);
  // Without authentication any name is a user, made when something is kept about it.
  if (stored.error().code == ErrorCode::not_found && !parts_.settings.authenticate)
    co_return UserView{.id = user};
  co_return std::unexpected(std::move(stored).error());
}

Async<UserView> Service::set_regions(std::string user, std::vector<std::string> regions) {
  if (auto good = check_patterns(regions); !good)
    co_return std::unexpected(std::move(good).error());
  auto stored = co_await read_document<User>(parts_.store, kUsers, user, "user " + user);
  if (!stored && (stored.error().code != ErrorCode::not_found || parts_.settings.authenticate)) {
    co_return std::unexpected(std::move(stored).error());
  }
  User changed =
      stored
          ? stored->value
          : User{.id = user, .token_sha256 = sha256_hex(new_token().reveal()), .created_at = now()};
  changed.regions = std::move(regions);
  store::Batch batch;
  batch.push_back({.collection = kUsers,
                   .id = user,
                   .expected_version = stored ? stored->version : 0,
                   .document = to_document(changed)});
  auto written = co_await commit(parts_.store, std::move(batch));
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return view_of(changed);
}

Result<Secret> add_user(store::Store& store, const Clock& clock, const std::string& name,
                        bool admin) {
  if (name.empty() || name.size() > kUserNameMax || !json::matches(json::Text::name, name)) {
    return fail_field("name", fmt::format("must be 1-{} characters of {}", kUserNameMax,
                                          json::describe(json::Text::name)));
  }
  Secret token = new_token();
  const User user{.id = name,
                  .token_sha256 = sha256_hex(token.reveal()),
                  .admin = admin,
                  .created_at = clock.now()};
  store::Batch batch;
  batch.push_back(
      {.collection = kUsers, .id = name, .expected_version = 0, .document = to_document(user)});
  ThreadLoop loop;
  std::promise<Result<void>> promise;
  store.commit(std::move(batch), loop,
               [&promise](Result<void> result) { promise.set_value(std::move(result)); });
  const Result<void> written = promise.get_future().get();
  if (written) return token;
  if (written.error().code == ErrorCode::conflict) {
    return fail(ErrorCode::conflict, fmt::format("There is a user {} already", name),
                "Choose another name.");
  }
  return std::unexpected(written.error());
}

}  // namespace mayfly::service
