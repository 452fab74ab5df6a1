#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>

#include "core/id.h"
#include "lifecycles/journal.h"
#include "model/clouds.h"
#include "service/async.h"
#include "service/placing.h"

namespace mayfly::service {
namespace {

constexpr char kReservations[] = "reservations";
constexpr char kIdempotency[] = "idempotency";

Error no_reservation(const std::string& id) {
  return {.code = ErrorCode::not_found,
          .message = "There is no reservation " + id,
          .remedy = "`mayfly ls --all` lists yours."};
}

Error no_keys(const Request& request) {
  if (request.kind == Kind::cluster) {
    return {.code = ErrorCode::invalid,
            .message = "You have no AWS key, and only AWS has clusters",
            .remedy = "Add one with `mayfly keys add aws` (POST /users/:UserId/keys).",
            .fields = {{"kind", "a cluster needs an AWS key"}}};
  }
  const std::string which =
      request.clouds ? fmt::format(" for {}", fmt::join(*request.clouds, " or ")) : "";
  return {.code = ErrorCode::invalid,
          .message = fmt::format("You have no cloud key{}", which),
          .remedy =
              "Add one with `mayfly keys add aws` or `mayfly keys add digitalocean` (POST "
              "/users/:UserId/keys).",
          .fields = {{"clouds", "no key is stored" + which}}};
}

// What an Idempotency-Key is about: this user, this route, this key.
std::string record_id(const std::string& user, const std::string& route, const std::string& key) {
  return sha256_hex(fmt::format("{}\n{}\n{}", user, route, key));
}

// No lease that can be asked for is longer. Without a bound, extending again and again comes to
// years of five digits, which nobody can read back, and then nothing would ever end those machines.
constexpr Duration kEndAheadMax = std::chrono::days{3650};

// Without a lease it would never end, so any end is earlier.
bool is_later(const Reservation& reservation, Time end) {
  return reservation.expires_at && end > *reservation.expires_at;
}

Result<Time> new_end(const Reservation& reservation, const LeaseChange& change,
                     const LeasePolicy& policy, Time now) {
  const std::string field = change.lease ? "lease" : change.extend ? "extend" : "shorten";
  Time end{};
  if (change.lease) {
    end = reservation.created_at + *change.lease;
  } else if (reservation.expires_at) {
    end = change.from.value_or(*reservation.expires_at) + change.extend.value_or(0s) -
          change.shorten.value_or(0s);
    if (change.from && end <= *reservation.expires_at) return *reservation.expires_at;
  } else {
    return fail_field(field, fmt::format("cannot {} a reservation without a lease; give it one "
                                         "with 'lease'",
                                         field));
  }
  if (end <= now) {
    return fail_field(field, fmt::format("would end at {}, which is past; to end it now, delete it",
                                         to_string(end)));
  }
  if (end > now + kEndAheadMax && is_later(reservation, end)) {
    return fail_field(field, fmt::format("would end at {}; no lease ends later than {} from now",
                                         to_string(end), to_string(kEndAheadMax)));
  }
  if (policy.longest && end > reservation.created_at + *policy.longest &&
      is_later(reservation, end)) {
    return fail_field(field, fmt::format("would end at {}; the longest lease you may have is {}, "
                                         "from its creation",
                                         to_string(end), to_string(*policy.longest)));
  }
  return end;
}

}  // namespace

// ---- following
// ------------------------------------------------------------------------------------

struct Follower::Shared {
  explicit Shared(boost::asio::any_io_executor where) : executor(where), wake(where) {}
  boost::asio::any_io_executor executor;
  boost::asio::steady_timer wake;
  engine::Snapshot latest;  // not yet given out
};

boost::asio::awaitable<engine::Snapshot> Follower::next(Duration at_most) {
  if (!shared_->latest) {
    shared_->wake.expires_after(at_most);
    // Woken or timed out: both mean that it is time to look.
    co_await shared_->wake.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  co_return std::exchange(shared_->latest, nullptr);
}

Async<Follower> Service::follow(std::string user, std::string id) {
  Follower follower;
  follower.shared_ = std::make_shared<Follower::Shared>(co_await boost::asio::this_coro::executor);
  const std::weak_ptr<Follower::Shared> weak = follower.shared_;
  auto start = [&](Done<engine::Snapshot> done) {
    parts_.engine_loop.post([this, id, weak, done = std::move(done)]() mutable {
      parts_.engine.watch(id, [weak](const engine::Snapshot& state) {
        const auto shared = weak.lock();
        if (!shared) return false;
        boost::asio::post(shared->executor, [weak, state] {
          if (const auto still = weak.lock()) {
            still->latest = state;
            still->wake.cancel();
          }
        });
        return true;
      });
      done(parts_.engine.find(id));
    });
  };
  engine::Snapshot state = co_await http::await_done<engine::Snapshot>(std::ref(start));
  if (!state) {
    // It lives no more, so what is stored is the end of it.
    auto stored = co_await get(user, id);
    if (!stored) co_return std::unexpected(std::move(stored).error());
    state = *std::move(stored);
  }
  if (state->user != user) co_return std::unexpected(no_reservation(id));
  if (!follower.shared_->latest) follower.shared_->latest = std::move(state);
  co_return follower;
}

Async<engine::Snapshot> Service::wait(std::string user, std::string id, Until until,
                                      std::optional<Duration> at_most) {
  auto follower = co_await follow(std::move(user), std::move(id));
  if (!follower) co_return std::unexpected(std::move(follower).error());
  const Time deadline = at_most ? now() + *at_most : kNever;
  engine::Snapshot state;
  while (true) {
    constexpr Duration kPatience = 1h;
    const Duration left = at_most ? std::max(Duration{0}, deadline - now()) : Duration{kPatience};
    if (engine::Snapshot next = co_await follower->next(left)) state = std::move(next);
    const bool reached =
        is_final(state->phase) || (until == Until::ready && state->phase == Phase::ready);
    if (reached || now() >= deadline) co_return state;
  }
}

// ---- creating
// -------------------------------------------------------------------------------------

Async<std::optional<std::string>> Service::find_repeated(std::string record,
                                                         std::string body_sha256) {
  auto found = co_await get_document(parts_.store, kIdempotency, std::move(record));
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!*found) co_return std::nullopt;
  CO_TRY(const Stored<Idempotency> stored, from_document<Idempotency>(**found));
  if (stored.value.body_sha256 != body_sha256) {
    co_return fail_field("Idempotency-Key",
                         "was used before with another body; use a new one for a new request");
  }
  co_return stored.value.reservation;
}

Async<std::optional<Created>> Service::find_created(std::string user, std::string idempotency_key,
                                                    std::string route, std::string body) {
  if (idempotency_key.empty()) co_return std::nullopt;
  auto repeated = co_await find_repeated(record_id(user, route, idempotency_key), sha256_hex(body));
  if (!repeated) co_return std::unexpected(std::move(repeated).error());
  if (!*repeated) co_return std::nullopt;
  auto known = co_await get(user, **repeated);
  if (!known) co_return std::unexpected(std::move(known).error());
  co_return Created{*std::move(known), true};
}

Async<Reservation> Service::compose(std::string user, Request request) {
  auto found = co_await reach_of(user, request);
  if (!found) co_return std::unexpected(std::move(found).error());
  std::erase_if(found->keys, [&](const KeyChoice& choice) {
    return request.clouds && std::ranges::find(*request.clouds, cloud_of_driver(choice.cloud)) ==
                                 request.clouds->end();
  });
  if (found->keys.empty()) co_return std::unexpected(no_keys(request));
  auto standing = co_await standing_of(user);
  if (!standing) co_return std::unexpected(std::move(standing).error());
  CO_TRY(const std::optional<Duration> lease, lease_of(request.lease, standing->allowance.lease));
  const bool lease_is_ours = lease && !request.lease;
  request.lease = lease;
  const Time created_at = id_moment(now());
  Reservation reservation{.id = new_id("r", created_at, parts_.random),
                          .user = user,
                          .request = request,
                          .keys = found->keys,
                          .default_regions = found->reach.default_regions};
  reservation.created_at = reservation.next_at = created_at;
  if (request.lease) reservation.expires_at = reservation.created_at + *request.lease;
  if (lease_is_ours) {
    lifecycles::note(reservation, now(), "lease",
                     fmt::format("No lease was asked for; the default of {} ends it at {}",
                                 to_string(*lease), to_string(*reservation.expires_at)));
  }
  const auto catalog = parts_.catalog();
  if (auto placed = place_first(reservation, *catalog, found->reach); !placed)
    co_return std::unexpected(std::move(placed).error());
  co_return reservation;
}

Async<Created> Service::create(std::string user, Request request, std::string idempotency_key,
                               std::string route, std::string body,
                               std::optional<Automation> launch) {
  auto earlier = co_await find_created(user, idempotency_key, route, body);
  if (!earlier) co_return std::unexpected(std::move(earlier).error());
  if (*earlier) co_return **std::move(earlier);
  const std::string record = idempotency_key.empty() ? "" : record_id(user, route, idempotency_key);
  const std::string body_sha256 = sha256_hex(body);

  auto composed = co_await compose(user, std::move(request));
  if (!composed) co_return std::unexpected(std::move(composed).error());
  Reservation reservation = *std::move(composed);
  reservation.idempotency = record;

  store::Batch with;
  if (!record.empty()) {
    const Idempotency remembered{
        .user = user, .body_sha256 = body_sha256, .reservation = reservation.id};
    with.push_back({.collection = kIdempotency,
                    .id = record,
                    .expected_version = 0,
                    .document = store::Document{.id = record, .body = json::to_text(remembered)}});
  }
  if (launch) with.push_back(launch_write(*std::move(launch), reservation));
  auto created = co_await start(std::move(reservation), std::move(with));
  if (created) co_return Created{*std::move(created), false};
  if (record.empty()) co_return std::unexpected(std::move(created).error());
  // Somebody with the same Idempotency-Key may have been quicker: then theirs is the answer. Who
  // finds the room taken may be looking at that very reservation, while it is still being written.
  if (created.error().code == ErrorCode::over_limit) {
    if (auto settled = co_await pending_writes(); !settled)
      co_return std::unexpected(std::move(settled).error());
  }
  auto repeated = co_await find_repeated(record, body_sha256);
  if (!repeated) co_return std::unexpected(std::move(repeated).error());
  if (!*repeated) co_return std::unexpected(std::move(created).error());
  auto known = co_await get(user, **repeated);
  if (!known) co_return std::unexpected(std::move(known).error());
  co_return Created{*std::move(known), true};
}

// Room is checked and held in the same task that creates: nobody can take it in between.
Async<engine::Snapshot> Service::start(Reservation reservation, store::Batch with) {
  auto begin = [&](Done<Result<engine::Snapshot>> done) {
    parts_.engine_loop.post([this, reservation = std::move(reservation), with = std::move(with),
                             done = std::move(done)]() mutable {
      auto opened = parts_.accounts.open(reservation);
      if (!opened) return done(std::unexpected(std::move(opened).error()));
      freeze_estimate(reservation, reservation.candidates.front());
      const std::string id = reservation.id;
      parts_.engine.create(
          std::move(reservation), std::move(with),
          [this, id, done = std::move(done)](Result<engine::Snapshot> created) mutable {
            if (!created) parts_.accounts.close(id);
            done(std::move(created));
          });
    });
  };
  co_return co_await http::await_done<Result<engine::Snapshot>>(std::ref(begin));
}

// Until what the engine has posted so far is written: commits of one thread are applied in order.
Async<void> Service::pending_writes() {
  auto begin = [&](Done<Result<void>> done) {
    parts_.engine_loop.post([this, done = std::move(done)]() mutable {
      parts_.store.commit({}, parts_.engine_loop, std::move(done));
    });
  };
  co_return co_await http::await_done<Result<void>>(std::ref(begin));
}

// ---- reading
// --------------------------------------------------------------------------------------

Async<engine::Snapshot> Service::get(std::string user, std::string id) {
  auto found = co_await get_document(parts_.store, kReservations, id);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!*found) co_return std::unexpected(no_reservation(id));
  auto reservation = engine::from_document(**found);
  if (!reservation) co_return std::unexpected(std::move(reservation).error());
  if (reservation->user != user) co_return std::unexpected(no_reservation(id));
  co_return std::make_shared<const Reservation>(*std::move(reservation));
}

