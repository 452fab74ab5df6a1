#include "rest/provision.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/log.h"
#include "rest/problem.h"

namespace mayfly::rest {
namespace {

constexpr std::size_t kIdempotencyKeyMax = 255;

constexpr ProblemKind kFailed{502, "reservation_failed", "Provisioning failed"};
constexpr ProblemKind kReleased{409, "conflict", "Released before it was ready"};

std::size_t characters_in(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

// The route an Idempotency-Key belongs to: POST /users/ann/reservations.
std::string route_of(const http::Request& request) {
  std::string route = request.method + " ";
  for (const std::string& segment : request.path) route += "/" + http::percent_encode(segment);
  return route;
}

http::Response ended_response(const ProblemKind& kind, const Reservation& reservation,
                              const std::string& view) {
  Error error{.message = reservation.end_reason, .extensions = {{"reservation", view}}};
  if (error.message.empty()) error.message = fmt::format("{} is over", reservation.id);
  error.remedy = fmt::format(
      "Nothing of it is left running. What was tried: GET /users/{}/reservations/{}/events",
      reservation.user, reservation.id);
  return problem_response(kind, error);
}

// `waited`: the client wanted to hear how it ends, not only that it began.
http::Response response_for(const Call& call, const Reservation& reservation, bool repeated,
                            bool waited) {
  const std::string view = json::to_text(service::view_of(reservation, call.service().now()));
  // Whoever repeats a request hears what the first one heard: that it had become ready.
  const bool was_ready = reservation.phase == Phase::ready || (repeated && reservation.ready_at);
  if (waited && !was_ready && reservation.phase == Phase::failed) {
    return ended_response(kFailed, reservation, view);
  }
  if (waited && !was_ready && reservation.phase == Phase::released) {
    return ended_response(kReleased, reservation, view);
  }
  return {.status = waited && was_ready ? 201 : 202,
          .headers = {{"Content-Type", "application/json"}},
          .body = view};
}

boost::asio::awaitable<Answer> answer_created(Call& call, service::Created created) {
  engine::Snapshot state = created.reservation;
  const auto patience = call.preferences.patience();
  const bool waits = patience != Duration::zero();
  if (waits) {
    auto waited = co_await call.service().wait(call.user, state->id, service::Service::Until::ready,
                                               patience);
    if (waited) {
      state = *std::move(waited);
    } else {
      // It exists, so the client must hear of it, whatever keeps us from watching it.
      log::warning("cannot follow a reservation",
                   {{"id", state->id}, {"why", waited.error().message}});
    }
  }
  http::Response response = response_for(call, *state, created.repeated, waits);
  response.headers.push_back({"Location", location(call, "reservations", state->id)});
  if (created.repeated) response.headers.push_back({"Idempotency-Replayed", "true"});
  if (std::string applied = call.preferences.applied(); !applied.empty()) {
    response.headers.push_back({"Preference-Applied", std::move(applied)});
  }
  co_return response;
}

}  // namespace

Result<std::string> read_idempotency_key(const http::Headers& headers) {
  std::optional<std::string> key;
  bool good = true;
  for (const http::Header& header : headers) {
    if (!http::equals_ignoring_case(header.name, "Idempotency-Key")) continue;
    good = good && !key && !header.value.empty() && http::is_utf8(header.value) &&
           characters_in(header.value) <= kIdempotencyKeyMax;
    key = header.value;
  }
  if (good) return key.value_or("");
  Error wrong{.code = ErrorCode::malformed,
              .message = "The header Idempotency-Key is wrong",
              .remedy = "Give one Idempotency-Key, such as a UUID."};
  wrong.fields.push_back(
      {"Idempotency-Key", fmt::format("must have 1-{} characters", kIdempotencyKeyMax)});
  return std::unexpected(std::move(wrong));
}

boost::asio::awaitable<Answer> provision(Call& call, Request request) {
  CO_TRY(std::string key, read_idempotency_key(call.http.headers));
  auto created = co_await call.service().create(call.user, std::move(request), std::move(key),
                                                route_of(call.http), call.http.body);
  if (!created) co_return std::unexpected(std::move(created).error());
  auto answering = answer_created(call, *std::move(created));
  co_return co_await std::move(answering);
}

boost::asio::awaitable<Answer> provision_again(Call& call, Error why) {
  CO_TRY(std::string key, read_idempotency_key(call.http.headers));
  auto created = co_await call.service().find_created(call.user, std::move(key),
                                                      route_of(call.http), call.http.body);
  if (!created) co_return std::unexpected(std::move(created).error());
  if (!*created) co_return std::unexpected(std::move(why));
  auto answering = answer_created(call, **std::move(created));
  co_return co_await std::move(answering);
}

std::vector<HeaderRule> provision_headers() {
  return {
      {"Prefer",
       "`respond-async`: answer 202 at once; `wait=N`: answer 202 when it is not ready in N "
       "seconds. Otherwise the answer comes when it is ready."},
      {"Idempotency-Key",
       "1-255 characters. The same key with the same body on the same path never makes a second "
       "reservation; kept for 24 hours after the end of the first."}};
}

std::vector<ReplyRule> provision_replies() {
  const MakeSchema view = &schema_of<service::ReservationView>;
  return {{.status = 201, .doc = "It is ready.", .schema = view},
          {.status = 202, .doc = "It is under way; Location says where to look.", .schema = view}};
}

std::vector<int> provision_problems() {
  return {400, 409, 502};
}

}  // namespace mayfly::rest
