// For tests and benchmarks: requests and reaches of every kind, the same ones for the same seed.
#pragma once

#include <algorithm>
#include <array>

#include "core/random.h"
#include "model/clouds.h"
#include "pricing/index.h"
#include "pricing/ranking.h"

namespace mayfly::pricing {

struct Asked {
  Request request;
  Reach reach;
};

class RandomRequests {
 public:
  RandomRequests(const Catalog& catalog, std::uint64_t seed) : random_(seed) {
    for (const Bucket& bucket : catalog.index().buckets()) {
      for (const Row& row : bucket.rows) rows_.push_back(&catalog.index().listed(row));
    }
  }

  // What a person asks for: a size, sometimes a place, an architecture or a lease.
  Asked plain() {
    Asked asked;
    draw_size(asked.request);
    draw_lease(asked.request);
    asked.request.arch = pick(std::array{Arch::x86_64, Arch::x86_64, Arch::arm64, Arch::any});
    asked.request.disk_gib = pick(std::array{25, 25, 25, 100, 400});
    if (one_in(3)) asked.request.regions = {pattern()};
    if (one_in(4)) asked.request.burstable = false;
    asked.reach.clouds = {"aws", "digitalocean"};
    return asked;
  }

  // Anything that is valid, corners preferred.
  Asked any() {
    Asked asked = plain();
    Request& request = asked.request;
    request.count = one_in(2) ? 1 : 1 + static_cast<int>(random_.below(100));
    request.disk_gib = pick(std::array{1, 10, 25, 25, 26, 60, 200, 1200, 5400, 16'384});
    request.match =
        pick(std::array{Match::at_least, Match::at_least, Match::exact, Match::closest});
    request.image =
        one_in(6) ? pick(std::array{"debian-12", "ami-0123", "fedora-41-x64"}) : "ubuntu-24.04";
    if (one_in(4)) {
      request.instance_type = one_in(9) ? "nothing.large" : row().instance_type;
      if (one_in(2)) request.vcpus.reset();
      if (one_in(2)) request.memory_gib.reset();
    }
    if (one_in(4)) request.max_price_usd_hour = Money{1 + row().instance_hour.value + part(9'000)};
    if (one_in(5)) request.clouds = {row().cloud};
    if (one_in(4)) request.regions = {pattern(), pattern()};
    draw_reach(asked.reach);
    return asked;
  }

  // A cluster of any kind.
  Asked cluster() {
    Asked asked = any();
    Request& request = asked.request;
    request.kind = Kind::cluster;
    request.nodes = one_in(3) ? 1 : 1 + static_cast<int>(random_.below(kNodesMax));
    request.count = 1;
    request.image = Request{}.image;
    if (one_in(2)) request.release = pick(std::array{"emr-5.36.2", "emr-6.2.0", "emr-7.13.0"});
    if (one_in(3)) request.vcpus.reset();
    if (one_in(3)) request.memory_gib.reset();
    if (one_in(2)) request.clouds.reset();
    if (one_in(2) && request.instance_type) request.instance_type = "m5.xlarge";
    json::Issues issues;
    validate(request, issues);
    if (!issues.empty()) request.match = Match::at_least;  // closest needs a size
    as_emr(asked.reach);
    return asked;
  }

  // What a person asks for.
  Asked plain_cluster() {
    Asked asked = plain();
    asked.request.kind = Kind::cluster;
    asked.request.nodes = 3;
    if (one_in(2)) asked.request.vcpus.reset();
    if (one_in(2)) asked.request.memory_gib.reset();
    as_emr(asked.reach);
    return asked;
  }

  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  const ListedType& row() { return *rows_[random_.below(rows_.size())]; }

 private:
  template <class T, std::size_t Size>
  T pick(const std::array<T, Size>& from) {
    return from[random_.below(Size)];
  }
  std::int64_t part(std::uint64_t bound) { return static_cast<std::int64_t>(random_.below(bound)); }

  void draw_size(Request& request) {
    if (one_in(3)) {
      request.vcpus = row().vcpus;
      request.memory_gib = row().memory_gib;
      return;
    }
    request.vcpus = pick(std::array{1, 1, 2, 2, 2, 3, 4, 4, 7, 8, 16, 30, 64, 96, 200, 448});
    request.memory_gib = Gib{*request.vcpus * pick(std::array<std::int64_t, 8>{
                                                  500'000, 1'000'000, 2'000'000, 3'750'000,
                                                  4'000'000, 4'333'333, 8'000'000, 17'000'000})};
  }

  void draw_lease(Request& request) {
    if (one_in(3)) return;
    constexpr std::int64_t second = 1'000'000;
    const std::int64_t seconds = pick(std::array<std::int64_t, 9>{
        1, 60, 600, 3'600, 86'400, 672 * 3'600, 730 * 3'600, 1'402 * 3'600, 5 * 365 * 86'400LL});
    request.lease = Duration{seconds * second + (one_in(2) ? 0 : part(2 * second) - second / 2)};
    if (one_in(4)) request.lease = Duration{1 + part(seconds * second)};
  }

  void draw_reach(Reach& reach) {
    if (one_in(6)) reach.clouds = {row().cloud};
    if (one_in(5)) reach.default_regions = {pattern()};
    if (one_in(5)) {
      for (int i = 0; i < 12; ++i) reach.enabled_regions["aws"].push_back(row().region);
    }
    while (one_in(2)) {
      const ListedType& out = row();
      Exclusion exclusion{.reason = "had no capacity"};
      if (one_in(2)) exclusion.cloud = out.cloud;
      if (one_in(2)) exclusion.region = out.region;
      if (one_in(2)) exclusion.instance_type = out.instance_type;
      if (one_in(4)) exclusion.quota = one_in(9) ? "?" : quota_class(out.cloud, out.instance_type);
      if (exclusion == Exclusion{.cloud = exclusion.cloud, .reason = exclusion.reason}) continue;
      reach.exclusions.push_back(exclusion);
    }
  }

  // The same reach of somebody who asks for a cluster.
  static void as_emr(Reach& reach) {
    std::ranges::replace(reach.clouds, std::string("aws"), std::string(kEmr));
    for (Exclusion& exclusion : reach.exclusions) {
      if (exclusion.cloud == "aws") exclusion.cloud = kEmr;
    }
    if (auto enabled = reach.enabled_regions.extract("aws")) {
      enabled.key() = kEmr;
      reach.enabled_regions.insert(std::move(enabled));
    }
  }

  std::string pattern() {
    const std::string& region = row().region;
    const std::string start = region.substr(0, 2);
    switch (random_.below(5)) {
      case 0:
        return region;
      case 1:
        return start + "*";
      case 2:
        return row().cloud + ":" + start + "*";
      case 3:
        return "*" + region.substr(region.size() - 2, 1) + "?";
      default:
        return "*";
    }
  }

  SeededRandom random_;
  std::vector<const ListedType*> rows_;
};

}  // namespace mayfly::pricing
