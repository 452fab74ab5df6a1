// The REST calls, one attempt each unless said otherwise. Knows paths, headers and what a failed
// call means for the user; knows nothing of screens.
//
// Repeating: a call that broke in the middle may have had its effect. Only calls that may safely be
// made twice are repeated, up to kTriesMax times: reads, teardown, an absolute lease, and POSTs
// that carry an Idempotency-Key. A server that was never reached is not asked again: it is not
// there; nor is one that took all the time there was.
#pragma once

#include <string>
#include <vector>

#include "cli/settings.h"
#include "cli/surroundings.h"
#include "core/result.h"
#include "http/message.h"
#include "json/value.h"

namespace mayfly::cli {

struct Reply {
  int status = 0;
  json::value body;  // null when the answer had none
};

class Client {
 public:
  static constexpr int kTriesMax = 5;

  Client(Settings settings, Surroundings& surroundings)
      : settings_(std::move(settings)), surroundings_(surroundings) {}

  const Settings& settings() const { return settings_; }

  // Paths below /users/{user}/, already encoded. A query's values are encoded here.
  Result<Reply> get(std::string_view path, const std::vector<http::Parameter>& query = {});
  Result<Reply> post(std::string_view path, const json::value& body,
                     const std::vector<http::Parameter>& query = {});
  Result<Reply> patch(std::string_view path, const json::value& body, bool repeatable);
  Result<Reply> erase(std::string_view path);
  // GET and PATCH /users/{user} itself: path "".

  // All pages of a list, as {"<member>": [...]}.
  Result<json::value> list(std::string_view path, const std::string& member,
                           std::vector<http::Parameter> query = {});

  // POST that starts a reservation: does not wait for it, and is repeated with the same key.
  Result<Reply> reserve(std::string_view path, const json::value& body,
                        const std::string& idempotency_key);
  // DELETE of a reservation: does not wait until it is gone.
  Result<Reply> release(std::string_view id);
  // Waits for the report.
  Result<Reply> sweep(bool dry_run);

  // Waits for the findings. Changes nothing, so it is repeated.
  Result<Reply> examine(std::string_view key, const json::value& body);

  // Server-sent events after `last_event_id`, until on_bytes returns false or the server ends them.
  Result<void> events(std::string_view id, const std::string& last_event_id,
                      const Transport::OnBytes& on_bytes);

 private:
  http::Call call(std::string method, std::string_view path,
                  const std::vector<http::Parameter>& query = {}) const;
  static void set_body(http::Call& call, const json::value& body);
  Result<Reply> send_once(const http::Call& call);
  Result<Reply> send_repeatedly(const http::Call& call);
  Result<Reply> read(const http::CallResult& result, const http::Call& call, Time begun) const;
  bool ran_out(const http::Call& call, Time begun) const;
  Error failure(const http::CallFailure& failure, const http::Call& call, Time begun) const;

  Settings settings_;
  Surroundings& surroundings_;
};

// One segment of a path, encoded. Dots too: what is named `..` must not become the folder above.
std::string path_segment(std::string_view text);

// How long to wait before another try, by the number of failures so far: 0.5 s, doubling, at most
// 8 s.
Duration back_off(int failures);

}  // namespace mayfly::cli
