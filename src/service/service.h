// Everything a user can do. Each function authorises its caller first, answers when what it says is
// durable, and leaves nothing half done: a caller that hangs up changes nothing.
//
// Threads: functions may be called from any thread's coroutine and resume on its executor. The
// engine runs on its own Loop; nothing here blocks.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/id.h"
#include "core/random.h"
#include "engine/engine.h"
#include "notify/notifier.h"
#include "service/accounts.h"
#include "service/automations.h"
#include "service/costs.h"
#include "service/doctor_view.h"
#include "service/documents.h"
#include "service/notification_views.h"
#include "service/prefills.h"
#include "service/records.h"
#include "service/vault.h"
#include "service/views.h"

namespace mayfly::service {

template <class T>
using Async = boost::asio::awaitable<Result<T>>;

// Who is asking, as far as a door could tell.
struct Caller {
  std::string user;
  bool admin = false;
};

template <class T>
struct Listing {
  std::vector<T> items;
  std::optional<std::string> next_cursor;
};

struct PageRequest {
  std::size_t limit = 100;  // 1-1000
  std::string cursor;       // from next_cursor; empty = from the start
};

// What POST /keys takes.
struct NewKey {
  std::string cloud;
  std::string id;  // AWS access key id
  Secret secret;   // AWS secret access key, DigitalOcean token
  Secret session_token;
  std::string region;
};

// The lease change that PATCH takes: exactly one of the first three.
struct LeaseChange {
  std::optional<Duration> lease;    // counted from created_at
  std::optional<Duration> extend;   // counted from expires_at
  std::optional<Duration> shorten;  // the other way
  // What extend is counted from instead, so that the same change asked for again is the same end;
  // a lease that ends later already stays as it is.
  std::optional<Time> from = {};
};

// What PATCH of a webhook takes; at least one.
struct WebhookChange {
  std::optional<std::string> url;
  std::optional<std::vector<std::string>> events;
  std::optional<bool> enabled;
  bool rotate_secret = false;
};

// What PATCH of a user takes; at least one.
struct UserChange {
  std::optional<std::vector<std::string>> regions;
  std::optional<std::string> email;  // empty: none
  std::optional<std::vector<std::string>> email_events;
};

struct Created {
  engine::Snapshot reservation;
  bool repeated = false;  // an Idempotency-Key found it
};

struct Settings {
  std::vector<std::string> default_regions;
  bool authenticate = true;  // false only on loopback
};

struct Parts {
  store::Store& store;
  engine::Engine& engine;
  Loop& engine_loop;
  Accounts& accounts;  // on engine_loop
  std::map<std::string, clouds::Cloud*> clouds;
  std::function<std::shared_ptr<const pricing::Catalog>()> catalog;
  const Clock& clock;
  Random& random;  // safe to use from any thread
  const Vault& vault;
  notify::Notifier& notifier;
  Settings settings;
};

// Follows one reservation from a coroutine: each durable state once, in order, the latest when it
// lags. Make and use it on one executor.
class Follower {
 public:
  // The state now, then each later one; nullptr when `at_most` has passed without one.
  boost::asio::awaitable<engine::Snapshot> next(Duration at_most);

 private:
  friend class Service;
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

class Service {
 public:
  explicit Service(Parts parts) : parts_(std::move(parts)) {}

  // ---- users
  // The caller behind a token; unauthenticated when there is none.
  // Takes a user's own token and an access token; `extensions` of a refusal say which error of
  // RFC 6750 it is when one was given.
  Async<Caller> authenticate(std::string token);
  // Whoever shows a user's own token gets one that ends by itself.
  struct AccessToken {
    Secret token;
    Duration life;
  };
  Async<AccessToken> issue_access_token(std::string user, std::string token);
  // Ends one of those before its time, for whoever shows the user's own token (RFC 7009). What is
  // none, or none any more, is over already; forbidden: it is somebody else's.
  Async<void> revoke_access_token(std::string user, std::string token, std::string access);
  // May this caller act for that user? The same answer whether the user exists or not.
  Result<void> authorise(const Caller& caller, const std::string& user) const;
  Async<UserView> get_user(std::string user);
  Async<UserView> change_user(std::string user, UserChange change);
  // Limits, what of them is used, held and left.
  Async<LimitsView> get_limits(std::string user);
  // For admins. Fields that are absent stay; "default" is the server's again, "none" no limit.
  Async<LimitsView> set_limits(std::string user, LimitOverrides changes);
  // Precondition: query.from < query.to.
  Async<CostsView> costs(std::string user, CostsQuery query);

  // ---- keys. All below: precondition authorise(caller, user).
  struct AddedKey {
    KeyView key;
    bool replaced = false;
  };
  Async<AddedKey> add_key(std::string user, NewKey key);
  Async<Listing<KeyView>> list_keys(std::string user, PageRequest page);
  Async<KeyView> get_key(std::string user, std::string id);
  Async<KeyView> test_key(std::string user, std::string id);
  // Everything that Mayfly needs of the key and its account. region: empty for the key's own.
  Async<DoctorView> examine_key(std::string user, std::string id, std::string region);
  // conflict, with extension `reservations`, while anything it started lives.
  Async<void> delete_key(std::string user, std::string id);

