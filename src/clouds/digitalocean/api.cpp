#include "clouds/digitalocean/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "clouds/classify.h"
#include "clouds/digitalocean/answer.h"
#include "json/parse.h"

namespace mayfly::clouds::digitalocean {
namespace {

// Anything else could end the header and begin another.
bool can_be_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

CloudFailure no_token(std::string_view operation) {
  return CloudFailure{.reaction = Reaction::key_refused,
                      .code = "InvalidToken",
                      .message = fmt::format(
                          "'{}' was not sent: the key's token is empty or holds characters that no "
                          "DigitalOcean token has.",
                          operation)};
}

std::optional<std::int64_t> number_in(const http::Answer& answer, std::string_view header) {
  const auto text = answer.header(header);
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number < 0) return std::nullopt;
  return number;
}

// Cloud's words go to terminals and logs: one line.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return text;
}

void remove_token(std::string_view token, std::string& text) {
  for (auto at = text.find(token); at != std::string::npos; at = text.find(token, at)) {
    text.replace(at, token.size(), "***");
  }
}

http::Call to_http(std::string_view endpoint, std::string_view token, const ApiCall& call) {
  http::Call sent{.method = call.method,
                  .url = fmt::format("{}{}", endpoint, call.path),
                  .headers = {{"Authorization", fmt::format("Bearer {}", token)},
                              {"Accept", "application/json"},
                              {"User-Agent", "mayfly"}},
                  .body = call.body,
                  .deadline = call.deadline,
                  .response_max = kAnswerMax};
  if (!call.body.empty()) sent.headers.push_back({"Content-Type", "application/json"});
  return sent;
}

CloudFailure unanswered(const ApiCall& call, const http::CallFailure& failure, Duration waited) {
  if (failure.reached == http::Reached::no) {
    return CloudFailure{
        .reaction = Reaction::again,
        .code = "Unreachable",
        .message = fmt::format("DigitalOcean could not be reached to '{}': {}. Nothing was sent.",
                               call.operation, one_line(failure.message))};
  }
  return CloudFailure{
      .reaction = Reaction::ambiguous,
      .code = waited >= call.deadline ? "Timeout" : "ConnectionLost",
      .message = fmt::format("DigitalOcean did not answer '{}': {}. It may have happened.",
                             call.operation, one_line(failure.message))};
}

}  // namespace

Api::Api(boost::asio::any_io_executor executor, http::Client& client, const Clock& clock,
         std::string endpoint)
    : loop_(std::move(executor)), client_(client), clock_(clock), endpoint_(std::move(endpoint)) {
  while (endpoint_.ends_with('/')) endpoint_.pop_back();
}

boost::asio::awaitable<CloudResult<json::value>> Api::call(Secret token, ApiCall call) {
  if (!can_be_token(token.reveal())) co_return std::unexpected(no_token(call.operation));
  const Time sent_at = clock_.now();
  http::Call sent = to_http(endpoint_, token.reveal(), call);
  auto start = [this, &sent](Done<http::CallResult> done) {
    client_.send(std::move(sent), loop_, std::move(done));
  };
  auto answering = http::await_done<http::CallResult>(std::move(start));
  const http::CallResult answer = co_await std::move(answering);

  if (answer) note_allowance(token.reveal(), *answer);
  CloudResult<json::value> judged =
      answer ? judge(call, *answer)
             : std::unexpected(unanswered(call, answer.error(), clock_.now() - sent_at));
  if (!judged) {
    remove_token(token.reveal(), judged.error().message);
    remove_token(token.reveal(), judged.error().code);
  }
  co_return judged;
}

CloudResult<json::value> Api::judge(const ApiCall& call, const http::Answer& answer) const {
  if (answer.status < 200 || answer.status > 299) return std::unexpected(refused(call, answer));
  if (answer.body.empty()) return json::value(nullptr);
  auto parsed = json::parse(answer.body);
  if (!parsed) return std::unexpected(unreadable(call.operation, "is not JSON"));
  return *std::move(parsed);
}

CloudFailure Api::refused(const ApiCall& call, const http::Answer& answer) const {
  std::string id;
  std::string message;
  std::string request_id;
  // Something between us and DigitalOcean answers with a page; its words would help nobody.
  if (const auto parsed = json::parse(answer.body)) {
    id = one_line(text_of(*parsed, "id").value_or("")).substr(0, 64);
    message = one_line(text_of(*parsed, "message").value_or(""));
    request_id = one_line(text_of(*parsed, "request_id").value_or("")).substr(0, 64);
  }
  CloudFailure failure =
      classify_digitalocean(call.operation, id, answer.status, message, retry_after(answer));
  if (!request_id.empty()) failure.message += fmt::format(" (request {})", request_id);
  return failure;
}

std::optional<Duration> Api::retry_after(const http::Answer& answer) const {
  constexpr std::int64_t kSecondsMax =
      std::chrono::duration_cast<std::chrono::seconds>(kRetryAfterMax).count();
  if (const auto seconds = number_in(answer, "retry-after")) {
    return std::chrono::seconds(std::min(*seconds, kSecondsMax));
  }
  // The hourly limit has no retry-after, only the moment its oldest request is forgotten.
  const auto reset = number_in(answer, "ratelimit-reset");
  if (!reset || number_in(answer, "ratelimit-remaining") != 0) return std::nullopt;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
  return std::chrono::seconds(std::clamp<std::int64_t>(*reset - now, 1, kSecondsMax));
}

void Api::note_allowance(std::string_view token, const http::Answer& answer) {
  const auto limit = number_in(answer, "ratelimit-limit");
  const auto remaining = number_in(answer, "ratelimit-remaining");
  const auto reset = number_in(answer, "ratelimit-reset");
  // More than that is nonsense, and would not fit into what is reckoned with it.
  constexpr std::int64_t kMost = 1'000'000'000;
  constexpr std::int64_t kLatest = 4'102'444'800;  // the year 2100
  if (!limit || !remaining || !reset) return;
  if (*limit > kMost || *remaining > kMost || *reset > kLatest) return;
  allowances_.told(
      token,
      {.limit = *limit, .remaining = *remaining, .resets_at = Time{std::chrono::seconds(*reset)}},
      clock_.now());
}

}  // namespace mayfly::clouds::digitalocean
