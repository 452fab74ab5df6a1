#include "cli/client.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/problem.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::cli {
namespace {

// Testing a key and launching involve calls to a cloud, so the server may take its time.
constexpr Duration kAnswerMax = 60s;
// A sweep lists one region after the other, and each may take until its own deadline.
constexpr Duration kSweepMax = 15min;
// Some twenty calls of a cloud, one after the other; the server gives up after a minute or so.
constexpr Duration kDoctorMax = 3min;
// A stream lives as long as it lives; it is only bounded so that every call is.
constexpr Duration kStreamMax = 24h;
constexpr std::size_t kListPagesMax = 1000;

bool is_success(int status) {
  return status >= 200 && status < 300;
}

// The server is restarting, or what stands before it cannot find it just now. A problem document
// with 502 or 504 is the server's own word about a cloud, and stands.
bool is_passing(const http::Answer& answer) {
  if (answer.status == 503) return true;
  const bool gateway = answer.status == 502 || answer.status == 504;
  return gateway && !answer.header("Content-Type").value_or("").starts_with("application/problem");
}

}  // namespace

Duration back_off(int failures) {
  return std::min<Duration>(500ms * (1 << std::clamp(failures - 1, 0, 10)), 8s);
}

std::string path_segment(std::string_view text) {
  if (text == ".") return "%2E";
  if (text == "..") return "%2E%2E";
  return http::percent_encode(text);
}

http::Call Client::call(std::string method, std::string_view path,
                        const std::vector<http::Parameter>& query) const {
  http::Call call{.method = std::move(method), .deadline = kAnswerMax, .ca_file = settings_.ca};
  call.url = fmt::format("{}/users/{}", settings_.url, path_segment(settings_.user));
  if (!path.empty()) call.url += fmt::format("/{}", path);
  char separator = '?';
  for (const http::Parameter& parameter : query) {
    call.url += fmt::format("{}{}={}", separator, http::percent_encode(parameter.name),
                            http::percent_encode(parameter.value));
    separator = '&';
  }
  call.headers.push_back({"Accept", "application/json, application/problem+json"});
  if (!settings_.token.empty()) {
    call.headers.push_back({"Authorization", fmt::format("Bearer {}", settings_.token.reveal())});
  }
  return call;
}

void Client::set_body(http::Call& call, const json::value& body) {
  call.body = json::print(body);
  call.headers.push_back({"Content-Type", "application/json"});
}

Result<Reply> Client::get(std::string_view path, const std::vector<http::Parameter>& query) {
  return send_repeatedly(call("GET", path, query));
}

Result<Reply> Client::post(std::string_view path, const json::value& body,
                           const std::vector<http::Parameter>& query) {
  http::Call post = call("POST", path, query);
  set_body(post, body);
  return send_once(post);
}

Result<Reply> Client::patch(std::string_view path, const json::value& body, bool repeatable) {
  http::Call patch = call("PATCH", path);
  set_body(patch, body);
  return repeatable ? send_repeatedly(patch) : send_once(patch);
}

Result<Reply> Client::erase(std::string_view path) {
  return send_once(call("DELETE", path));
}

Result<json::value> Client::list(std::string_view path, const std::string& member,
                                 std::vector<http::Parameter> query) {
  json::array all;
  const std::size_t own = query.size();
  for (std::size_t page = 0; page < kListPagesMax; ++page) {
    TRY(Reply reply, get(path, query));
    json::object* document = reply.body.if_object();
    json::value* items = document ? document->if_contains(member) : nullptr;
    if (!items || !items->is_array()) {
      return fail(ErrorCode::internal,
                  fmt::format("The server's answer is not understood: it has no '{}'", member));
    }
    for (json::value& item : items->get_array()) all.push_back(std::move(item));
    const json::value* cursor = document->if_contains("next_cursor");
    if (!cursor || !cursor->is_string()) {
      json::object whole;
      whole[member] = std::move(all);
      return whole;
    }
    query.resize(own);
    query.push_back({"cursor", std::string(cursor->get_string())});
  }
  return fail(ErrorCode::internal, "The server's list has no end");
}

