#include <fmt/format.h>

#include <algorithm>

#include "core/id.h"
#include "core/log.h"
#include "json/parse.h"
#include "json/print.h"
#include "model/clouds.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr char kKeys[] = "keys";
constexpr std::size_t kKeysOfUserMax = 1000;  // active ones are two; replaced ones pass

// What is inside `sealed`.
struct KeySecrets {
  std::string id;
  std::string secret;
  std::string session_token;
};
BOOST_DESCRIBE_STRUCT(KeySecrets, (), (id, secret, session_token))

Secret pack(const NewKey& key) {
  return Secret(
      json::to_text(KeySecrets{.id = key.id,
                               .secret = std::string(key.secret.reveal()),
                               .session_token = std::string(key.session_token.reveal())}));
}

Result<clouds::Credentials> unpack(const Vault& vault, const Key& key) {
  TRY(const Secret plain, vault.unseal(key.sealed, key.id));
  TRY(const json::value tree, json::parse(plain.reveal()));
  TRY(const KeySecrets secrets, json::decode<KeySecrets>(tree, json::Unknown::ignore));
  return clouds::Credentials{.key_id = key.id,
                             .id = secrets.id,
                             .secret = Secret(secrets.secret),
                             .session_token = Secret(secrets.session_token),
                             .region = key.region};
}

// The cloud's answer to a test, for the person who entered the key.
Error refusal(const std::string& cloud, const CloudFailure& failure) {
  const bool unreachable =
      failure.reaction == Reaction::again || failure.reaction == Reaction::ambiguous;
  return {
      .code = unreachable ? ErrorCode::cloud_unreachable : ErrorCode::rejected_by_cloud,
      .message = unreachable ? fmt::format("{} could not be asked about this key: {}",
                                           cloud_title(cloud), failure.message)
                             : fmt::format("{} does not accept this key: {}", cloud_title(cloud),
                                           failure.message),
      .remedy =
          unreachable
              ? "Nothing was stored. Check the network and the cloud's endpoint, then try again."
              : "Nothing was stored. Check the key and what it may do at the cloud.",
      .cloud_code = failure.code,
      .retry_after = failure.retry_after};
}

Error not_examined(const std::string& cloud, const CloudFailure& failure) {
  Error error = refusal(cloud, failure);
  error.remedy = "Check the network, the region and the cloud's endpoint, then try again.";
  return error;
}

bool uses(const Reservation& reservation, const std::string& key) {
  if (is_final(reservation.phase)) return false;
  return std::ranges::any_of(reservation.keys,
                             [&](const KeyChoice& choice) { return choice.key == key; });
}

}  // namespace

Async<clouds::Identity> Service::check(clouds::Credentials credentials, std::string cloud) {
  http::AsioLoop loop(co_await boost::asio::this_coro::executor);
  using Answer = CloudResult<clouds::Identity>;
  auto start = [&](Done<Answer> done) {
    parts_.clouds.at(cloud)->check(credentials, loop, std::move(done));
  };
  Answer answer = co_await http::await_done<Answer>(std::ref(start));
  if (!answer) co_return std::unexpected(refusal(cloud, answer.error()));
  co_return *std::move(answer);
}

Async<std::vector<Stored<Key>>> Service::keys_of(std::string user) {
  auto page = co_await query_documents(
      parts_.store, {.collection = kKeys, .index = "user", .value = user, .limit = kKeysOfUserMax});
  if (!page) co_return std::unexpected(std::move(page).error());
  std::vector<Stored<Key>> keys;
  for (const store::Document& document : *page) {
    CO_TRY(Stored<Key> key, from_document<Key>(document));
    keys.push_back(std::move(key));
  }
  co_return keys;
}

Async<Stored<Key>> Service::find_key(std::string user, std::string id) {
  auto key = co_await read_document<Key>(parts_.store, kKeys, id, "key " + id);
  if (key && key->value.user != user) co_return fail(ErrorCode::not_found, "There is no key " + id);
  co_return key;
}

Async<std::vector<std::string>> Service::reservations_using(std::string user, std::string key) {
  std::vector<std::string> using_it;
  std::string after;
  while (true) {
    auto page = co_await query_documents(parts_.store, {.collection = "reservations",
                                                        .index = "user_live",
                                                        .value = user,
                                                        .after_id = after,
                                                        .limit = kPageMax});
    if (!page) co_return std::unexpected(std::move(page).error());
    for (const store::Document& document : *page) {
      CO_TRY(const Reservation reservation, engine::from_document(document));
      if (uses(reservation, key)) using_it.push_back(reservation.id);
    }
    if (page->size() < kPageMax) co_return using_it;
    after = page->back().id;
  }
}