Async<Listing<engine::Snapshot>> Service::list(std::string user, bool all, PageRequest page) {
  auto documents = co_await read_page(parts_.store,
                                      {.collection = kReservations,
                                       .index = all ? "user" : "user_live",
                                       .value = user,
                                       .newest_first = true},
                                      std::move(page));
  if (!documents) co_return std::unexpected(std::move(documents).error());
  Listing<engine::Snapshot> listing{.next_cursor = documents->next_cursor};
  for (const store::Document& document : documents->items) {
    auto reservation = engine::from_document(document);
    if (!reservation) co_return std::unexpected(std::move(reservation).error());
    listing.items.push_back(std::make_shared<const Reservation>(*std::move(reservation)));
  }
  co_return listing;
}

// ---- changing
// -------------------------------------------------------------------------------------

Async<Time> Service::changed_end(std::string user, std::string id, LeaseChange change) {
  auto known = co_await get(user, id);
  if (!known) co_return std::unexpected(std::move(known).error());
  if ((*known)->goal == Goal::absent) {
    co_return fail(ErrorCode::conflict,
                   fmt::format("The reservation {} is {}", id,
                               is_final((*known)->phase) ? "over" : "being torn down"),
                   "Make a new one.");
  }
  auto standing = co_await standing_of(user);
  if (!standing) co_return std::unexpected(std::move(standing).error());
  co_return new_end(**known, change, standing->allowance.lease, now());
}

