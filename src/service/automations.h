// What a door for automation tools has been told and no reservation or template says: the title and
// the further parameters of a launch, a request that somebody prepared but did not start, and who
// asked when for a teardown, an extension or a restart. Everything else about these is read from
// the reservation.
//
// An extension and a restart are written before they are done, as everything here that costs money
// (follow_ups.cpp): `open` until they are.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "model/reservation.h"
#include "model/search_texts.h"
#include "store/store.h"

namespace mayfly::service {

inline constexpr Duration kPreparedKept = 24h;
inline constexpr std::size_t kPreparedMax = 100;  // of one user, at a time
// What was asked for and interrupted is taken up that long after it was asked for. Later nobody
// expects it any more: it has failed, and launches and extends nothing.
inline constexpr Duration kTakenUpFor = 15min;

enum class AutomationKind {
  launch,    // goes with the reservation that it made, and has its id
  prepared,  // never runs; whoever wants it run sends a copy
  teardown,
  extension,  // a later end of the lease
  restart,    // the teardown, and the same request launched again
};
BOOST_DESCRIBE_ENUM(AutomationKind, launch, prepared, teardown, extension, restart)

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
  std::string reservation;  // launched, or followed up; empty: none
  std::string title;
  std::string description;
  std::vector<GivenParameter> parameters;  // of a launch: those that its request does not hold
  // What else was said about the request, as properties and values: kept and told, without effect.
  std::vector<GivenParameter> properties;
  Time created_at;
  std::optional<Time> kept_until;  // of what is prepared
  // Of a launch that is over: what came out, as it was first told. It never changes after that,
  // though an address may.
  std::optional<std::vector<GivenParameter>> outputs;
  std::string once;            // under what it can be asked for only once; empty: nothing
  bool open = false;           // asked for and not yet done, nor refused
  std::optional<Time> until;   // of an extension: the end that was asked for
  std::optional<Time> before;  // and the end that the lease had then
  std::string replacement;     // of a restart: the reservation that it launched
  std::string refusal;         // why it was not done; empty: it was, or will be

  bool operator==(const Automation&) const = default;
};
BOOST_DESCRIBE_STRUCT(Automation, (),
                      (schema_version, id, user, kind, plan, reservation, title, description,
                       parameters, properties, created_at, kept_until, outputs, once, open, until,
                       before, replacement, refusal))

// Of what follows a launch: t-, e- and s-. All others are those of launches and prepared requests.
bool is_id_of_follow_up(std::string_view id);

// What search finds it by, all but what came out: its reservation is found by that.
SearchTexts search_texts_of(const Automation& automation);

inline constexpr char kAutomations[] = "automations";
store::Document to_document(const Automation& automation);
// In the index user_asked: what this user asked for of that kind.
std::string asked_by(const std::string& user, AutomationKind kind);
// In the index user_plan: what this user launched from that plan.
std::string launched_from(const std::string& user, const std::string& plan);
Result<Automation> automation_of(const store::Document& document);
// What is said of a launch, to be written together with the reservation that it makes.
store::Write launch_write(Automation launch, const Reservation& reservation);

}  // namespace mayfly::service