Async<Service::AddedKey> Service::add_key(std::string user, NewKey fresh) {
  Key key{.id = new_id("k", now(), parts_.random),
          .user = user,
          .cloud = fresh.cloud,
          .region = fresh.region,
          .created_at = now(),
          .tested_at = now()};
  clouds::Credentials credentials{.key_id = key.id,
                                  .id = fresh.id,
                                  .secret = fresh.secret,
                                  .session_token = fresh.session_token,
                                  .region = fresh.region};
  auto identity = co_await check(std::move(credentials), fresh.cloud);
  if (!identity) co_return std::unexpected(std::move(identity).error());
  key.account = identity->account;
  key.identity = identity->name;
  key.regions = identity->regions;

  auto known = co_await keys_of(user);
  if (!known) co_return std::unexpected(std::move(known).error());
  // New credentials for an account that is known are the same key: whatever it started is ended
  // with them from now on.
  const auto same = std::ranges::find_if(*known, [&](const Stored<Key>& old) {
    return old.value.cloud == key.cloud && !key.account.empty() && old.value.account == key.account;
  });
  const bool rotated = same != known->end();
  if (rotated) {
    key.id = same->value.id;
    key.created_at = same->value.created_at;
  }
  key.sealed = parts_.vault.seal(pack(fresh), key.id);
  store::Batch batch;
  batch.push_back({.collection = kKeys,
                   .id = key.id,
                   .expected_version = rotated ? same->version : 0,
                   .document = to_document(key)});
  bool replaced = rotated;
  for (const Stored<Key>& old : *known) {
    if (old.value.cloud != key.cloud || old.value.id == key.id) continue;
    replaced = replaced || old.value.status == KeyStatus::active;
    auto still_used = co_await reservations_using(user, old.value.id);
    if (!still_used) co_return std::unexpected(std::move(still_used).error());
    Key retired = old.value;
    retired.status = KeyStatus::replaced;
    store::Write write{.collection = kKeys, .id = retired.id, .expected_version = old.version};
    // A reservation made meanwhile keeps the old key; what nothing uses is not kept for ever.
    if (old.value.status == KeyStatus::active || !still_used->empty())
      write.document = to_document(retired);
    batch.push_back(std::move(write));
  }
  auto written = co_await commit(parts_.store, std::move(batch));
  if (!written) co_return std::unexpected(std::move(written).error());
  if (rotated) co_await wake_what_waits_for(user, key.id);
  co_return AddedKey{view_of(key), replaced};
}

// Whoever cannot be found now finds out by itself within a minute: nothing to tell the caller.
boost::asio::awaitable<void> Service::wake_what_waits_for(std::string user, std::string key) {
  auto waiting = co_await reservations_using(std::move(user), key);
  if (!waiting) co_return;
  parts_.engine_loop.post([this, key = std::move(key), waiting = *std::move(waiting)] {
    parts_.engine.key_replaced(key, waiting);
  });
}

Async<Listing<KeyView>> Service::list_keys(std::string user, PageRequest page) {
  auto documents = co_await read_page(
      parts_.store, {.collection = kKeys, .index = "user", .value = user}, std::move(page));
  if (!documents) co_return std::unexpected(std::move(documents).error());
  Listing<KeyView> listing{.next_cursor = documents->next_cursor};
  for (const store::Document& document : documents->items) {
    CO_TRY(const Stored<Key> key, from_document<Key>(document));
    listing.items.push_back(view_of(key.value));
  }
  co_return listing;
}

Async<KeyView> Service::get_key(std::string user, std::string id) {
  auto key = co_await find_key(std::move(user), std::move(id));
  if (!key) co_return std::unexpected(std::move(key).error());
  co_return view_of(key->value);
}

Async<KeyView> Service::test_key(std::string user, std::string id) {
  auto key = co_await find_key(std::move(user), std::move(id));
  if (!key) co_return std::unexpected(std::move(key).error());
  CO_TRY(clouds::Credentials credentials, unpack(parts_.vault, key->value));
  auto identity = co_await check(std::move(credentials), key->value.cloud);
  if (!identity) co_return std::unexpected(std::move(identity).error());
  Key tested = key->value;
  tested.tested_at = now();
  tested.regions = identity->regions;
  store::Batch batch;
  batch.push_back({.collection = kKeys,
                   .id = tested.id,
                   .expected_version = key->version,
                   .document = to_document(tested)});
  auto written = co_await commit(parts_.store, std::move(batch));
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return view_of(tested);
}

Async<DoctorView> Service::examine_key(std::string user, std::string id, std::string region) {
  auto key = co_await find_key(std::move(user), std::move(id));
  if (!key) co_return std::unexpected(std::move(key).error());
  CO_TRY(clouds::Credentials credentials, unpack(parts_.vault, key->value));
  http::AsioLoop loop(co_await boost::asio::this_coro::executor);
  using Answer = CloudResult<clouds::Examination>;
  auto start = [&](Done<Answer> done) {
    parts_.clouds.at(key->value.cloud)
        ->examine(credentials, std::move(region), loop, std::move(done));
  };
  Answer answer = co_await http::await_done<Answer>(std::ref(start));
  if (!answer) co_return std::unexpected(not_examined(key->value.cloud, answer.error()));
  co_return view_of(key->value, *std::move(answer), now());
}

