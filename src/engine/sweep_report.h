// What a sweep found, as its user is told: for each key and region what the cloud has against what
// we know, both ways. Machines of others are not in here; a region that could not be listed is.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/stray.h"

namespace mayfly::engine {

enum class StrayVerdict {
  waiting,      // too young, or seen only once: `not_before` says when it can be judged
  unclear,      // whether a reservation answers for it could not be found out
  to_be_ended,  // a dry run: it would be ended now
  ending,       // it is being ended
};
BOOST_DESCRIBE_ENUM(StrayVerdict, waiting, unclear, to_be_ended, ending)

struct StrayFinding {
  std::string machine;
  std::string name;
  std::string region;
  std::string instance_type;
  std::optional<std::string> reservation;  // that it names
  StrayReason reason = StrayReason::no_reservation;
  StrayVerdict verdict = StrayVerdict::waiting;
  Time launched_at;
  Time first_seen;
  std::optional<Time> not_before;
};
BOOST_DESCRIBE_STRUCT(StrayFinding, (),
                      (machine, name, region, instance_type, reservation, reason, verdict,
                       launched_at, first_seen, not_before))

// A machine of a living reservation that is missing from its listing.
struct VanishedFinding {
  std::string reservation;
  std::string machine;
  std::string name;
  std::optional<Time> missing_since;  // when that was first noticed
};
BOOST_DESCRIBE_STRUCT(VanishedFinding, (), (reservation, machine, name, missing_since))

struct SweptRegion {
  std::string key;
  std::string cloud;
  std::optional<std::string> region;  // absent: all regions, in one listing
  int listed = 0;                     // machines with our tag
  int known = 0;                      // that a reservation answers for
  std::vector<StrayFinding> strays;
  std::vector<VanishedFinding> vanished;
  std::optional<std::string> error;  // why it could not be listed
};
BOOST_DESCRIBE_STRUCT(SweptRegion, (), (key, cloud, region, listed, known, strays, vanished, error))

struct SweepReport {
  bool dry_run = true;
  Time started_at;
  Time finished_at;
  std::vector<SweptRegion> regions;
};
BOOST_DESCRIBE_STRUCT(SweepReport, (), (dry_run, started_at, finished_at, regions))

}  // namespace mayfly::engine
