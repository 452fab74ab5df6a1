// The examples of docs/costs.md, from its text: each gives the figures written below it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "json/codec.h"
#include "json/parse.h"
#include "model/costs.h"
#include "pricing/catalog.h"
#include "service/holds.h"

namespace mayfly::service {
namespace {

constexpr int kDisk = 25;

struct Example {
  std::optional<std::string> cost;
  std::optional<std::string> hold;
  Time launched_at;
  Time teardown_asked_at;
  Time bill_ended_at;
  std::vector<std::string> windows;
  int count = 1;
  Time asked_at;
  Duration lease{};
};
BOOST_DESCRIBE_STRUCT(Example, (),
                      (cost, hold, launched_at, teardown_asked_at, bill_ended_at, windows, count,
                       asked_at, lease))

// "aws us-east-1 t3.micro", at the prices of the snapshot.
Offer offer_named(const std::string& name) {
  std::istringstream words(name);
  std::string cloud, region, type;
  words >> cloud >> region >> type;
  const auto catalog = pricing::Catalog::embedded();
  const pricing::ListedType* row = catalog->find(cloud, region, type);
  EXPECT_NE(row, nullptr) << name;
  return row ? catalog->offer_of(*row, kDisk) : Offer{};
}

std::string cost_lines(const Example& example) {
  Machine machine{.slot = 0};
  machine.instance.launched_at = example.launched_at;
  machine.billed_until = example.bill_ended_at;
  Attempt attempt{.number = 1, .offer = offer_named(*example.cost), .stage = Stage::ended};
  attempt.end_requested_at = example.teardown_asked_at;
  attempt.machines = {machine};
  const Reservation reservation{.id = "r-1",
                                .phase = Phase::released,
                                .attempts = {attempt},
                                .created_at = example.launched_at};
  std::string lines;
  for (const std::string& window : example.windows) {
    const Month month = month_of(*parse_moment(window));
    const Share share = cost_between(reservation, start_of(month), start_of(next(month)),
                                     example.bill_ended_at + 24h * 365);
    lines += fmt::format("{} {} and a tail of {}\n", window, to_string(share.user_usd),
                         to_string(share.tail_usd));
  }
  return lines;
}

std::string hold_lines(const Example& example) {
  Reservation reservation{.id = "r-1", .created_at = example.asked_at};
  reservation.request.count = example.count;
  const Amounts amounts = amounts_of(reservation, offer_named(*example.hold),
                                     example.asked_at + example.lease, month_of(example.asked_at));
  std::string lines = fmt::format("machines {}, vCPUs {}, dollars per hour {}\n", amounts.machines,
                                  amounts.vcpus, to_string(amounts.usd_per_hour));
  for (const auto& [month, usd] : amounts.usd)
    lines += fmt::format("{} {}\n", month_text(month), to_string(usd));
  return lines;
}

// The text inside the next fence of that kind; advances `rest` behind it.
std::string next_example(std::string_view& rest, const std::string& kind) {
  const std::string open = "```" + kind + "\n";
  const std::size_t start = rest.find(open);
  if (start == std::string_view::npos) return {};
  rest.remove_prefix(start + open.size());
  const std::size_t end = rest.find("```");
  const std::string block(rest.substr(0, end));
  rest.remove_prefix(end + 3);
  return block;
}

TEST(Documentation, OfCostsHasFiguresThatAreTrue) {
  std::ifstream file("docs/costs.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string page = text.str();
  std::string_view rest = page;
  int examples = 0;
  while (true) {
    const std::string given = next_example(rest, "json");
    if (given.empty()) break;
    const std::string written = next_example(rest, "text");
    const auto tree = json::parse(given);
    ASSERT_TRUE(tree) << given;
    const auto example = json::decode<Example>(*tree);
    ASSERT_TRUE(example) << given;
    EXPECT_EQ(written, example->cost ? cost_lines(*example) : hold_lines(*example)) << given;
    ++examples;
  }
  EXPECT_EQ(examples, 5);
}

}  // namespace
}  // namespace mayfly::service
