// What can be done at each kind of address. The door walks the rows: Allow is made from them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "oslc/follow_ups.h"
#include "oslc/launches.h"
#include "oslc/plans.h"
#include "oslc/visit.h"

namespace mayfly::oslc {

struct HandlerRow {
  Place place;
  std::string_view method;
  Handle handle;
};
// PUT checks If-Match itself, against what is there.
std::span<const HandlerRow> handler_rows();
// HEAD is as GET; nullptr: the address does not know that method.
const HandlerRow* find_row(Place place, std::string_view method);

// ---- what handlers share
// -----------------------------------------------------------------------------

struct Found {
  engine::Snapshot reservation;
  std::optional<service::Automation> said;
};
Launch launch_of(const Found& found, Time now);
// What the ETag of a request stands for.
std::string tag_of_request(const Launch& launch);

Later<Plan> find_plan(Visit& visit, std::string id);
// What came out of a launch that is over is told the same for ever (AUTO: outputParameter), so
// before it is told first it is kept.
Later<Found> with_outputs(Visit& visit, Found found);
Later<Found> find_launch(Visit& visit, std::string id);
// What was asked for to follow a launch. One that was interrupted is taken up again.
struct FoundAsked {
  service::Automation automation;
  engine::Snapshot reservation;
  engine::Snapshot replacement;  // of a restart, once there is one

  Asked asked() const { return {automation, *reservation, replacement.get()}; }
};
Later<FoundAsked> with_reservations(Visit& visit, service::Automation automation);
Later<FoundAsked> find_asked(Visit& visit, std::string id);

Later<Answered> get_plan(Visit& visit);
Later<Answered> get_future_action(Visit& visit);
Later<Answered> get_action_creation(Visit& visit);
Later<Answered> get_action_template(Visit& visit);
Later<Answered> get_action_request(Visit& visit);
Later<Answered> get_action_result(Visit& visit);
Later<Answered> get_request(Visit& visit);
Later<Answered> get_result(Visit& visit);
Later<Answered> get_redeploy_template(Visit& visit);
Later<Answered> get_deployment(Visit& visit);
Later<Answered> get_prepared(Visit& visit);
Later<Answered> get_prepared_factory(Visit& visit);

Later<Answered> query_plans(Visit& visit);
Later<Answered> query_requests(Visit& visit);
Later<Answered> query_results(Visit& visit);
Later<Answered> post_query(Visit& visit);
// A form is a query, all else a request.
Later<Answered> post_to_requests(Visit& visit);

Later<Answered> post_to_plans(Visit& visit);
Later<Answered> put_plan(Visit& visit);
Later<Answered> delete_plan(Visit& visit);
Later<Answered> post_request(Visit& visit);
Later<Answered> post_prepared(Visit& visit);
Later<Answered> post_follow_up(Visit& visit);
Later<Answered> put_launch(Visit& visit);
Later<Answered> put_follow_up(Visit& visit);
Later<Answered> delete_prepared(Visit& visit);
Later<Answered> delete_follow_up(Visit& visit);

Later<Answered> get_root_services(Visit& visit);
Later<Answered> refuse_oauth1(Visit& visit);
Later<Answered> get_catalog(Visit& visit);
Later<Answered> get_provider(Visit& visit);
Later<Answered> get_details(Visit& visit);
Later<Answered> get_shape(Visit& visit);
Later<Answered> get_request_shape(Visit& visit);

}  // namespace mayfly::oslc
