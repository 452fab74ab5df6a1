#include "people.h"

#include "core/id.h"
#include "model/clouds.h"
#include "pricing/ranking.h"

namespace mayfly::simulation {
namespace {

constexpr std::uint64_t kClusterEvery = 6;  // of so many requests one is for a cluster

}  // namespace

std::string People::ask() {
  if (!installation_.is_up()) return {};
  const Reservation reservation = draw_reservation(true);
  const std::string id = reservation.id;
  Random& random = installation_.random();
  // A teardown that overtakes the request it belongs to finds nothing.
  if (installation_.troubles().draw(Trouble::reordered_request, random)) release(id);
  maybe_twice([this, reservation] { create(reservation); });
  if (random.below(3) == 0) change_mind(id);
  if (random.below(4) == 0) {
    installation_.loop().post_at(installation_.now() + std::chrono::seconds(random.below(3600)),
                                 [this, id] { set_lease(id); });
  }
  return id;
}

std::string People::ask_plainly() {
  if (!installation_.is_up()) return {};
  const Reservation reservation = draw_reservation(false);
  create(reservation);
  return reservation.id;
}

void People::create(const Reservation& reservation) {
  if (!installation_.is_up()) return;
  if (std::ranges::find(sent_, reservation.id) == sent_.end()) sent_.push_back(reservation.id);
  installation_.act([&] {
    installation_.engine().create(
        reservation, {}, [this, id = reservation.id](Result<engine::Snapshot> created) {
          // A conflict says that an earlier one of these got through, or is about to.
          const bool exists =
              created || (created.error().code == ErrorCode::conflict && installation_.stored(id));
          if (exists && std::ranges::find(accepted_, id) == accepted_.end())
            accepted_.push_back(id);
        });
  });
}

void People::insist(const Reservation& reservation) {
  if (std::ranges::find(accepted_, reservation.id) != accepted_.end()) return;
  create(reservation);
  installation_.loop().post_at(installation_.now() + 10s,
                               [this, reservation] { insist(reservation); });
}

void People::change_mind(const std::string& id) {
  Random& random = installation_.random();
  // At any moment of the first minutes, and sometimes before the answer can have come.
  const Duration later =
      std::chrono::milliseconds(random.below(random.below(4) == 0 ? 200 : 300'000));
  installation_.loop().post_at(installation_.now() + later,
                               [this, id] { maybe_twice([this, id] { release(id); }); });
}

void People::release(const std::string& id) {
  if (!installation_.is_up()) {
    installation_.loop().post_at(installation_.now() + 10s, [this, id] { release(id); });
    return;
  }
  installation_.act([&] {
    installation_.engine().send(id, lifecycles::ReleaseRequested{"the user asked for it"}, {});
  });
}

void People::release_all() {
  for (const std::string& id : sent_) release(id);
}

void People::set_lease(const std::string& id) {
  if (!installation_.is_up()) return;
  const Time now = installation_.process().now();
  const Time ends = now + std::chrono::seconds(30 + installation_.random().below(7200));
  maybe_twice([this, id, ends] {
    if (!installation_.is_up()) return;
    installation_.act([&] { installation_.engine().send(id, lifecycles::LeaseSet{ends}, {}); });
  });
}

void People::maybe_twice(const std::function<void()>& what) {
  what();
  Random& random = installation_.random();
  if (!installation_.troubles().draw(Trouble::duplicate_request, random)) return;
  const Duration later = random.below(2) == 0 ? std::chrono::milliseconds(random.below(2000))
                                              : std::chrono::milliseconds(random.below(7'200'000));
  installation_.loop().post_at(installation_.now() + later, what);
}

Reservation People::draw_reservation(bool impatient) {
  const Time now = installation_.process().now();
  Random& random = installation_.random();
  Reservation reservation{.id = new_id("r", now, random), .user = "ann"};
  reservation.created_at = reservation.next_at = now;
  draw_request(reservation.request, impatient);
  pricing::Reach reach;
  const std::uint64_t which =
      reservation.request.instance_type ? 1 + random.below(2) : random.below(4);
  const bool only_droplets = reservation.request.instance_type.has_value();
  if (reservation.request.kind == Kind::cluster) {
    reach.clouds = {std::string(kEmr)};
  } else {
    if (which != 0 && !only_droplets) reach.clouds.push_back("aws");
    if (which != 1 || only_droplets) reach.clouds.push_back("digitalocean");
  }
  for (const std::string& driver : reach.clouds) {
    const std::string key = "k-" + std::string(cloud_of_driver(driver));
    reservation.keys.push_back({.cloud = driver, .key = key});
  }
  for (const auto& best :
       pricing::cheapest(*installation_.catalog(), reservation.request, reach, 8))
    reservation.candidates.push_back(best.offer);
  if (impatient && random.below(2) == 0)
    reservation.expires_at = now + std::chrono::seconds(60 + random.below(10'000));
  return reservation;
}

// The machine types are mostly the cheapest that EMR takes; some ask for larger nodes, and some let
// AWS end what nobody works with.
void People::draw_cluster(Request& request, bool impatient) {
  Random& random = installation_.random();
  request.kind = Kind::cluster;
  request.nodes = 1 + static_cast<int>(random.below(5));
  if (random.below(3) == 0) request.vcpus = 8;
  if (impatient && random.below(4) == 0)
    request.idle_timeout = std::chrono::minutes(10 + random.below(240));
}

void People::draw_request(Request& request, bool impatient) {
  Random& random = installation_.random();
  if (random.below(kClusterEvery) == 0) return draw_cluster(request, impatient);
  request.count = random.below(6) == 0 ? 12 : 1 + static_cast<int>(random.below(3));
  if (impatient && installation_.troubles().draw(Trouble::hidden_gpu, random)) {
    request.instance_type = "gpu-h100x1-80gb";
    request.count = 1;
    return;
  }
  request.vcpus = 1 << random.below(4);
  request.memory_gib = Gib::of(*request.vcpus * 2);
  request.spread = impatient && random.below(4) == 0;
  if (impatient && random.below(4) == 0)
    request.max_price_usd_hour =
        Money{static_cast<std::int64_t>(*request.vcpus * (15'000 + random.below(40'000)))};
}

}  // namespace mayfly::simulation
