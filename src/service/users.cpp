#include <fmt/format.h>
#include <sodium.h>

#include <future>

#include "core/assert.h"
#include "core/id.h"
#include "core/thread_loop.h"
#include "json/rules.h"
#include "service/access_tokens.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr char kUsers[] = "users";
constexpr std::size_t kUserNameMax = 64;
constexpr int kUserTriesMax = 8;

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

// Of a token that was shown and is none (RFC 6750 section 3.1).
Error refused_token(std::string message, std::string remedy) {
  return {.code = ErrorCode::unauthenticated,
          .message = std::move(message),
          .remedy = std::move(remedy),
          .extensions = {{"error", "\"invalid_token\""}}};
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
  if (read_access_token(token)) co_return co_await authenticate_access(token);
  auto page = co_await query_documents(
      parts_.store,
      {.collection = kUsers, .index = "token", .value = sha256_hex(token), .limit = 1});
  if (!page) co_return std::unexpected(std::move(page).error());
  if (page->empty()) {
    co_return std::unexpected(refused_token("Nobody has this token", unknown_token().remedy));
  }
  CO_TRY(const Stored<User> user, from_document<User>(page->front()));
  co_return Caller{.user = user.value.id, .admin = user.value.admin};
}

Async<Caller> Service::authenticate_access(const std::string& token) {
  const AccessClaim claim = *read_access_token(token);
  auto user = co_await read_document<User>(parts_.store, kUsers, claim.user, "such user");
  if (!user && user.error().code != ErrorCode::not_found)
    co_return std::unexpected(std::move(user).error());
  if (!user || !is_genuine(parts_.vault, user->value, claim, token) ||
      is_revoked(user->value, claim)) {
    co_return std::unexpected(refused_token("This access token is not valid (any more)",
                                            "POST /oauth2/token gives another."));
  }
  if (now() >= claim.expires) {
    co_return std::unexpected(
        refused_token("This access token has expired", "POST /oauth2/token gives another."));
  }
  co_return Caller{.user = user->value.id, .admin = user->value.admin};
}

// The user whose name and own token these are: a client in OAuth's sense.
Async<Stored<User>> Service::find_client(std::string user, std::string token) {
  auto page = co_await query_documents(
      parts_.store,
      {.collection = kUsers, .index = "token", .value = sha256_hex(token), .limit = 1});
  if (!page) co_return std::unexpected(std::move(page).error());
  if (page->empty() || page->front().id != user) {
    co_return std::unexpected(refused_token("The name and the token do not belong together",
                                            "The client's id is the user's name, its secret "
                                            "the user's own token."));
  }
  co_return from_document<User>(page->front());
}

Async<Service::AccessToken> Service::issue_access_token(std::string user, std::string token) {
  const auto expires = std::chrono::ceil<std::chrono::seconds>(now() + kAccessTokenLife);
  User owner{.id = user};
  if (parts_.settings.authenticate) {
    auto client = co_await find_client(std::move(user), std::move(token));
    if (!client) co_return std::unexpected(std::move(client).error());
    owner = std::move(client)->value;
  }
  co_return AccessToken{
      make_access_token(parts_.vault, owner, expires, new_access_id(parts_.random)),
      kAccessTokenLife};
}

Async<void> Service::revoke_access_token(std::string user, std::string token, std::string access) {
  if (!parts_.settings.authenticate) co_return Result<void>{};
  for (int tries = 0; tries < kUserTriesMax; ++tries) {
    auto client = co_await find_client(user, token);
    if (!client) co_return std::unexpected(std::move(client).error());
    const auto claim = read_access_token(access);
    if (!claim) co_return Result<void>{};
    if (claim->user != user) {
      co_return fail(ErrorCode::forbidden, "This token was given to another client",
                     "Whose it is revokes it.");
    }
    const bool lives = is_genuine(parts_.vault, client->value, *claim, access) &&
                       claim->expires > now() && !is_revoked(client->value, *claim);
    if (!lives) co_return Result<void>{};
    if (auto noted = revoke(client->value, *claim, now()); !noted)
      co_return std::unexpected(std::move(noted).error());
    store::Batch batch;
    batch.push_back({.collection = kUsers,
                     .id = user,
                     .expected_version = client->version,
                     .document = to_document(client->value)});
    auto written = co_await commit(parts_.store, std::move(batch));
    if (written || written.error().code != ErrorCode::conflict) co_return written;
  }
  co_return fail(ErrorCode::unavailable, "The user is being changed by others", "Try again.");
}

Result<void> Service::authorise(const Caller& caller, const std::string& user) const {
  if (caller.admin || caller.user == user) return {};
  return fail(ErrorCode::forbidden, "This token belongs to another user",
              "Use your own name in the path.");
}

// Where e-mail goes; nullopt when the user wants none.
Async<std::optional<notify::Mailbox>> Service::mailbox_of(std::string user) {
  auto document = co_await get_document(parts_.store, notify::kMailboxes, std::move(user));
  if (!document) co_return std::unexpected(std::move(document).error());
  if (!*document) co_return std::nullopt;
  CO_TRY(notify::Mailbox mailbox, notify::read<notify::Mailbox>(**document));
  co_return mailbox;
}

