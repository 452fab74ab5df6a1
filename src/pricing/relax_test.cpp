// Single changes that help: each one really does, at the cost it says; none that would help is
// missing.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "json/codec.h"
#include "json/print.h"
#include "pricing/naive_ranking.h"
#include "pricing/random_requests.h"
#include "pricing/snapshot.h"

namespace mayfly::pricing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Reach kAllClouds{.clouds = {"aws", "digitalocean"}};

std::vector<std::string> advice(const Request& request, const Reach& reach = kAllClouds) {
  std::vector<std::string> lines;
  for (const Relaxation& change : relax(*Catalog::embedded(), request, reach)) {
    lines.push_back(
        fmt::format("{} {} {}", change.field, json::print(change.value), to_string(change.cost)));
  }
  return lines;
}

Request in_frankfurt(int vcpus, std::int64_t memory_gib) {
  Request request;
  request.vcpus = vcpus;
  request.memory_gib = Gib::of(memory_gib);
  request.regions = {"fra1"};
  return request;
}

TEST(Relax, HasNothingToSayWhenSomethingSatisfies) {
  EXPECT_THAT(advice(in_frankfurt(2, 4)), IsEmpty());
}

TEST(Relax, HasNothingToSayWhenNoSingleChangeHelps) {
  EXPECT_THAT(advice(in_frankfurt(2, 4), Reach{}), IsEmpty());  // no key at all
}

