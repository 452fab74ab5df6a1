// What a door for automation tools has been told and no reservation or template says: the title and
// the further parameters of a launch, a request that somebody prepared but did not start, and who
// asked when for a teardown. Everything else about these is read from the reservation.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "store/store.h"

namespace mayfly::service {

inline constexpr Duration kPreparedKept = 24h;
inline constexpr std::size_t kPreparedMax = 100;  // of one user, at a time

enum class AutomationKind {
  launch,    // goes with the reservation that it made, and has its id
  prepared,  // never runs; whoever wants it run sends a copy
  teardown,
};
BOOST_DESCRIBE_ENUM(AutomationKind, launch, prepared, teardown)

struct GivenParameter {
  std::string name;
  std::string value;
  std::string datatype;  // an IRI; empty: the value is one

  bool operator==(const GivenParameter&) const = default;
};
BOOST_DESCRIBE_STRUCT(GivenParameter, (), (name, value, datatype))

struct Automation {
  int schema_version = 1;
  std::string id;
  std::string user;
  AutomationKind kind = AutomationKind::launch;
  std::string plan;         // as the door names it
  std::string reservation;  // launched, or to be torn down; empty: none
  std::string title;
  std::string description;
  std::vector<GivenParameter> parameters;  // of a launch: those that its request does not hold
  Time created_at;
  std::optional<Time> kept_until;  // of what is prepared
  // Of a launch that is over: what came out, as it was first told. It never changes after that,
  // though an address may.
  std::optional<std::vector<GivenParameter>> outputs;

  bool operator==(const Automation&) const = default;
};
BOOST_DESCRIBE_STRUCT(Automation, (),
                      (schema_version, id, user, kind, plan, reservation, title, description,
                       parameters, created_at, kept_until, outputs))

inline constexpr char kAutomations[] = "automations";
store::Document to_document(const Automation& automation);
Result<Automation> automation_of(const store::Document& document);

}  // namespace mayfly::service
