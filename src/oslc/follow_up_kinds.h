// What can be done with something that was launched, while it runs: the one table of it. A row is a
// future action of every plan, an action of each result for which it is offered, a plan and a
// request template of that one target, and requests and results of its own.
//
// Pure functions, any thread.
#pragma once

#include <span>
#include <string_view>

#include "model/reservation.h"
#include "service/automations.h"

namespace mayfly::oslc {

struct FollowUp {
  service::AutomationKind kind;
  std::string_view segment;      // of its addresses, below the plan's
  std::string_view fragment;     // of the action, in the result's document
  std::string_view deed;         // "Tear down"
  std::string_view description;  // of the plan of one target
  // Besides oslc:Action: in the published text's words, in the draft's, and the draft's further
  // type of the action of a result.
  std::string_view type;
  std::string_view draft_type;
  std::string_view draft_result_type;
  bool (*offered)(const Reservation& reservation);
};

std::span<const FollowUp> follow_ups();
// By the segment of an address; nullptr: there is none.
const FollowUp* follow_up_at(std::string_view segment);
// Precondition: kind is one of them.
const FollowUp& follow_up_of(service::AutomationKind kind);
bool is_follow_up(service::AutomationKind kind);

}  // namespace mayfly::oslc
