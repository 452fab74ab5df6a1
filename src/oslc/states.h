// How far a launch is, in the words of Automation 2.1. Pure functions, any thread.
#pragma once

#include <string_view>

#include "model/reservation.h"

namespace mayfly::oslc {

struct Progress {
  std::string_view state;    // IRIs of the vocabulary
  std::string_view verdict;  // unavailable until there is one
  bool operator==(const Progress&) const = default;
};

// Of the launch, not of what it made: once that was ready, the launch is complete and has passed,
// whatever becomes of it. One that was called off before is canceled.
Progress launch_progress(const Reservation& reservation);
bool is_finished(const Progress& progress);
// Whether it was called off while it was under way, and by its owner, not by a failure.
bool is_canceled(const Reservation& reservation);
// 0-100: how many of its machines run.
int launch_percent(const Reservation& reservation);

}  // namespace mayfly::oslc
