#include "pricing/emr.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "core/assert.h"
#include "model/clouds.h"
#include "pricing/price_list.h"

namespace mayfly::pricing {
namespace {

constexpr Money kSurchargeCap{270'000};
constexpr std::string_view kHome = "us-east-1";
constexpr std::string_view kGovCloud = "us-gov-";

// The series of EC2 that do not count their generations as C, M and R do, each with the last one
// that is not newer than C5, M5 and R5. Of what is newer only x2iedn's surcharge was seen:
// it is not capped.
struct Series {
  std::string_view letters;
  int generation = 0;
};
constexpr Series kOtherSeries[] = {
    {"d", 3}, {"f", 1}, {"g", 4}, {"i", 3}, {"im", 0}, {"is", 0}, {"p", 4}, {"x", 1},
};
constexpr int kLastCappedGeneration = 5;

// m5d.xlarge -> {m, 5}
Series series_of(std::string_view instance_type) {
  const std::size_t letters = instance_type.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  Series series{instance_type.substr(0, letters), 0};
  const std::string_view rest = instance_type.substr(series.letters.size());
  std::from_chars(rest.data(), rest.data() + rest.size(), series.generation);
  return series;
}

bool is_capped(std::string_view instance_type) {
  const Series series = series_of(instance_type);
  const auto other = std::ranges::find(kOtherSeries, series.letters, &Series::letters);
  return series.generation <=
         (other == std::end(kOtherSeries) ? kLastCappedGeneration : other->generation);
}

}  // namespace

Releases release_bit(const ReleaseNumber& release) {
  return static_cast<Releases>(1 << (std::clamp(release.major, 5, 7) - 5));
}

Releases releases_asked(const Request& request) {
  if (request.kind != Kind::cluster) return kEveryRelease;
  // A label that nobody can read is refused before it comes here.
  return release_bit(parse_release(cluster_of(request).release).value_or(ReleaseNumber{}));
}

Money emr_surcharge_by_rule(std::string_view instance_type, Money instance_hour) {
  const int percent = instance_type.starts_with("m4.") ? 30 : 25;
  const Money part{divide_half_up(static_cast<__int128>(instance_hour.value) * percent, 100)};
  return is_capped(instance_type) ? std::min(part, kSurchargeCap) : part;
}

std::map<std::string, Money, std::less<>> usual_surcharges(const EmrFigures& figures) {
  std::map<std::string, std::map<Money, int>> counts;
  for (const auto& [place, hour] : figures.surcharges) {
    if (!place.second.starts_with(kGovCloud)) ++counts[place.first][hour];
  }
  std::map<std::string, Money, std::less<>> usual;
  for (const auto& [type, count] : counts)
    usual[type] =
        std::ranges::max_element(count, {}, [](const auto& each) { return each.second; })->first;
  return usual;
}

Money emr_surcharge(const EmrFigures& figures, const ListedType& machine,
                    std::optional<Money> home_hour) {
  const auto listed = figures.surcharges.find({machine.instance_type, machine.region});
  if (listed != figures.surcharges.end()) return listed->second;
  // Nearly every listed type costs the same everywhere but in GovCloud.
  if (machine.region.starts_with(kGovCloud))
    return emr_surcharge_by_rule(machine.instance_type, machine.instance_hour);
  const auto usual = figures.usual.find(machine.instance_type);
  if (usual != figures.usual.end()) return usual->second;
  return emr_surcharge_by_rule(machine.instance_type, home_hour.value_or(machine.instance_hour));
}

PriceList cluster_nodes(const PriceList& machines) {
  PriceList nodes{.disk_gib_month = machines.disk_gib_month};
  std::unordered_map<std::string_view, Money> home;
  for (const ListedType& machine : machines.types) {
    if (machine.cloud == cloud_of_driver(kEmr) && machine.region == kHome)
      home.emplace(machine.instance_type, machine.instance_hour);
  }
  for (const ListedType& machine : machines.types) {
    if (machine.cloud != cloud_of_driver(kEmr)) continue;
    ListedType& node = nodes.types.emplace_back(machine);
    const auto taken = machines.emr.types.find(machine.instance_type);
    node.cloud = kEmr;
    node.releases = taken == machines.emr.types.end() ? Releases{0} : taken->second;
    const auto at_home = home.find(machine.instance_type);
    node.surcharge_hour =
        emr_surcharge(machines.emr, machine,
                      at_home == home.end() ? std::nullopt : std::optional(at_home->second));
    node.instance_hour += node.surcharge_hour;
  }
  return nodes;
}

Offer cluster_of_nodes(Offer node, int nodes) {
  ASSERT(node.cloud == kEmr);
  node.nodes = nodes;
  node.price = node.price.times(nodes);
  return node;
}

}  // namespace mayfly::pricing
