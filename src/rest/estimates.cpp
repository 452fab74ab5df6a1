#include "rest/operation.h"

namespace mayfly::rest {
namespace {

boost::asio::awaitable<Answer> estimate(Call& call) {
  CO_TRY(Request request, read<Request>(call));
  const std::size_t limit = call.query.number("limit");
  auto view = co_await call.service().estimate(call.user, std::move(request), limit);
  if (!view) co_return std::unexpected(std::move(view).error());
  co_return json_response(200, *view);
}

}  // namespace

std::vector<Operation> estimate_operations() {
  constexpr QueryRule kOffers{.name = "limit",
                              .doc = "At most so many offers.",
                              .otherwise = "20",
                              .min = 1,
                              .max = kLimitMax};
  return {
      {.method = "POST",
       .path = "/users/:UserId/estimates",
       .name = "estimate",
       .doc =
           "What a request would cost: every offer that satisfies it, cheapest first, and why the "
           "others do not. Starts nothing. When nothing satisfies, 422 with `relax`.",
       .handle = &estimate,
       .body = Body::required,
       .takes = &schema_of<Request>,
       .query = {kOffers},
       .replies = {{.doc = "The offers.", .schema = &schema_of<service::EstimateView>}}},
  };
}

}  // namespace mayfly::rest
