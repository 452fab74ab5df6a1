#include "oslc/handlers.h"

#include <array>

namespace mayfly::oslc {
namespace {

constexpr std::array kHandlers = {
    HandlerRow{Place::root_services, "GET", &get_root_services},
    HandlerRow{Place::catalog, "GET", &get_catalog},
    HandlerRow{Place::shape, "GET", &get_shape},
    HandlerRow{Place::provider, "GET", &get_provider},
    HandlerRow{Place::details, "GET", &get_details},
    HandlerRow{Place::request_shape, "GET", &get_request_shape},
    HandlerRow{Place::plans, "GET", &query_plans},
    HandlerRow{Place::plans, "POST", &post_query},
    HandlerRow{Place::plan, "GET", &get_plan},
    HandlerRow{Place::future_stop, "GET", &get_future_stop},
    HandlerRow{Place::teardown_creation, "GET", &get_teardown_creation},
    HandlerRow{Place::teardown_creation, "POST", &post_teardown},
    HandlerRow{Place::teardown_template, "GET", &get_teardown_template},
    HandlerRow{Place::teardown_request, "GET", &get_teardown_request},
    HandlerRow{Place::teardown_request, "PUT", &put_teardown},
    HandlerRow{Place::teardown_request, "DELETE", &delete_teardown},
    HandlerRow{Place::teardown_result, "GET", &get_teardown_result},
    HandlerRow{Place::requests, "GET", &query_requests},
    HandlerRow{Place::requests, "POST", &post_request},
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
};

}  // namespace

std::span<const HandlerRow> handler_rows() {
  return kHandlers;
}

}  // namespace mayfly::oslc
