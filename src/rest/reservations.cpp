#include "rest/operation.h"
#include "rest/provision.h"
#include "rest/sse.h"

namespace mayfly::rest {

struct ReservationList {
  std::vector<service::ReservationView> reservations;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(ReservationList, (), (reservations, next_cursor))

// What PATCH /users/:UserId/reservations/:ReservationId takes: exactly one of them.
struct Lease {
  std::optional<Duration> lease;
  std::optional<Duration> extend;
  std::optional<Duration> shorten;
};
BOOST_DESCRIBE_STRUCT(Lease, (), (lease, extend, shorten))

inline constexpr json::FieldRule kLeaseRules[] = {
    {.name = "lease", .doc = "The time from its creation to its end.", .min = 1},
    {.name = "extend", .doc = "So much longer than it has now.", .min = 1},
    {.name = "shorten", .doc = "So much shorter than it has now.", .min = 1},
};
constexpr std::span<const json::FieldRule> rules(const Lease*) {
  return kLeaseRules;
}

void validate(const Lease& given, json::Issues& issues) {
  const int count = given.lease.has_value() + given.extend.has_value() + given.shorten.has_value();
  if (count == 0) issues.add("lease", "or extend or shorten is required");
  if (count > 1) {
    const std::string field = given.lease ? "lease" : "extend";
    issues.add(field, "cannot be given together with another change of the lease");
  }
}

void refine_schema(const Lease*, json::object& schema) {
  schema["minProperties"] = 1;
  schema["maxProperties"] = 1;
}

namespace {

constexpr std::string_view kStates[] = {"current", "all"};
// How long a stream may not notice that its client is gone or the server stops.
constexpr Duration kGlance = 3s;

http::Response reservation_response(const Call& call, int status, const Reservation& reservation) {
  return json_response(status, service::view_of(reservation, call.service().now()));
}

boost::asio::awaitable<Answer> create_reservation(Call& call) {
  CO_TRY(Request request, read<Request>(call));
  co_return co_await provision(call, std::move(request));
}

boost::asio::awaitable<Answer> list_reservations(Call& call) {
  const bool all = call.query.text("state") == "all";
  auto listing = co_await call.service().list(call.user, all, call.query.page());
  if (!listing) co_return std::unexpected(std::move(listing).error());
  ReservationList list{.reservations = {}, .next_cursor = std::move(listing->next_cursor)};
  const Time now = call.service().now();
  for (const engine::Snapshot& state : listing->items) {
    list.reservations.push_back(service::view_of(*state, now));
  }
  co_return json_response(200, list);
}

boost::asio::awaitable<Answer> get_reservation(Call& call) {
  auto state = co_await call.service().get(call.user, call.id("ReservationId"));
  if (!state) co_return std::unexpected(std::move(state).error());
  co_return reservation_response(call, 200, **state);
}

boost::asio::awaitable<Answer> change_reservation(Call& call) {
  CO_TRY(const Lease given, read<Lease>(call));
  service::LeaseChange change{
      .lease = given.lease, .extend = given.extend, .shorten = given.shorten};
  auto state =
      co_await call.service().change_lease(call.user, call.id("ReservationId"), std::move(change));
  if (!state) co_return std::unexpected(std::move(state).error());
  co_return reservation_response(call, 200, **state);
}

boost::asio::awaitable<Answer> release_reservation(Call& call) {
  const std::string id = call.id("ReservationId");
  auto released = co_await call.service().release(call.user, id);
  if (!released) co_return std::unexpected(std::move(released).error());
  engine::Snapshot state = *std::move(released);
  const auto patience = call.preferences.patience();
  if (patience != Duration::zero()) {
    auto waited =
        co_await call.service().wait(call.user, id, service::Service::Until::over, patience);
    // It is being torn down, whatever keeps us from watching it.
    if (waited) state = *std::move(waited);
  }
  http::Response response = reservation_response(call, is_final(state->phase) ? 200 : 202, *state);
  if (std::string applied = call.preferences.applied(); !applied.empty()) {
    response.headers.push_back({"Preference-Applied", std::move(applied)});
  }
  co_return response;
}

// Until the reservation is over, or nobody listens any more.
boost::asio::awaitable<void> tell_events(service::Follower follower, std::int64_t seen,
                                         http::BodyWriter& writer) {
  Duration silence{};
  while (true) {
    const engine::Snapshot state = co_await follower.next(kGlance);
    std::string text = state ? frames_after(*state, seen) : "";
    silence = text.empty() ? silence + kGlance : Duration::zero();
    if (silence >= kKeepAliveInterval) {
      text = kKeepAlive;
      silence = {};
    }
    if (!co_await writer.write(text)) co_return;
    if (state && is_final(state->phase)) co_return;
  }
}

boost::asio::awaitable<Answer> follow_reservation(Call& call) {
  CO_TRY(const std::int64_t seen, read_last_event_id(call.http.headers));
  auto follower = co_await call.service().follow(call.user, call.id("ReservationId"));
  if (!follower) co_return std::unexpected(std::move(follower).error());
  http::Response response{
      .headers = {{"Content-Type", "text/event-stream"}, {"X-Accel-Buffering", "no"}}};
  response.stream = [following = *std::move(follower), seen](http::BodyWriter& writer) {
    return tell_events(following, seen, writer);
  };
  co_return response;
}

json::object events_schema(json::Schemas& schemas) {
  const json::object entry = schemas.of<JournalEntry>();
  return {{"type", "string"},
          {"description",
           "Server-sent events; `id` is the entry's seq, `event` its type, and `data` "
           "the entry itself."},
          {"contentMediaType", "application/json"},
          {"contentSchema", entry}};
}

}  // namespace

std::vector<Operation> reservation_operations() {
  const MakeSchema view = &schema_of<service::ReservationView>;
  constexpr std::string_view kOne = "/users/:UserId/reservations/:ReservationId";
  const QueryRule state{.name = "state",
                        .doc = "`current`: what is not over yet; `all`: everything.",
                        .otherwise = "current",
                        .choices = kStates};
  return {
      {.method = "POST",
       .path = "/users/:UserId/reservations",
       .name = "createReservation",
       .doc = "Provisions what is asked for on the cheapest offer that satisfies it.",
       .handle = &create_reservation,
       .body = Body::required,
       .takes = &schema_of<Request>,
       .headers = provision_headers(),
       .replies = provision_replies(),
       .problems = provision_problems()},
      {.method = "GET",
       .path = "/users/:UserId/reservations",
       .name = "listReservations",
       .doc = "The reservations, newest first.",
       .handle = &list_reservations,
       .query = {state, kLimitRule, kCursorRule},
       .replies = {{.doc = "One page of reservations.", .schema = &schema_of<ReservationList>}}},
      {.method = "GET",
       .path = kOne,
       .name = "getReservation",
       .doc = "A reservation as it is now.",
       .handle = &get_reservation,
       .replies = {{.doc = "The reservation.", .schema = view}}},
      {.method = "PATCH",
       .path = kOne,
       .name = "changeReservation",
       .doc = "Changes when it ends.",
       .handle = &change_reservation,
       .body = Body::required,
       .takes = &schema_of<Lease>,
       .replies = {{.doc = "The reservation with its new end.", .schema = view}},
       .problems = {409}},
      {.method = "DELETE",
       .path = kOne,
       .name = "releaseReservation",
       .doc = "Tears it down and waits until the cloud shows that nothing of it is left.",
       .handle = &release_reservation,
       .headers = {{"Prefer",
                    "`respond-async`: answer 202 at once; `wait=N`: answer 202 when it is "
                    "not over in N seconds."}},
       .replies = {{.status = 200, .doc = "It is over; nothing of it is left.", .schema = view},
                   {.status = 202, .doc = "It is being torn down.", .schema = view}}},
      {.method = "GET",
       .path = "/users/:UserId/reservations/:ReservationId/events",
       .name = "followReservation",
       .doc = "What happens to it, from the beginning, until it is over.",
       .handle = &follow_reservation,
       .headers = {{"Last-Event-ID", "Begin after the event of this number."}},
       .replies = {{.doc = "The events.", .schema = &events_schema, .media = "text/event-stream"}}},
  };
}

}  // namespace mayfly::rest
