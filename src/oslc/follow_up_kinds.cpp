#include "oslc/follow_up_kinds.h"

#include <algorithm>
#include <array>

#include "core/assert.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

using service::AutomationKind;

bool runs(const Reservation& reservation) {
  return reservation.goal == Goal::present && reservation.ready_at.has_value();
}

bool has_lease(const Reservation& reservation) {
  return runs(reservation) && reservation.expires_at.has_value();
}

// The teardown comes first: whoever takes the first action of a result ends what costs money.
constexpr std::array kFollowUps = {
    FollowUp{AutomationKind::teardown, "future-stop", "teardown", "Tear down",
             "Ends everything that was deployed, and is complete when the cloud shows it gone.",
             automation::kTeardownAction, core::kTeardownAction, core::kStopAction, &runs},
    FollowUp{AutomationKind::extension, "future-extend", "extend", "Extend",
             "Moves the end of the lease, and is complete at once. Limits may refuse it.",
             ours::kExtendAction, ours::kExtendAction, ours::kExtendAction, &has_lease},
    FollowUp{AutomationKind::restart, "future-restart", "restart", "Restart",
             "Ends what was deployed and launches the same request again, once, on fresh machines "
             "with new addresses and a new lease. It has passed when those are ready.",
             ours::kRestartAction, ours::kRestartAction, ours::kRestartAction, &runs},
};

}  // namespace

std::span<const FollowUp> follow_ups() {
  return kFollowUps;
}

const FollowUp* follow_up_at(std::string_view segment) {
  const auto* found = std::ranges::find(kFollowUps, segment, &FollowUp::segment);
  return found == kFollowUps.end() ? nullptr : found;
}

bool is_follow_up(AutomationKind kind) {
  return std::ranges::find(kFollowUps, kind, &FollowUp::kind) != kFollowUps.end();
}

const FollowUp& follow_up_of(AutomationKind kind) {
  ASSERT(is_follow_up(kind));
  return *std::ranges::find(kFollowUps, kind, &FollowUp::kind);
}

}  // namespace mayfly::oslc
