// What the doors answer about webhooks and their deliveries. A secret is shown when it is made, and
// never again.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "notify/documents.h"

namespace mayfly::service {

struct WebhookView {
  std::string id;
  std::string url;
  std::vector<std::string> events;  // empty: all
  notify::WebhookStatus status = notify::WebhookStatus::active;
  std::optional<std::string> reason;
  std::optional<Time> failing_since;
  Time created_at;
  std::optional<Time> old_secret_until;
  std::optional<std::string> secret;
};
BOOST_DESCRIBE_STRUCT(WebhookView, (),
                      (id, url, events, status, reason, failing_since, created_at, old_secret_until,
                       secret))

struct DeliveryView {
  std::string id;
  std::string event_id;
  std::string type;
  std::optional<std::string> reservation;
  notify::DeliveryStatus status = notify::DeliveryStatus::pending;
  int attempts = 0;
  std::optional<int> last_status;
  std::optional<std::string> last_error;
  Time created_at;
  std::optional<Time> next_try_at;
  std::optional<Time> finished_at;
};
BOOST_DESCRIBE_STRUCT(DeliveryView, (),
                      (id, event_id, type, reservation, status, attempts, last_status, last_error,
                       created_at, next_try_at, finished_at))

struct ReplayView {
  std::int64_t deliveries = 0;
  std::optional<Time> next_since;  // there is more: go on from here
};
BOOST_DESCRIBE_STRUCT(ReplayView, (), (deliveries, next_since))

WebhookView view_of(const notify::Webhook& webhook, Time now);
DeliveryView view_of(const notify::Delivery& delivery);

}  // namespace mayfly::service
