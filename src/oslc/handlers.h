// What can be done at each kind of address. The door walks the rows: Allow is made from them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/engine.h"
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
// A teardown that was asked for, at the plan that the address names.
struct FoundTeardown {
  service::Automation asked;
  engine::Snapshot reservation;
};
Later<FoundTeardown> find_teardown(Visit& visit, std::string id);

Later<Answered> get_plan(Visit& visit);
Later<Answered> get_future_stop(Visit& visit);
Later<Answered> get_teardown_creation(Visit& visit);
Later<Answered> get_teardown_template(Visit& visit);
Later<Answered> get_teardown_request(Visit& visit);
Later<Answered> get_teardown_result(Visit& visit);
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

Later<Answered> post_request(Visit& visit);
Later<Answered> post_prepared(Visit& visit);
Later<Answered> post_teardown(Visit& visit);
Later<Answered> put_launch(Visit& visit);
Later<Answered> put_teardown(Visit& visit);
Later<Answered> delete_prepared(Visit& visit);
Later<Answered> delete_teardown(Visit& visit);

Later<Answered> get_root_services(Visit& visit);
Later<Answered> get_catalog(Visit& visit);
Later<Answered> get_provider(Visit& visit);
Later<Answered> get_details(Visit& visit);
Later<Answered> get_shape(Visit& visit);
Later<Answered> get_request_shape(Visit& visit);

}  // namespace mayfly::oslc