  // ---- estimates and reservations
  Async<EstimateView> estimate(std::string user, Request request, std::size_t limit);
  // route and body are what an Idempotency-Key is about; idempotency_key may be empty. `launch`, if
  // given, is written with the reservation, under its id.
  Async<Created> create(std::string user, Request request, std::string idempotency_key,
                        std::string route, std::string body, std::optional<Automation> launch = {});
  // What a request with this Idempotency-Key made before, if any did.
  Async<std::optional<Created>> find_created(std::string user, std::string idempotency_key,
                                             std::string route, std::string body);
  Async<engine::Snapshot> get(std::string user, std::string id);
  Async<Listing<engine::Snapshot>> list(std::string user, bool all, PageRequest page);
  Async<engine::Snapshot> change_lease(std::string user, std::string id, LeaseChange change);
  Async<engine::Snapshot> release(std::string user, std::string id);
  // Waits until the reservation is ready or over (for release: over), at most that long if given;
  // answers its latest state whichever came first.
  enum class Until { ready, over };
  Async<engine::Snapshot> wait(std::string user, std::string id, Until until,
                               std::optional<Duration> at_most);
  Async<Follower> follow(std::string user, std::string id);

  // ---- strays: machines with our tag that no reservation answers for
  // Lists everywhere that the user's keys reach. Without dry_run, what is past the guards is ended.
  Async<engine::SweepReport> sweep(std::string user, bool dry_run);
  // Oldest first by the cloud's id; those that are over too.
  Async<Listing<StrayView>> list_strays(std::string user, PageRequest page);

  // ---- templates
  struct SavedTemplate {
    TemplateView saved;
    bool replaced = false;
  };
  // Without a title it keeps the one that it has.
  Async<SavedTemplate> save_template(std::string user, std::string name, Request request,
                                     std::optional<std::string> title = {});
  Async<SavedTemplate> save_template_of(std::string user, std::string name,
                                        std::string reservation);
  Async<TemplateView> get_template(std::string user, std::string name);
  Async<Listing<TemplateView>> list_templates(std::string user, PageRequest page);
  Async<void> delete_template(std::string user, std::string name);

  // ---- automations
  Async<std::optional<Automation>> find_launch(std::string user, std::string reservation);
  // Keeps what came out of a launch, unless that was kept before: the answer has what is kept.
  Async<Automation> keep_outputs(std::string user, std::string reservation,
                                 std::vector<GivenParameter> outputs);
  Async<void> keep_all_outputs(std::string user, std::vector<CameOut> all);
  // Launches and what was asked about them as one list (records.h): all walks at once.
  Async<std::vector<Walked>> walk_records(std::string user, std::vector<Walk> walks);
  // What the walks have not read; without those of which it is not there any more.
  Async<std::vector<Record>> complete_records(std::string user, std::vector<Record> records);
  // Those of them that there are, in this order, complete.
  Async<std::vector<Record>> find_records(std::string user, std::vector<std::string> ids);
  // How many there are, counted no further than `most`.
  Async<WordsFound> find_by_words(std::string user, WordSearch search);
  Async<std::size_t> count_records(std::string user, std::size_t most);
  Async<Automation> get_automation(std::string user, std::string id);
  // Keeps a request that nobody runs; conflict when there are too many.
  Async<Automation> prepare(std::string user, Automation automation);
  // Releases the reservation that it names, and remembers who asked: also when there is nothing
  // left to release.
  Async<Automation> tear_down(std::string user, Automation automation);
  // Gives the reservation that it names a later end: by that much, counted from `from` or else from
  // its end of now, and once for each idempotency key. What is refused beforehand is an error; what
  // was refused when it was to be done says so itself.
  Async<Automation> extend(std::string user, Automation automation, Duration by,
                           std::optional<Time> from, std::string idempotency_key);
  // Releases the reservation that it names and launches the same request again, at most once for
  // each reservation: who asks again is told of the first time, unless that came to nothing.
  Async<Automation> restart(std::string user, Automation automation);
  // Takes up what was asked for and was interrupted, or closes it when that was too long ago; what
  // is done stays as it is.
  Async<Automation> complete(Automation automation);
  // All of it, once, after the engine has started.
  Async<void> complete_all();
  // Not of launches.
  Async<void> delete_automation(std::string user, std::string id);
  // Keeps what somebody filled in: under an id of ours, for a while (prefills.h). conflict when
  // there are too many, too_large.
  Async<Prefill> keep_prefill(std::string user, Prefill prefill);
  Async<std::optional<Prefill>> find_prefill(std::string user, std::string id);

