#include "notify/outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mayfly::notify {
namespace {

constexpr int kGone = 410;
constexpr std::int64_t kRetryAfterSecondsMax = 3600;

std::optional<Duration> retry_after_of(const http::Answer& answer) {
  const auto header = answer.header("Retry-After");
  if (!header) return std::nullopt;
  std::int64_t seconds = 0;
  const char* end = header->data() + header->size();
  const auto [stop, error] = std::from_chars(header->data(), end, seconds);
  if (error != std::errc{} || stop != end || seconds < 0) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, kRetryAfterSecondsMax));
}

}  // namespace

Outcome outcome_of(const http::CallResult& result) {
  if (!result) return {.error = result.error().message};
  const int status = result->status;
  if (status / 100 == 2) return {.how = Outcome::How::delivered, .status = status};
  if (status == kGone) {
    return {.how = Outcome::How::gone,
            .status = status,
            .error = "the receiver answered 410: it is gone"};
  }
  return {.status = status,
          .error = fmt::format("the receiver answered {}", status),
          .retry_after = retry_after_of(*result)};
}

Outcome outcome_of(const mail::MailResult& result) {
  if (result) return {.how = Outcome::How::delivered};
  return {.how = result.error().permanent ? Outcome::How::never : Outcome::How::again,
          .error = result.error().message};
}

Duration back_off(int failures, Duration least, Duration most, Random& random) {
  Duration wait = least;
  for (int i = 1; i < failures && wait < most; ++i) wait *= 2;
  wait = std::min(wait, most);
  const auto spread = static_cast<std::uint64_t>(std::max<std::int64_t>(1, wait.count() / 2));
  const Duration chance(static_cast<std::int64_t>(random.below(spread)));
  return std::min(wait * 3 / 4 + chance, most);
}

}  // namespace mayfly::notify
