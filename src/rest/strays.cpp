#include "rest/operation.h"

namespace mayfly::rest {

struct StrayList {
  std::vector<service::StrayView> strays;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(StrayList, (), (strays, next_cursor))

// What POST /users/:UserId/sweep takes.
struct Sweep {
  bool dry_run = true;
};
BOOST_DESCRIBE_STRUCT(Sweep, (), (dry_run))

inline constexpr json::FieldRule kSweepRules[] = {
    {.name = "dry_run",
     .doc = "true: only say what would be done. false: end what is past the guards."},
};
constexpr std::span<const json::FieldRule> rules(const Sweep*) {
  return kSweepRules;
}

namespace {

boost::asio::awaitable<Answer> sweep(Call& call) {
  CO_TRY(const Sweep wanted, read<Sweep>(call));
  auto report = co_await call.service().sweep(call.user, wanted.dry_run);
  if (!report) co_return std::unexpected(std::move(report).error());
  co_return json_response(200, *report);
}

boost::asio::awaitable<Answer> list_strays(Call& call) {
  auto listing = co_await call.service().list_strays(call.user, call.query.page());
  if (!listing) co_return std::unexpected(std::move(listing).error());
  const StrayList list{.strays = std::move(listing->items),
                       .next_cursor = std::move(listing->next_cursor)};
  co_return json_response(200, list);
}

}  // namespace

std::vector<Operation> stray_operations() {
  return {
      {.method = "POST",
       .path = "/users/:UserId/sweep",
       .name = "sweep",
       .doc = "Lists everything with this installation's tag, everywhere that the keys reach, and "
              "compares it with what is known, both ways.",
       .handle = &sweep,
       .body = Body::optional,
       .takes = &schema_of<Sweep>,
       .replies = {{.doc = "What there is, by key and region.",
                    .schema = &schema_of<engine::SweepReport>}},
       .problems = {409}},
      {.method = "GET",
       .path = "/users/:UserId/strays",
       .name = "listStrays",
       .doc = "Machines with this installation's tag that no reservation answered for, and what "
              "became of them.",
       .handle = &list_strays,
       .query = {kLimitRule, kCursorRule},
       .replies = {{.doc = "One page of strays.", .schema = &schema_of<StrayList>}}},
  };
}

}  // namespace mayfly::rest