  // ---- webhooks
  // The answers of these two have the secret when there is a new one: the only time it is known.
  Async<WebhookView> add_webhook(std::string user, std::string url,
                                 std::vector<std::string> events);
  Async<WebhookView> change_webhook(std::string user, std::string id, WebhookChange change);
  Async<Listing<WebhookView>> list_webhooks(std::string user, PageRequest page);
  Async<WebhookView> get_webhook(std::string user, std::string id);
  Async<void> delete_webhook(std::string user, std::string id);
  // Sends an event of type `test`; the delivery says how it goes.
  Async<DeliveryView> test_webhook(std::string user, std::string id);
  // Newest first.
  Async<Listing<DeliveryView>> list_deliveries(std::string user, std::string id, PageRequest page);
  Async<DeliveryView> redeliver(std::string user, std::string id, std::string delivery);
  // Every event since then that is still kept, in order, whether it was delivered or not.
  Async<ReplayView> replay(std::string user, std::string id, Time since);

  Time now() const { return parts_.clock.now(); }
  // A snapshot of the engine's counters, for metrics and health.
  boost::asio::awaitable<engine::Statistics> statistics();
  notify::Statistics notified() const { return parts_.notifier.statistics(); }

 private:
  Async<Caller> authenticate_access(const std::string& token);
  Async<Stored<User>> find_client(std::string user, std::string token);
  Async<std::vector<Stored<Key>>> keys_of(std::string user);
  Async<Stored<Key>> find_key(std::string user, std::string id);
  Async<std::vector<std::string>> reservations_using(std::string user, std::string key);
  boost::asio::awaitable<void> wake_what_waits_for(std::string user, std::string key);
  Async<clouds::Identity> check(clouds::Credentials credentials, std::string cloud);
  struct ReachOf {
    pricing::Reach reach;
    std::vector<KeyChoice> keys;
    RegionsFrom regions_from = RegionsFrom::everywhere;
  };
  Async<ReachOf> reach_of(std::string user, const Request& request);
  Async<std::optional<notify::Mailbox>> mailbox_of(std::string user);
  Async<void> change_mailbox(const std::string& user, const UserChange& change);
  Async<void> write_regions(const std::string& user, std::vector<std::string> regions);
  Async<std::vector<notify::Opened>> replayed(const notify::Webhook& webhook,
                                              const notify::Record& record);
  Async<std::int64_t> open_deliveries(std::vector<notify::Opened> opened);
  Async<Standing> standing_of(std::string user);
  Async<void> add_costs(store::Query query, Time to, std::set<std::string>& seen,
                        CostReport& report);
  Async<std::optional<Month>> first_month(std::string user);
  // Which of the user's limits leave no room for any of its candidates.
  boost::asio::awaitable<std::vector<OverLimit>> check_limits(Reservation reservation);
  // A reservation that could be started: there are keys, an allowed lease, and offers.
  Async<Reservation> compose(std::string user, Request request);
  Async<engine::Snapshot> start(Reservation reservation, store::Batch with);
  Async<void> pending_writes();
  // Where such a change would put the end, if it is allowed.
  Async<Time> changed_end(std::string user, std::string id, LeaseChange change);
  Async<engine::Snapshot> set_lease(std::string id, Time end);
  Async<engine::Snapshot> release_because(std::string user, std::string id, std::string why);
  // Room for `wanted` once the reservation `instead_of` is released.
  Async<void> check_room(Reservation wanted, std::string instead_of);
  struct AskedFor {
    Automation automation;
    std::int64_t version = 0;
  };
  Async<store::Batch> room_for_prepared(std::string user);
  Async<std::optional<AskedFor>> read_asked(std::string id);
  Async<std::optional<AskedFor>> read_once(std::string once);
  Async<Automation> write_asked(Automation automation);
  Async<Automation> settle_asked(AskedFor asked, std::string refusal);
  Async<Automation> settle_undone(AskedFor asked, std::string as_it_is);
  Async<Automation> do_extension(AskedFor asked);
  Async<Automation> do_restart(AskedFor asked);
  Async<Automation> launch_again(AskedFor asked, Request request);
  Async<std::optional<std::string>> find_repeated(std::string record, std::string body_sha256);

  Parts parts_;
};

// Opens keys for the engine, straight from the store: what was replaced or removed is seen at once.
class StoreKeyring final : public engine::Keyring {
 public:
  StoreKeyring(store::Store& store, const Vault& vault) : store_(store), vault_(vault) {}
  void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) override;
  void open_to_end(const std::string& key, Loop& loop,
                   Done<Result<clouds::Credentials>> done) override;
  void reaches(Loop& loop, Done<Result<std::vector<engine::KeyReach>>> done) override;

 private:
  void open_when(const std::string& key, bool to_end, Loop& loop,
                 Done<Result<clouds::Credentials>> done);

  store::Store& store_;
  const Vault& vault_;
};

// Makes a user directly in the store, for `mayfly user add`. Blocks. Answers the token: the only
// time that it is known.
Result<Secret> add_user(store::Store& store, const Clock& clock, const std::string& name,
                        bool admin);
// The same of another token for a user that there is, in the place of the one before: that is good
// for nothing from then on, nor are the access tokens that were had for it. A server that runs on
// this store need not be told.
Result<Secret> renew_token(store::Store& store, const std::string& name);

}  // namespace mayfly::service
