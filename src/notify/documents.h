// What is stored about telling: who wants to be told, and how each delivery went. The store sees
// their JSON and the indexes named here. No secret is in clear: `sealed` is the vault's.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "store/store.h"

namespace mayfly::notify {

enum class WebhookStatus {
  active,
  failing,   // several calls in a row failed; it is tried further
  disabled,  // is told nothing: by its owner, or because its receiver said that it is gone
};
BOOST_DESCRIBE_ENUM(WebhookStatus, active, failing, disabled)

struct Webhook {
  int schema_version = 1;
  std::string id;
  std::string user;
  std::string url;
  std::vector<std::string> events;  // types; empty: all
  WebhookStatus status = WebhookStatus::active;
  std::string reason;  // why it is failing or disabled
  std::optional<Time> failing_since;
  Time created_at;
  std::string sealed;                // the secret; context: the id
  std::string sealed_before;         // the one before, used beside it
  std::optional<Time> before_until;  // until then

  bool operator==(const Webhook&) const = default;
};
BOOST_DESCRIBE_STRUCT(Webhook, (),
                      (schema_version, id, user, url, events, status, reason, failing_since,
                       created_at, sealed, sealed_before, before_until))

// Where a user's e-mail goes.
struct Mailbox {
  int schema_version = 1;
  std::string user;
  std::string address;
  std::vector<std::string> events;
};
BOOST_DESCRIBE_STRUCT(Mailbox, (), (schema_version, user, address, events))

enum class DeliveryStatus { pending, delivered, failed };
BOOST_DESCRIBE_ENUM(DeliveryStatus, pending, delivered, failed)

// One event for one webhook or mailbox: there is one such document however often it is sent.
struct Delivery {
  int schema_version = 1;
  std::string id;      // time, event, target: in byte order they are in the order of time
  std::string target;  // a webhook's id, or mail_target()
  std::string user;
  std::string record;  // the outbox document
  std::string event;
  std::string type;
  std::string reservation;  // empty: about none
  DeliveryStatus status = DeliveryStatus::pending;
  int attempts = 0;
  int failures = 0;  // since it was opened, or opened again; sets the back-off
  Time created_at;
  Time give_up_at;
  std::optional<Time> next_try_at;
  std::optional<Time> finished_at;
  std::optional<int> last_status;  // what the receiver answered last
  std::string last_error;

  bool operator==(const Delivery&) const = default;
};
BOOST_DESCRIBE_STRUCT(Delivery, (),
                      (schema_version, id, target, user, record, event, type, reservation, status,
                       attempts, failures, created_at, give_up_at, next_try_at, finished_at,
                       last_status, last_error))

// The target of a user's e-mail. No webhook has such an id.
std::string mail_target(const std::string& user);

store::Document to_document(const Webhook& webhook);
store::Document to_document(const Mailbox& mailbox);
store::Document to_document(const Delivery& delivery);

// Webhook, Mailbox or Delivery.
template <class T>
Result<T> read(const store::Document& document);

inline constexpr char kWebhooks[] = "webhooks";
inline constexpr char kMailboxes[] = "mailboxes";
inline constexpr char kOutbox[] = "outbox";
inline constexpr char kDeliveries[] = "deliveries";

}  // namespace mayfly::notify