TEST(Relax, NamesEachSingleChangeTheCheapestFirst) {
  Request request = in_frankfurt(2, 4);
  request.max_price_usd_hour = Money{30'000};
  EXPECT_THAT(advice(request),
              ElementsAre("memory_gib 2 0.02679", "max_price_usd_hour 0.03571 0.03571"));
}

TEST(Relax, SuggestsAnotherArchitecture) {
  Request request = in_frankfurt(2, 4);
  request.arch = Arch::arm64;
  EXPECT_THAT(advice(request),
              ElementsAre(R"(regions ["ap-south-1"] 0.030523)", R"(arch "any" 0.03571)"));
}

TEST(Relax, SuggestsLargerMachinesWhereExactOnesAreMissing) {
  Request request = in_frankfurt(3, 8);
  request.match = Match::exact;
  EXPECT_THAT(advice(request), ElementsAre("vcpus 2 0.0625", R"(match "at_least" 0.07143)"));
}

TEST(Relax, SuggestsTheNearestDisk) {
  Request request = in_frankfurt(2, 4);
  request.disk_gib = 9'000;
  EXPECT_THAT(advice(request),
              ElementsAre(R"(regions ["us-east-1"] 1.028901)", "disk_gib 7200 3.30952"));
}

TEST(Relax, StandsInForATypeThatIsNotSoldThere) {
  Request request;
  request.instance_type = "m5.large";
  request.regions = {"fra1"};
  EXPECT_THAT(advice(request), ElementsAre(R"(instance_type "s-2vcpu-8gb-amd" 0.0625)",
                                           R"(regions ["us-east-1"] 0.10374)"));
}

// The rest asks the naive ranking what would help.

struct Case {
  std::string name;
  std::vector<naive::Line> lines;
  std::vector<naive::Line> nodes;  // of clusters
  std::shared_ptr<const Catalog> catalog;
  Asked asked;

  std::optional<std::int64_t> cost_with(const Request& changed) const {
    const std::vector<naive::Found> found = naive::rank(lines, changed, asked.reach);
    if (found.empty()) return std::nullopt;
    return found.front().cost_micros;
  }
  bool helps(const Request& changed) const { return cost_with(changed).has_value(); }
  template <class Field, class Value>
  bool helps(Field Request::* field, Value value) const {
    Request changed = asked.request;
    changed.*field = value;
    return helps(changed);
  }
};

// As a client would: the one member in JSON, over the request it was refused for.
Request apply(const Request& request, const Relaxation& change) {
  Request changed = request;
  const bool cluster = request.kind == Kind::cluster;
  const json::value member = json::object{{"kind", cluster ? "cluster" : "vm"},
                                          {cluster ? "nodes" : "count", machine_count(request)},
                                          {change.field, change.value}};
  json::Issues issues;
  json::decode(member, std::string{}, nullptr, json::Unknown::refuse, issues, changed);
  validate(changed, issues);
  EXPECT_TRUE(issues.empty()) << change.field << json::print(change.value);
  return changed;
}

// All sizes at which something changes for some row.
std::vector<std::int64_t> turning_points(const std::vector<naive::Line>& lines, bool memory) {
  std::vector<std::int64_t> points;
  for (const naive::Line& line : lines) {
    const std::int64_t size = memory ? line.memory.rounded_micros() : line.vcpus;
    for (std::int64_t point : {size, 10 * size / 9, (10 * size + 11) / 12}) {
      if (std::ranges::find(points, point) == points.end()) points.push_back(point);
    }
  }
  return points;
}

// How far the nearest helpful size is from the one asked; nothing when none helps.
std::optional<std::int64_t> nearest_helpful(const Case& c, bool memory) {
  const Request& request = c.asked.request;
  if (memory ? !request.memory_gib : !request.vcpus) return std::nullopt;
  std::optional<std::int64_t> nearest;
  for (std::int64_t size : turning_points(c.lines, memory)) {
    const bool helps = memory ? c.helps(&Request::memory_gib, Gib{size})
                              : c.helps(&Request::vcpus, static_cast<int>(size));
    if (!helps) continue;
    const std::int64_t distance =
        std::abs(size - (memory ? request.memory_gib->value : *request.vcpus));
    nearest = std::min(nearest.value_or(distance), distance);
  }
  return nearest;
}

// The largest disk that helps, of all there are.
std::optional<std::int64_t> largest_disk(const Case& c) {
  for (int disk = c.asked.request.disk_gib - 1; disk >= 1; --disk) {
    if (c.helps(&Request::disk_gib, disk)) return disk;
  }
  return std::nullopt;
}

bool some_line_helps(const Case& c, auto member_of_line, auto field) {
  return std::ranges::any_of(
      c.lines, [&](const naive::Line& line) { return c.helps(field, member_of_line(line)); });
}

std::set<std::string> helpful_fields(const Case& c) {
  const Request& request = c.asked.request;
  const bool cluster = request.kind == Kind::cluster;
  const auto any_value = [&](auto field, auto... values) {
    return (c.helps(field, values) || ...);
  };
  // Nodes without a size have nothing to be close to.
  const bool closest_is_valid = request.vcpus || request.instance_type || !cluster;
  const bool helpful_match = any_value(&Request::match, Match::at_least, Match::exact) ||
                             (closest_is_valid && c.helps(&Request::match, Match::closest));
  using Names = std::vector<std::string>;
  const std::pair<const char*, bool> fields[] = {
      {"vcpus", nearest_helpful(c, false).has_value()},
      {"memory_gib", nearest_helpful(c, true).has_value()},
      {"disk_gib", c.helps(&Request::disk_gib, 1)},
      {"arch", any_value(&Request::arch, Arch::any, Arch::x86_64, Arch::arm64)},
      {"image",
       !cluster && any_value(&Request::image, "debian-12", "amazon-linux-2023", "ami-1", "x-x64")},
      {"clouds",
       request.clouds && any_value(&Request::clouds, Names{"aws"}, Names{"digitalocean"})},
      {"regions",
       some_line_helps(
           c, [](const naive::Line& line) { return Names{line.region}; }, &Request::regions)},
      {"instance_type",
       some_line_helps(
           c, [](const naive::Line& line) { return line.type; }, &Request::instance_type)},
      {"release", cluster && any_value(&Request::release, "emr-5.36.2", "emr-6.0.0", "emr-7.0.0")},
      {"match", helpful_match},
      {"burstable", c.helps(&Request::burstable, true)},
      {"max_price_usd_hour",
       request.max_price_usd_hour && c.helps(&Request::max_price_usd_hour, Money::of(100'000))},
  };
  std::set<std::string> helpful;
  for (const auto& [field, helps] : fields) {
    if (helps) helpful.insert(field);
  }
  return helpful;
}

void expect_least_change(const Case& c, const Relaxation& change) {
  const Request changed = apply(c.asked.request, change);
  const Request& request = c.asked.request;
  if (change.field == "vcpus") {
    EXPECT_EQ(std::abs(*changed.vcpus - *request.vcpus), nearest_helpful(c, false));
  } else if (change.field == "memory_gib") {
    EXPECT_EQ(std::abs(changed.memory_gib->value - request.memory_gib->value),
              nearest_helpful(c, true));
  } else if (change.field == "disk_gib" && request.disk_gib <= 200) {
    EXPECT_EQ(changed.disk_gib, largest_disk(c));
  } else if (change.field == "max_price_usd_hour") {
    EXPECT_FALSE(
        c.helps(&Request::max_price_usd_hour, Money{changed.max_price_usd_hour->value - 1}));
  }
}

// Every 200th line of the snapshot.
Case small_case(std::uint64_t seed) {
  SeededRandom random(seed);
  std::string text;
  std::string_view rest = snapshot_offers();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    if (text.empty() || random.below(200) == 0) text += line;
  }
  auto catalog = Catalog::from_csv(text, snapshot_gp3(), "2000-01-01");
  EXPECT_TRUE(catalog);
  PriceFiles files = snapshot_files();
  files.offers = text;
  return {.lines = naive::read(text, snapshot_gp3()),
          .nodes = naive::read_nodes(files),
          .catalog = *catalog};
}

// By chance alone that is rare.
void ask_for_what_burstable_excludes(Asked& asked, RandomRequests& draw) {
  const ListedType* row = &draw.row();
  while (!row->burstable) row = &draw.row();
  asked.request = {.arch = Arch::any, .burstable = false};
  asked.request.instance_type = row->instance_type;
}

// Likewise.
void ask_for_what_another_release_takes(Case& c) {
  const auto node = std::ranges::find_if(c.nodes, [](const naive::Line& line) {
    return line.generations.contains("7") && !line.generations.contains("6");
  });
  if (node == c.nodes.end()) return;
  c.asked.request = {.kind = Kind::cluster, .arch = Arch::any};
  c.asked.request.instance_type = node->type;
  c.asked.request.nodes = 2;
}

using Seen = std::map<std::string, int>;

void check_advice(const Case& c, Seen& seen) {
  SCOPED_TRACE(json::print(json::encode(c.asked.request)));
  std::set<std::string> listed;
  Money previous;
  for (const Relaxation& change : relax(*c.catalog, c.asked.request, c.asked.reach)) {
    EXPECT_TRUE(listed.insert(change.field).second) << change.field;
    EXPECT_EQ(c.cost_with(apply(c.asked.request, change)), change.cost.value) << change.field;
    EXPECT_LE(previous, change.cost);
    expect_least_change(c, change);
    previous = change.cost;
    ++seen[change.field];
  }
  EXPECT_EQ(listed, helpful_fields(c));
}

TEST(Relax, ListsExactlyTheFieldsThatHelpAndTheirLeastChange) {
  Seen seen;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Case c = small_case(seed);
    RandomRequests draw(*c.catalog, seed);
    for (int i = 0; i < 40; ++i) {
      c.asked = draw.any();
      if (i % 8 == 0) ask_for_what_burstable_excludes(c.asked, draw);
      if (!c.helps(c.asked.request)) check_advice(c, seen);
      ASSERT_FALSE(HasFailure()) << "seed " << seed << " request " << i;
    }
  }
  for (const char* field : {"vcpus", "memory_gib", "disk_gib", "arch", "image", "clouds", "regions",
                            "instance_type", "match", "burstable", "max_price_usd_hour"}) {
    EXPECT_GT(seen[field], 0) << field;
  }
}

TEST(Relax, DoesSoForClusters) {
  Seen seen;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Case c = small_case(seed);
    c.lines = c.nodes;
    RandomRequests draw(*c.catalog, seed);
    for (int i = 0; i < 30; ++i) {
      c.asked = draw.cluster();
      if (i % 8 == 0) ask_for_what_another_release_takes(c);
      if (!c.helps(c.asked.request)) check_advice(c, seen);
      ASSERT_FALSE(HasFailure()) << "seed " << seed << " request " << i;
    }
  }
  for (const char* field : {"vcpus", "memory_gib", "disk_gib", "arch", "regions", "instance_type",
                            "release", "match", "max_price_usd_hour"}) {
    EXPECT_GT(seen[field], 0) << field;
  }
}

}  // namespace
}  // namespace mayfly::pricing
