// What EMR adds to the prices of EC2: the machines that it takes as nodes of a cluster, by release,
// and its surcharge for each. The figures are AWS's where we have them (data/catalog/emr_*.csv),
// else a rule: docs/pricing.md, "Clusters". Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/cluster.h"
#include "model/offer.h"

namespace mayfly::pricing {

struct ListedType;
struct PriceList;

// Releases of EMR, as far as they differ in the types they take: a set of bits.
using Releases = std::uint8_t;
inline constexpr Releases kEveryRelease = 0xff;  // of what is no cluster
// A column of emr_types.csv for each bit: what the last release of its generation takes.
inline constexpr std::array<std::string_view, 3> kReleaseColumns = {"emr-5.36.2", "emr-6.15.0",
                                                                    "emr-7.13.0"};
// The bit of a release: that of its generation, 5 and older, 6, or 7 and newer.
Releases release_bit(const ReleaseNumber& release);
// What the request runs: one bit for a cluster, every bit for anything else.
Releases releases_asked(const Request& request);

struct EmrFigures {
  std::map<std::string, Releases, std::less<>> types;               // absent: never taken
  std::map<std::pair<std::string, std::string>, Money> surcharges;  // by type and region
  std::map<std::string, Money, std::less<>> usual;  // by type, of most regions that are listed
};

// The figure that most regions of a type have; of equally many the lower one.
std::map<std::string, Money, std::less<>> usual_surcharges(const EmrFigures& figures);

// What EMR asks for one machine and hour on top of EC2's price for it. `home_hour` is EC2's price
// in northern Virginia, if it is sold there.
Money emr_surcharge(const EmrFigures& figures, const ListedType& machine,
                    std::optional<Money> home_hour);
// A quarter of EC2's price, three tenths for m4, to a millionth; at most 0.27 for machines of the
// fifth generation and older.
Money emr_surcharge_by_rule(std::string_view instance_type, Money instance_hour);

// Every machine of AWS as a node of a cluster: of the cloud `emr`, with the surcharge in its price.
// Those that no release takes are among them, so that a ranking can say why they lost.
PriceList cluster_nodes(const PriceList& machines);

// That many of a node as one cluster. Precondition: an offer of the cloud `emr`.
Offer cluster_of_nodes(Offer node, int nodes);

}  // namespace mayfly::pricing
