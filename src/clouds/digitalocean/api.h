// One call of DigitalOcean's API: the token goes in, JSON or a judged failure comes out. Repeats
// nothing.
//
// Coroutines run on the executor given; client, clock and the executor's context outlive every
// call. No message of a failure ever holds the token, not even when the other side sends it back.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "clouds/digitalocean/allowances.h"
#include "core/secret.h"
#include "core/time.h"
#include "http/await.h"
#include "http/client.h"
#include "json/value.h"
#include "model/cloud_failure.h"

namespace mayfly::clouds::digitalocean {

// What calls are for, in the words that classify_digitalocean knows.
namespace operation {
inline constexpr std::string_view kReadAccount = "read account";
inline constexpr std::string_view kListRegions = "list regions";
inline constexpr std::string_view kListSizes = "list sizes";
inline constexpr std::string_view kReadImage = "read image";
inline constexpr std::string_view kListDroplets = "list droplets";
inline constexpr std::string_view kCreateDroplets = "create droplets";
inline constexpr std::string_view kDeleteDroplet = "delete droplet";
inline constexpr std::string_view kListActions = "list actions";
}  // namespace operation

inline constexpr Duration kReadDeadline = 30s;
// A create of ten machines is slow at busy hours, and giving up on it early costs a look-up.
inline constexpr Duration kCreateDeadline = 60s;
inline constexpr Duration kDeleteDeadline = 60s;
inline constexpr Duration kRetryAfterMax = 1h;
inline constexpr std::size_t kAnswerMax = 16u << 20;  // a full page of 200 droplets is about 1 MiB

struct ApiCall {
  std::string_view operation;
  std::string method = "GET";
  std::string path;  // from /v2 on, with the query
  std::string body;
  Duration deadline = kReadDeadline;
};

class Api {
 public:
  Api(boost::asio::any_io_executor executor, http::Client& client, const Clock& clock,
      std::string endpoint);

  // null when the call succeeded without a body (204).
  boost::asio::awaitable<CloudResult<json::value>> call(Secret token, ApiCall call);

  Allowances& allowances() { return allowances_; }

 private:
  CloudResult<json::value> judge(const ApiCall& call, const http::Answer& answer) const;
  CloudFailure refused(const ApiCall& call, const http::Answer& answer) const;
  std::optional<Duration> retry_after(const http::Answer& answer) const;
  void note_allowance(std::string_view token, const http::Answer& answer);

  http::AsioLoop loop_;
  http::Client& client_;
  const Clock& clock_;
  std::string endpoint_;
  Allowances allowances_;
};

}  // namespace mayfly::clouds::digitalocean