Async<UserView> Service::get_user(std::string user) {
  auto stored = co_await read_document<User>(parts_.store, kUsers, user, "user " + user);
  // Without authentication any name is a user, made when something is kept about it.
  const bool anybody =
      !stored && stored.error().code == ErrorCode::not_found && !parts_.settings.authenticate;
  if (!stored && !anybody) co_return std::unexpected(std::move(stored).error());
  UserView view = stored ? view_of(stored->value) : UserView{.id = user};
  auto mailbox = co_await mailbox_of(user);
  if (!mailbox) co_return std::unexpected(std::move(mailbox).error());
  if (*mailbox) {
    view.email = (*mailbox)->address;
    view.email_events = (*mailbox)->events;
  }
  co_return view;
}

Async<UserView> Service::change_user(std::string user, UserChange change) {
  if (change.regions) {
    if (auto good = check_patterns(*change.regions); !good)
      co_return std::unexpected(std::move(good).error());
    auto written = co_await write_regions(user, *std::move(change.regions));
    if (!written) co_return std::unexpected(std::move(written).error());
  }
  if (change.email || change.email_events) {
    auto written = co_await change_mailbox(user, change);
    if (!written) co_return std::unexpected(std::move(written).error());
  }
  co_return co_await get_user(std::move(user));
}

Async<void> Service::write_regions(const std::string& user, std::vector<std::string> regions) {
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
  co_return co_await commit(parts_.store, std::move(batch));
}

Async<void> Service::change_mailbox(const std::string& user, const UserChange& change) {
  auto document = co_await get_document(parts_.store, notify::kMailboxes, user);
  if (!document) co_return std::unexpected(std::move(document).error());
  notify::Mailbox mailbox{.user = user, .events = notify::mailed_by_default()};
  if (*document) {
    CO_TRY(mailbox, notify::read<notify::Mailbox>(**document));
  }
  if (change.email) mailbox.address = *change.email;
  if (change.email_events) mailbox.events = *change.email_events;
  const std::int64_t version = *document ? (*document)->version : 0;
  const bool none = mailbox.address.empty();
  if (none && version == 0) {
    if (change.email) co_return Result<void>{};
    co_return fail_field("email_events", "mean nothing without an e-mail address");
  }
  if (!none && !mail::is_address(mailbox.address)) {
    co_return fail_field("email", "must be an address such as ann@example.com, or empty");
  }
  if (!none && !parts_.notifier.has_mail()) {
    co_return fail(ErrorCode::conflict, "This server sends no e-mail",
                   "Its configuration needs a section [smtp]; docs/configuration.md has it.");
  }
  auto start = [&](Done<Result<void>> done) {
    if (none) return parts_.notifier.remove(mailbox, version, std::move(done));
    parts_.notifier.save(mailbox, version, std::move(done));
  };
  co_return co_await http::await_done<Result<void>>(std::ref(start));
}

namespace {

// For commands, which have no loop of their own.
template <class T, class Start>
T wait_for(Start start) {
  ThreadLoop loop;
  std::promise<T> promise;
  start(loop, [&promise](T result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

Result<void> write_user(store::Store& store, const User& user, std::int64_t version) {
  store::Batch batch;
  batch.push_back({.collection = kUsers,
                   .id = user.id,
                   .expected_version = version,
                   .document = to_document(user)});
  return wait_for<Result<void>>(
      [&](Loop& loop, auto done) { store.commit(std::move(batch), loop, std::move(done)); });
}

Result<Stored<User>> read_user(store::Store& store, const std::string& name) {
  using Answer = Result<std::optional<store::Document>>;
  const auto document = wait_for<Answer>(
      [&](Loop& loop, auto done) { store.get(kUsers, name, loop, std::move(done)); });
  if (!document) return std::unexpected(document.error());
  if (!*document)
    return fail(ErrorCode::not_found, fmt::format("There is no user {}", name),
                "`mayfly user add NAME` makes one.");
  return from_document<User>(**document);
}

}  // namespace

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
  const Result<void> written = write_user(store, user, 0);
  if (written) return token;
  if (written.error().code == ErrorCode::conflict) {
    return fail(ErrorCode::conflict, fmt::format("There is a user {} already", name),
                "Choose another name, or give the user another token: `mayfly user token NAME`.");
  }
  return std::unexpected(written.error());
}

Result<Secret> renew_token(store::Store& store, const std::string& name) {
  // The server may be changing the user's limits or regions meanwhile.
  for (int tries = 0; tries < kUserTriesMax; ++tries) {
    TRY(Stored<User> stored, read_user(store, name));
    Secret token = new_token();
    stored.value.token_sha256 = sha256_hex(token.reveal());
    stored.value.revoked.clear();
    const Result<void> written = write_user(store, stored.value, stored.version);
    if (written) return token;
    if (written.error().code != ErrorCode::conflict) return std::unexpected(written.error());
  }
  return fail(ErrorCode::unavailable, fmt::format("The user {} is being changed by others", name),
              "Try again.");
}

}  // namespace mayfly::service