Result<Reply> Client::reserve(std::string_view path, const json::value& body,
                              const std::string& idempotency_key) {
  http::Call post = call("POST", path);
  post.headers.push_back({"Prefer", "respond-async"});
  post.headers.push_back({"Idempotency-Key", idempotency_key});
  set_body(post, body);
  return send_repeatedly(post);
}

Result<Reply> Client::release(std::string_view id) {
  http::Call erase = call("DELETE", fmt::format("reservations/{}", path_segment(id)));
  erase.headers.push_back({"Prefer", "respond-async"});
  return send_repeatedly(erase);
}

Result<Reply> Client::sweep(bool dry_run) {
  http::Call post = call("POST", "sweep");
  post.deadline = kSweepMax;
  set_body(post, json::object{{"dry_run", dry_run}});
  return send_once(post);
}

Result<Reply> Client::examine(std::string_view key, const json::value& body) {
  http::Call post = call("POST", fmt::format("keys/{}/doctor", path_segment(key)));
  post.deadline = kDoctorMax;
  set_body(post, body);
  return send_repeatedly(post);
}

Result<void> Client::events(std::string_view id, const std::string& last_event_id,
                            const Transport::OnBytes& on_bytes) {
  http::Call get = call("GET", fmt::format("reservations/{}/events", path_segment(id)));
  get.headers.front().value = "text/event-stream, application/problem+json";
  get.deadline = kStreamMax;
  if (!last_event_id.empty()) get.headers.push_back({"Last-Event-ID", last_event_id});
  const Time begun = surroundings_.clock.now();
  const http::CallResult result = surroundings_.transport.stream(get, on_bytes);
  if (!result) return std::unexpected(failure(result.error(), get, begun));
  if (!is_success(result->status)) return std::unexpected(error_of(*result, settings_.url));
  return {};
}

Result<Reply> Client::send_once(const http::Call& call) {
  const Time begun = surroundings_.clock.now();
  return read(surroundings_.transport.send(call), call, begun);
}

Result<Reply> Client::send_repeatedly(const http::Call& call) {
  bool reached = false;
  for (int tries = 1;; ++tries) {
    const Time begun = surroundings_.clock.now();
    const http::CallResult result = surroundings_.transport.send(call);
    reached = reached || result || result.error().reached == http::Reached::maybe;
    const bool broke = !result && !ran_out(call, begun);
    const bool worth_another = reached && (broke || (result && is_passing(*result)));
    if (!worth_another || tries == kTriesMax) return read(result, call, begun);
    surroundings_.sleep(back_off(tries));
  }
}

Result<Reply> Client::read(const http::CallResult& result, const http::Call& call,
                           Time begun) const {
  if (!result) return std::unexpected(failure(result.error(), call, begun));
  if (!is_success(result->status)) return std::unexpected(error_of(*result, settings_.url));
  Reply reply{.status = result->status};
  if (result->body.empty()) return reply;
  auto parsed = json::parse(result->body);
  if (!parsed) {
    return fail(ErrorCode::internal,
                fmt::format("{} answered with something that is not JSON", settings_.url),
                "Is this the address of a Mayfly server? See mayfly login --help.");
  }
  reply.body = *std::move(parsed);
  return reply;
}

bool Client::ran_out(const http::Call& call, Time begun) const {
  return surroundings_.clock.now() - begun >= call.deadline;
}

Error Client::failure(const http::CallFailure& failure, const http::Call& call, Time begun) const {
  Error error{.code = ran_out(call, begun) ? ErrorCode::timed_out : ErrorCode::unavailable};
  error.message = fmt::format("No answer from {}: {}", settings_.url, failure.message);
  error.remedy = "Is the server running, and is this its address? See mayfly login --help.";
  return error;
}

}  // namespace mayfly::cli
