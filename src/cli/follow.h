// Stays with a reservation until it is where it should be: reads its events, shows them, and comes
// back after every loss of the connection. What the reservation is at the end is asked, not
// concluded from events.
#pragma once

#include <functional>
#include <string>

#include "cli/answers.h"
#include "cli/client.h"
#include "cli/progress.h"

namespace mayfly::cli {

struct Following {
  std::string id;
  // Where it may end, by phase.
  std::function<bool(std::string_view phase)> arrived;
  // Events before this moment are history and not shown.
  Time shown_from = Time::min();
  // When to give up, with ErrorCode::timed_out.
  Time give_up_at = kNever;
};

// A reservation as it is shown, and as it was answered.
struct Followed {
  ReservationView view;
  json::value document;
};

Result<Followed> read_reservation(json::value document);

// The reservation once it has arrived. Fails with ErrorCode::unavailable when the server stays
// away, with timed_out, or with what the server refuses.
Result<Followed> follow(Session& session, Client& client, const Following& following,
                        Progress& progress);

}  // namespace mayfly::cli
