#include "rest/operation.h"

namespace mayfly::rest {
namespace {

constexpr std::string_view kGroups[] = {"day", "month", "reservation", "cloud", "region", "name"};
constexpr std::string_view kCsv = "text/csv";

bool wants_csv(const http::Request& request) {
  const std::string_view accepted = request.header("Accept").value_or("");
  // A client that takes both gets what it names first; one that takes anything gets JSON.
  const std::size_t csv = accepted.find(kCsv);
  return csv != std::string_view::npos && csv < accepted.find("application/json");
}

Result<service::CostsQuery> read_costs_query(const Query& query, Time now) {
  const Month month = month_of(now);
  service::CostsQuery costs{.from = query.moment("from").value_or(start_of(month)),
                            .to = query.moment("to").value_or(start_of(next(month))),
                            .limit = query.number("limit"),
                            .cursor = query.text("cursor")};
  if (const std::string& group = query.text("group"); !group.empty())
    boost::describe::enum_from_string(group.c_str(), costs.group.emplace());
  if (costs.from < costs.to) return costs;
  auto error = fail_field("to", "must be later than from");
  error.error().code = ErrorCode::malformed;
  return error;
}

boost::asio::awaitable<Answer> get_costs(Call& call) {
  CO_TRY(service::CostsQuery query, read_costs_query(call.query, call.service().now()));
  auto costs = co_await call.service().costs(call.user, std::move(query));
  if (!costs) co_return std::unexpected(std::move(costs).error());
  if (!wants_csv(call.http)) co_return json_response(200, *costs);
  http::Response response{.headers = {{"Content-Type", "text/csv; charset=utf-8"}},
                          .body = service::to_csv(*costs)};
  if (costs->next_cursor) response.headers.push_back({"Next-Cursor", *costs->next_cursor});
  co_return response;
}

}  // namespace

std::vector<Operation> cost_operations() {
  const QueryRule from{.name = "from",
                       .doc =
                           "The first moment that counts: 2026-11, 2026-11-22 or a moment as "
                           "2026-11-22T13:00:00Z. Unless given, the beginning of this month.",
                       .kind = QueryKind::moment};
  const QueryRule to{.name = "to",
                     .doc =
                         "The first moment that counts no more. Unless given, the end of this "
                         "month: all there is so far.",
                     .kind = QueryKind::moment};
  const QueryRule group{.name = "group",
                        .doc =
                            "Rows for each day, month, reservation, cloud, region or name; "
                            "without, only the total.",
                        .choices = kGroups};
  QueryRule cursor = kCursorRule;
  cursor.kind = QueryKind::pattern;
  return {
      {.method = "GET",
       .path = "/users/:UserId/costs",
       .name = "getCosts",
       .doc =
           "What the reservations cost in a window of time. Exact: the rows add up to the total, "
           "and windows that follow one another to the whole.",
       .handle = &get_costs,
       .query = {from, to, group, kLimitRule, cursor},
       .headers = {{"Accept",
                    "`text/csv`: the rows as comma-separated values; the header Next-Cursor says "
                    "that there are more."}},
       .replies = {{.doc = "The costs.",
                    .schema = &schema_of<service::CostsView>,
                    .text_media = kCsv}}},
  };
}

}  // namespace mayfly::rest
