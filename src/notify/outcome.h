// How one try to tell somebody went, and when the next one is due.
#pragma once

#include <optional>
#include <string>

#include "core/random.h"
#include "http/client.h"
#include "mail/mail.h"

namespace mayfly::notify {

struct Outcome {
  enum class How {
    delivered,
    again,  // may work later
    never,  // will not work, however often it is tried
    gone,   // nor will any other delivery to this target
  };
  How how = How::again;
  std::optional<int> status = {};  // of HTTP
  std::string error = {};
  std::optional<Duration> retry_after = {};  // the receiver's wish
};

Outcome outcome_of(const http::CallResult& result);
Outcome outcome_of(const mail::MailResult& result);

// Doubles from `least` to `most`, a quarter more or less by chance: receivers that come back do not
// meet everybody at once.
Duration back_off(int failures, Duration least, Duration most, Random& random);

}  // namespace mayfly::notify
