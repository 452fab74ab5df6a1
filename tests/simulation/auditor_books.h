// What the auditor keeps of launches, machines and attempts. Times are on the process's clock.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clouds/sim/machine.h"
#include "core/time.h"

namespace mayfly::simulation::books {

// One launch call.
struct Launch {
  enum class Fate { open, done, refused, unclear };
  std::string token;
  bool idempotent = false;
  std::int64_t call = 0;   // which of all calls it is
  Time decided_at;         // as recorded with the intent
  Fate fate = Fate::open;  // `open` for ever when the process died before the answer
  std::vector<std::string> names;
  std::vector<std::string> ids;  // of a launch that was done
  int look_ups = 0;              // made after it, and answered
  Time last_look_up;
};

struct Attempt;

struct Machine {
  const Attempt* of = nullptr;
  const sim::Machine* truth = nullptr;
  const Clock* world = nullptr;
  std::string reservation;
  int attempt = 0;

  bool seen = false;             // in a listing, at least once
  std::int64_t listing = 0;      // the last that showed it
  std::optional<Time> accepted;  // the cloud took the wish to end it
  std::optional<Time> recorded;  // the same, or when it was seen alive after it, as on the disk
  std::optional<Time> recorded_first_gone;
  bool told_ended = false;    // by the last answer that named it
  Time last_alive;            // as of the last listing that showed it alive
  Time shown_since = kNever;  // every answer that covers it shows it alive since then
  // Evidence that it is gone, since last_alive: two listings that show it ended or miss it past the
  // window of an accepted terminate, or two that miss it long enough apart without one.
  std::optional<Time> first_gone;
  std::optional<Time> first_vanished;
  std::optional<Time> proven_at;  // when there was enough of it
  std::optional<Time> undone_at;  // when it showed alive after that
  bool counted_gone = false;      // by the record

  bool alive() const { return truth->alive_at(world->now()); }
  bool is_proven_gone() const { return proven_at > undone_at; }
};

struct Attempt {
  Time asked_at;  // as recorded: when the last launch call was decided on
  bool has_run = false;
  bool ended = false;
  bool priced = false;
  std::vector<std::shared_ptr<Launch>> launches;
  std::vector<Machine*> machines;
};

struct Reservation {
  std::map<int, Attempt> attempts;
};

}  // namespace mayfly::simulation::books
