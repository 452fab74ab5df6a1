#include "notify/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "json/codec.h"
#include "json/parse.h"

namespace mayfly::notify {
namespace {

// What a receiver is sent: an event with the reservation it is about.
struct Payload {
  std::string id;
  std::string type;
  Time created_at;
  std::string user;
  std::string message;
  std::optional<int> attempt;
  std::optional<std::string> cloud_code;
  std::optional<ReservationBrief> reservation;
};
BOOST_DESCRIBE_STRUCT(Payload, (),
                      (id, type, created_at, user, message, attempt, cloud_code, reservation))

// Empty: this entry is for the journal only.
std::string_view type_of(const JournalEntry& entry) {
  if (entry.type == "attempt") return "reservation.attempt";
  if (entry.type == "instance") return "reservation.instance";
  if (entry.type == "lease") return "reservation.lease_changed";
  if (entry.type == "lease_warning") return "reservation.lease_warning";
  if (entry.type == "waiting") return "reservation.waiting";
  if (entry.type != "phase") return {};
  switch (entry.phase) {
    case Phase::pending:
      return {};
    case Phase::provisioning:
      return "reservation.provisioning";
    case Phase::ready:
      return "reservation.ready";
    case Phase::releasing:
      return "reservation.releasing";
    case Phase::released:
      return "reservation.released";
    case Phase::failed:
      return "reservation.failed";
  }
  return {};
}

bool is_given_up(const Attempt& attempt) {
  return attempt.stage == Stage::ending || attempt.stage == Stage::ended;
}

bool runs(const Machine& machine) {
  return !machine.gone_at && machine.slot >= 0 && machine.instance.state == InstanceState::running;
}

const Machine* find_machine(const Reservation& reservation, const Attempt& attempt,
                            const std::string& id) {
  for (const Attempt& other : reservation.attempts) {
    if (other.number != attempt.number) continue;
    for (const Machine& machine : other.machines) {
      if (machine.instance.id == id) return &machine;
    }
  }
  return nullptr;
}

// Did a machine stop running that was wanted and not asked to end?
bool lost_a_machine(const Reservation* before, const Reservation& next) {
  if (!before || before->goal == Goal::absent || before->phase != Phase::ready) return false;
  for (const Attempt& attempt : before->attempts) {
    if (is_given_up(attempt)) continue;
    for (const Machine& machine : attempt.machines) {
      if (!runs(machine) || machine.terminate_asked_at) continue;
      const Machine* now = find_machine(next, attempt, machine.instance.id);
      if (now && !runs(*now)) return true;
    }
  }
  return false;
}

bool lease_ended(const Reservation* before, const Reservation& next) {
  const bool wanted = !before || before->goal == Goal::present;
  return wanted && next.goal == Goal::absent && next.expires_at && next.release_requested_at &&
         *next.release_requested_at >= *next.expires_at;
}

std::vector<std::string> addresses_of(const Reservation& reservation) {
  std::multimap<int, std::string> by_slot;
  for (const Attempt& attempt : reservation.attempts) {
    if (is_given_up(attempt)) continue;
    for (const Machine& machine : attempt.machines) {
      const Instance& instance = machine.instance;
      const std::string& address =
          instance.public_ip.empty() ? instance.private_ip : instance.public_ip;
      if (machine.slot >= 0 && !machine.gone_at && !address.empty())
        by_slot.emplace(machine.slot, address);
    }
  }
  std::vector<std::string> addresses;
  for (auto& [slot, address] : by_slot) addresses.push_back(std::move(address));
  return addresses;
}

ReservationBrief brief_of(const Reservation& reservation, Time at) {
  return {.id = reservation.id,
          .name = reservation.request.name,
          .phase = reservation.phase,
          .addresses = addresses_of(reservation),
          .expires_at = reservation.expires_at,
          .end_reason =
              reservation.end_reason.empty() ? std::nullopt : std::optional(reservation.end_reason),
          .cost_usd = cost_of(reservation, at).user_usd};
}

// In byte order as in the journal's.
std::string event_id(const Reservation& reservation, const JournalEntry& entry) {
  return fmt::format("e-{}-{:06}", reservation.id, entry.seq);
}

Event event_of(const Reservation& reservation, const JournalEntry& entry, std::string_view type) {
  return {.id = event_id(reservation, entry),
          .type = std::string(type),
          .created_at = entry.at,
          .seq = entry.seq,
          .attempt = entry.attempt,
          .message = entry.message,
          .cloud_code = entry.cloud_code};
}

}  // namespace

bool is_event_type(std::string_view type) {
  return std::ranges::find(kEventKinds, type, &EventKind::type) != std::end(kEventKinds);
}

bool wants(const std::vector<std::string>& types, std::string_view type) {
  return types.empty() || type == kTestType || std::ranges::find(types, type) != types.end();
}

std::vector<std::string> mailed_by_default() {
  std::vector<std::string> types;
  for (const EventKind& kind : kEventKinds) {
    if (kind.mailed) types.emplace_back(kind.type);
  }
  return types;
}

const Event* Record::find(std::string_view event) const {
  const auto found = std::ranges::find(events, event, &Event::id);
  return found == events.end() ? nullptr : &*found;
}

std::optional<Record> record_of(const Reservation* before, const Reservation& next) {
  const std::int64_t seen = before ? before->journal_seq : 0;
  if (next.journal_seq == seen) return std::nullopt;
  // Told once, with the first entry that is about it.
  bool lost = lost_a_machine(before, next);
  bool expired = lease_ended(before, next);
  Record record{.user = next.user};
  for (const JournalEntry& entry : next.journal) {
    if (entry.seq <= seen) continue;
    const std::string_view type = type_of(entry);
    if (type.empty()) continue;
    record.events.push_back(event_of(next, entry, type));
    const auto derive = [&](std::string_view derived, std::string_view suffix) {
      Event event = event_of(next, entry, derived);
      event.id += suffix;
      record.events.push_back(std::move(event));
    };
    if (type == "reservation.instance" && std::exchange(lost, false))
      derive("reservation.lost", "-lost");
    if (type == "reservation.releasing" && std::exchange(expired, false))
      derive("reservation.expired", "-expired");
  }
  if (record.events.empty()) return std::nullopt;
  const Event& first = record.events.front();
  record.id = time_prefix(first.created_at) + "." + first.id;
  record.reservation = brief_of(next, first.created_at);
  return record;
}

Record record_of(std::string user, std::string_view type, std::string id, Time now,
                 std::string message) {
  Event event{.id = std::move(id),
              .type = std::string(type),
              .created_at = now,
              .message = std::move(message)};
  Record record{.id = time_prefix(now) + "." + event.id, .user = std::move(user)};
  record.events.push_back(std::move(event));
  return record;
}

store::Document to_document(const Record& record, bool untold) {
  store::Document document{
      .id = record.id, .body = json::to_text(record), .indexes = {{"user", record.user}}};
  if (untold) document.indexes["untold"] = "1";
  return document;
}

Result<Record> record_from(const store::Document& document) {
  TRY(const json::value tree, json::parse(document.body));
  return json::decode<Record>(tree, json::Unknown::ignore);
}

std::string time_prefix(Time time) {
  return fmt::format("{:016x}", static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

std::string payload_of(const Record& record, const Event& event) {
  Payload payload{.id = event.id,
                  .type = event.type,
                  .created_at = event.created_at,
                  .user = record.user,
                  .message = event.message,
                  .reservation = record.reservation};
  if (event.attempt > 0) payload.attempt = event.attempt;
  if (!event.cloud_code.empty()) payload.cloud_code = event.cloud_code;
  return json::to_text(payload);
}

}  // namespace mayfly::notify