// Two steps, so that no launch can slip in between the look and the removal: a key that is
// `deleting` starts nothing (StoreKeyring), and a reservation that was made before is found by the
// look.
Async<void> Service::delete_key(std::string user, std::string id) {
  auto key = co_await find_key(user, id);
  if (!key) co_return std::unexpected(std::move(key).error());
  Key marked = key->value;
  marked.status = KeyStatus::deleting;
  store::Batch mark;
  mark.push_back({.collection = kKeys,
                  .id = id,
                  .expected_version = key->version,
                  .document = to_document(marked)});
  auto written = co_await commit(parts_.store, std::move(mark));
  if (!written) co_return std::unexpected(std::move(written).error());

  auto living = co_await reservations_using(user, id);
  store::Batch finish;
  finish.push_back({.collection = kKeys, .id = id, .expected_version = key->version + 1});
  // Left `deleting` by a crash just before, it becomes usable again: refused is refused.
  if (marked = key->value; marked.status == KeyStatus::deleting) marked.status = KeyStatus::active;
  if (!living || !living->empty()) finish.front().document = to_document(marked);
  auto finished = co_await commit(parts_.store, std::move(finish));
  if (!living) co_return std::unexpected(std::move(living).error());
  if (!finished) co_return std::unexpected(std::move(finished).error());
  if (living->empty()) co_return Result<void>{};
  Error in_use{.code = ErrorCode::conflict,
               .message = fmt::format("The key {} is needed to tear down {} reservation(s)", id,
                                      living->size()),
               .remedy = "Tear them down first, or add a new key: that replaces this one."};
  json::array ids;
  for (const std::string& reservation : *living)
    ids.emplace_back(json::value(boost::json::string_view(reservation)));
  in_use.extensions["reservations"] = json::print(ids);
  co_return std::unexpected(std::move(in_use));
}

void StoreKeyring::open(const std::string& key, Loop& loop,
                        Done<Result<clouds::Credentials>> done) {
  open_when(key, false, loop, std::move(done));
}

void StoreKeyring::open_to_end(const std::string& key, Loop& loop,
                               Done<Result<clouds::Credentials>> done) {
  open_when(key, true, loop, std::move(done));
}

void StoreKeyring::open_when(const std::string& key, bool to_end, Loop& loop,
                             Done<Result<clouds::Credentials>> done) {
  store_.get(kKeys, key, loop,
             [this, key, to_end,
              done = std::move(done)](Result<std::optional<store::Document>> found) mutable {
               if (!found) return done(std::unexpected(found.error()));
               if (!*found)
                 return done(fail(ErrorCode::not_found, "the key " + key + " was removed"));
               const auto stored = from_document<Key>(**found);
               if (!stored) return done(std::unexpected(stored.error()));
               if (stored->value.status == KeyStatus::deleting && !to_end) {
                 return done(fail(ErrorCode::unavailable, "the key " + key + " is being removed"));
               }
               done(unpack(vault_, stored->value));
             });
}

namespace {

constexpr std::size_t kReachPage = 1000;

// All pages of the keys; `reaches` has what the pages before held.
void read_reaches(store::Store& store, Loop& loop, std::string after,
                  std::vector<engine::KeyReach> reaches,
                  Done<Result<std::vector<engine::KeyReach>>> done) {
  store::Query query{.collection = kKeys, .after_id = std::move(after), .limit = kReachPage};
  store.query(std::move(query), loop,
              [&store, &loop, reaches = std::move(reaches),
               done = std::move(done)](Result<store::Page> page) mutable {
                if (!page) return done(std::unexpected(page.error()));
                for (const store::Document& document : *page) {
                  auto key = from_document<Key>(document);
                  if (!key) {
                    // One bad record must not keep everybody else's machines from being found.
                    log::error("a stored key cannot be read",
                               {{"id", document.id}, {"why", key.error().message}});
                    continue;
                  }
                  for (const std::string_view driver : drivers_of(key->value.cloud)) {
                    reaches.push_back({.id = key->value.id,
                                       .user = key->value.user,
                                       .cloud = std::string(driver),
                                       .regions = key->value.regions});
                  }
                }
                if (page->size() < kReachPage) return done(std::move(reaches));
                std::string last = page->back().id;
                read_reaches(store, loop, std::move(last), std::move(reaches), std::move(done));
              });
}

}  // namespace

void StoreKeyring::reaches(Loop& loop, Done<Result<std::vector<engine::KeyReach>>> done) {
  read_reaches(store_, loop, "", {}, std::move(done));
}

}  // namespace mayfly::service
