#include "oslc/handlers.h"

#include <array>

#include "oslc/dialogs.h"
#include "oslc/previews.h"

namespace mayfly::oslc {
namespace {

constexpr std::array kHandlers = {
    HandlerRow{Place::root_services, "GET", &get_root_services},
    HandlerRow{Place::catalog, "GET", &get_catalog},
    HandlerRow{Place::oauth1, "GET", &refuse_oauth1},
    HandlerRow{Place::oauth1, "POST", &refuse_oauth1},
    HandlerRow{Place::shape, "GET", &get_shape},
    HandlerRow{Place::provider, "GET", &get_provider},
    HandlerRow{Place::details, "GET", &get_details},
    HandlerRow{Place::request_shape, "GET", &get_request_shape},
    HandlerRow{Place::plans, "GET", &query_plans},
    HandlerRow{Place::plans, "POST", &post_to_plans},
    HandlerRow{Place::plan, "GET", &get_plan},
    HandlerRow{Place::plan, "PUT", &put_plan},
    HandlerRow{Place::plan, "DELETE", &delete_plan},
    HandlerRow{Place::future_action, "GET", &get_future_action},
    HandlerRow{Place::action_creation, "GET", &get_action_creation},
    HandlerRow{Place::action_creation, "POST", &post_follow_up},
    HandlerRow{Place::action_template, "GET", &get_action_template},
    HandlerRow{Place::action_request, "GET", &get_action_request},
    HandlerRow{Place::action_request, "PUT", &put_follow_up},
    HandlerRow{Place::action_request, "DELETE", &delete_follow_up},
    HandlerRow{Place::action_result, "GET", &get_action_result},
    HandlerRow{Place::requests, "GET", &query_requests},
    HandlerRow{Place::requests, "POST", &post_to_requests},
    HandlerRow{Place::request, "GET", &get_request},
    HandlerRow{Place::request, "PUT", &put_launch},
    HandlerRow{Place::results, "GET", &query_results},
    HandlerRow{Place::results, "POST", &post_query},
    HandlerRow{Place::result, "GET", &get_result},
    HandlerRow{Place::result, "PUT", &put_launch},
    HandlerRow{Place::redeploy_template, "GET", &get_redeploy_template},
    HandlerRow{Place::prepared_factory, "GET", &get_prepared_factory},
    HandlerRow{Place::prepared_factory, "POST", &post_prepared},
    HandlerRow{Place::prepared, "GET", &get_prepared},
    HandlerRow{Place::prepared, "DELETE", &delete_prepared},
    HandlerRow{Place::deployment, "GET", &get_deployment},
    HandlerRow{Place::dialog, "GET", &get_dialog},
    HandlerRow{Place::dialog, "POST", &post_dialog},
    HandlerRow{Place::prefilled, "GET", &get_prefilled},
    HandlerRow{Place::asset, "GET", &get_asset},
    HandlerRow{Place::icon, "GET", &get_icon},
};

}  // namespace

std::span<const HandlerRow> handler_rows() {
  return kHandlers;
}

const HandlerRow* find_row(Place place, std::string_view method) {
  if (method == "HEAD") method = "GET";
  for (const HandlerRow& row : kHandlers) {
    if (row.place == place && row.method == method) return &row;
  }
  return nullptr;
}

}  // namespace mayfly::oslc
