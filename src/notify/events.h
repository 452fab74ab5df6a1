// What happened to a reservation, as receivers are told. The events are worked out from two
// consecutive states and nothing else, so that the same write, repeated, makes the same record
// under the same id.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/reservation.h"
#include "store/store.h"

namespace mayfly::notify {

struct EventKind {
  std::string_view type;
  std::string_view doc;
  bool mailed = false;  // unless the mailbox says otherwise
};

inline constexpr EventKind kEventKinds[] = {
    {"reservation.provisioning", "An offer was chosen; machines are being launched."},
    {"reservation.ready", "Every machine runs and has an address.", true},
    {"reservation.releasing", "It is being torn down."},
    {"reservation.released", "Every machine of it was observed gone."},
    {"reservation.failed", "It could not be had; nothing is left running.", true},
    {"reservation.expired", "Its lease ended; comes with `reservation.releasing`.", true},
    {"reservation.lease_warning", "Its lease ends soon.", true},
    {"reservation.lease_changed", "Its lease was changed."},
    {"reservation.instance", "A machine of it changed its state."},
    {"reservation.lost",
     "A machine of it ended or stopped without being asked to; comes with "
     "`reservation.instance`.",
     true},
    {"reservation.attempt", "An attempt begins, is accepted, is refused (`cloud_code`), is over."},
    {"reservation.waiting", "It cannot go on just now; the message says why."},
    {"stray.ended", "A machine that belongs to nothing known was ended."},
    {"test", "Somebody asked for it. Sent whatever the list of events says."},
};
inline constexpr std::string_view kTestType = "test";

bool is_event_type(std::string_view type);
// An empty list wants everything.
bool wants(const std::vector<std::string>& types, std::string_view type);
std::vector<std::string> mailed_by_default();

// A reservation as far as a receiver needs it to act.
struct ReservationBrief {
  std::string id;
  std::optional<std::string> name;
  Phase phase = Phase::pending;
  std::vector<std::string> addresses;  // by slot; the private one of a machine without a public one
  std::optional<Time> expires_at;
  std::optional<std::string> end_reason;
  Money cost_usd;  // so far
};
BOOST_DESCRIBE_STRUCT(ReservationBrief, (),
                      (id, name, phase, addresses, expires_at, end_reason, cost_usd))

struct Event {
  std::string id;    // for ever the same: a receiver that saw it may drop it
  std::string type;  // of kEventKinds
  Time created_at;
  std::int64_t seq = 0;  // of the journal entry; 0: of none
  int attempt = 0;       // 0: about none
  std::string message;
  std::string cloud_code;
};
BOOST_DESCRIBE_STRUCT(Event, (), (id, type, created_at, seq, attempt, message, cloud_code))

// What is written to the outbox: everything one durable change has to tell.
struct Record {
  int schema_version = 1;
  std::string id;  // sortable by time
  std::string user;
  std::vector<Event> events;
  std::optional<ReservationBrief> reservation;
  std::vector<std::string> told_to;  // targets that have theirs already, while others wait

  const Event* find(std::string_view event) const;
};
BOOST_DESCRIBE_STRUCT(Record, (), (schema_version, id, user, events, reservation, told_to))

// nullopt: there is nothing to tell. `before` is nullptr for a reservation that is being created.
std::optional<Record> record_of(const Reservation* before, const Reservation& next);
// One event that is about no change of a reservation; `id` is unique for ever.
Record record_of(std::string user, std::string_view type, std::string id, Time now,
                 std::string message);

// `untold`: it has still to be made into deliveries.
store::Document to_document(const Record& record, bool untold);
Result<Record> record_from(const store::Document& document);

// Ids begin with this, so that in byte order they are in the order of time.
std::string time_prefix(Time time);

// The body that a receiver gets. The same bytes each time.
std::string payload_of(const Record& record, const Event& event);

}  // namespace mayfly::notify
