// A webhook or a mailbox as the notifier has it in memory. Private to this room.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "notify/notifier.h"

namespace mayfly::notify {

inline constexpr char kRemoved[] = "the webhook was removed";
inline constexpr char kDisabled[] = "the webhook is disabled";

struct Notifier::Target {
  std::string user;
  std::optional<Webhook> webhook;
  std::optional<Mailbox> mailbox;
  std::int64_t version = 0;
  // Its state is written by us; while one write is under way the next one waits.
  bool storing = false;
  bool store_again = false;
  std::deque<Time> mailed;  // within the last minute

  bool is_disabled() const { return webhook && webhook->status == WebhookStatus::disabled; }
  bool is_wanted(std::string_view type) const {
    if (mailbox) return type != kTestType && wants(mailbox->events, type);
    return !is_disabled() && wants(webhook->events, type);
  }
};

// A turn on its way: the records of its deliveries are fetched, then it is sent.
struct Notifier::Job {
  Turn turn;
  std::vector<std::optional<Record>> records;
};

}  // namespace mayfly::notify