Async<engine::Snapshot> Service::change_lease(std::string user, std::string id,
                                              LeaseChange change) {
  auto end = co_await changed_end(std::move(user), id, change);
  if (!end) co_return std::unexpected(std::move(end).error());
  co_return co_await set_lease(std::move(id), *end);
}

// A later end holds more of the owner's limits, so there must be room for it first.
Async<engine::Snapshot> Service::set_lease(std::string id, Time end) {
  auto begin = [&](Done<Result<engine::Snapshot>> done) {
    parts_.engine_loop.post([this, id, end, done = std::move(done)]() mutable {
      if (auto room = parts_.accounts.extend(id, end); !room)
        return done(std::unexpected(std::move(room).error()));
      parts_.engine.send(
          id, lifecycles::LeaseSet{end},
          [this, id, done = std::move(done)](Result<engine::Snapshot> changed) mutable {
            parts_.accounts.extended(id);
            done(std::move(changed));
          });
    });
  };
  auto changed = co_await http::await_done<Result<engine::Snapshot>>(std::ref(begin));
  if (changed && (*changed)->goal == Goal::absent) {
    co_return fail(ErrorCode::conflict,
                   fmt::format("The reservation {} was torn down meanwhile", id),
                   "Make a new one.");
  }
  co_return changed;
}

Async<engine::Snapshot> Service::release(std::string user, std::string id) {
  return release_because(std::move(user), std::move(id), "its owner asked for it");
}

Async<engine::Snapshot> Service::release_because(std::string user, std::string id,
                                                 std::string why) {
  auto known = co_await get(user, id);
  if (!known || is_final((*known)->phase)) co_return known;
  auto start = [&](Done<Result<engine::Snapshot>> done) {
    parts_.engine_loop.post([this, id, why, done = std::move(done)]() mutable {
      parts_.engine.send(id, lifecycles::ReleaseRequested{std::move(why)}, std::move(done));
    });
  };
  co_return co_await http::await_done<Result<engine::Snapshot>>(std::ref(start));
}

boost::asio::awaitable<engine::Statistics> Service::statistics() {
  auto start = [&](Done<engine::Statistics> done) {
    parts_.engine_loop.post(
        [this, done = std::move(done)]() mutable { done(parts_.engine.statistics()); });
  };
  co_return co_await http::await_done<engine::Statistics>(std::ref(start));
}

}  // namespace mayfly::service
