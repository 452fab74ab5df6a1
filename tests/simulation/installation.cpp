#include "installation.h"

#include <fmt/format.h>
#include <array>

#include "core/assert.h"
#include "json/codec.h"
#include "pricing/snapshot.h"

namespace mayfly::simulation {
namespace {

// Tomorrow's catalogs: other prices, and one type in thirteen is gone. Made once, they are large.
std::shared_ptr<const pricing::Catalog> make_catalog(int day) {
  std::string offers;
  std::string_view rest = pricing::snapshot_offers();
  std::size_t line_number = 0;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const std::size_t mix = ++line_number * 2654435761U + static_cast<std::size_t>(day) * 40503U;
    const std::size_t comma = line.rfind(',');
    if (line_number == 1 || comma == std::string_view::npos) {
      offers.append(line).append("\n");
    } else if (mix % 13 != 0) {
      const double price = std::strtod(std::string(line.substr(comma + 1)).c_str(), nullptr);
      const double factor = 0.7 + static_cast<double>(mix / 13 % 100) / 150;
      offers.append(line.substr(0, comma)).append(fmt::format(",{:.6f}\n", price * factor));
    }
  }
  auto catalog = pricing::Catalog::from_csv(offers, pricing::snapshot_gp3(),
                                            fmt::format("2026-12-{:02}", day));
  ASSERT(catalog.has_value());
  return *std::move(catalog);
}

const std::array<std::shared_ptr<const pricing::Catalog>, 3>& catalogs() {
  static const std::array all{pricing::Catalog::embedded(), make_catalog(1), make_catalog(2)};
  return all;
}

}  // namespace

void SimKeyring::open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) {
  loop.post([key, done = std::move(done)]() mutable {
    done(clouds::Credentials{.key_id = key, .id = "id-" + key, .secret = Secret("secret-" + key)});
  });
}

Installation::Installation(std::uint64_t seed, sim::WorldSettings settings)
    : random_(seed),
      loop_(seed + 1),
      process_(loop_),
      world_(loop_, seed + 2, std::move(settings)),
      disk_faults_(loop_, random_, troubles_),
      auditor_(loop_, process_, *disk_),
      aws_(make_audited(sim::make_sim_aws(world_), auditor_, life_, loop_, random_)),
      emr_(make_audited(sim::make_sim_emr(world_), auditor_, life_, loop_, random_)),
      digitalocean_(
          make_audited(sim::make_sim_digitalocean(world_), auditor_, life_, loop_, random_)) {
  life_.at_call = [this](std::string_view what) { pass({}, what); };
  world_.tell({.created = [this](const sim::Machine& machine) { auditor_.created(machine); },
               .ending = [this](const sim::Machine& machine) { auditor_.ending(machine); }});
}

sim::WorldSettings Installation::world_settings() {
  sim::WorldSettings settings;
  settings.sold = [](const std::string& cloud, const std::string& region,
                     const std::string& type) -> std::optional<Arch> {
    const auto* row = pricing::Catalog::embedded()->find(cloud, region, type);
    return row ? std::optional(row->arch) : std::nullopt;
  };
  return settings;
}

std::string Installation::account(const std::string& cloud) {
  return sim::account_of(
      cloud,
      {.key_id = "k-" + cloud, .id = "id-k-" + cloud, .secret = Secret("secret-k-" + cloud)});
}

// ---- the process
// --------------------------------------------------------------------------------

void Installation::boot() {
  store_ = std::make_unique<store::MemoryStore>(disk_, &disk_faults_);
  engine_ = std::make_unique<engine::Engine>(
      engine::Ports{.loop = process_,
                    .store = *store_,
                    .keyring = keyring_,
                    .clouds = {{"aws", aws_.get()},
                               {"digitalocean", digitalocean_.get()},
                               {"emr", emr_.get()}},
                    .catalog = [this] { return catalog_; }},
      // Days in which nothing happens are listed seldom: they are most of a seed's steps.
      engine::Settings{.observer = {.installation = kInstallation, .poll_steady = 60s},
                       .changed = [this](const Reservation* before,
                                         const Reservation* now) { auditor_.changed(before, now); },
                       .milestone = [this](engine::Milestone milestone,
                                           std::string_view what) { pass(milestone, what); }});
  auditor_.attend([this](const std::string& id) { return engine_ && engine_->behind(id) > 0; });
  started_ = false;
  start();
}

void Installation::start() {
  act([this] {
    engine_->start([this, life = life_.number](Result<void> result) {
      if (life != life_.number) return;
      // A disk that cannot be read at start ends the process; it is started again.
      if (!result) return crash(std::chrono::seconds(1 + random_.below(120)));
      started_ = true;
    });
  });
}

void Installation::crash(Duration rest) {
  auditor_.crashed();
  engine_.reset();
  store_.reset();
  started_ = false;
  ++life_.number;
  loop_.freeze_process({});
  loop_.post_at(loop_.now() + rest, [this] { boot(); });
}

void Installation::act(const std::function<void()>& what) {
  try {
    what();
  } catch (const Killed&) {
    crash(std::chrono::seconds(1 + random_.below(120)));
  }
}

void Installation::pass(std::optional<engine::Milestone> milestone, std::string_view what) {
  if (milestones_left_ > 0 && --milestones_left_ == 0) throw Killed{};
  if (!hook_) return;
  std::string name(milestone ? json::enum_name(*milestone) : "call");
  if (!what.empty()) name.append(" ").append(what);
  hook_(name);
}

// ---- time
// ----------------------------------------------------------------------------------------

bool Installation::step() {
  bool any = false;
  act([&] { any = loop_.step(); });
  world_.settle();
  return any;
}

void Installation::run_until(Time end) {
  while (loop_.is_due(end)) step();
  loop_.pass_to(end);
  world_.settle();
}

bool Installation::run_while(Duration patience, const std::function<bool()>& waiting) {
  const Time end = now() + patience;
  while (waiting()) {
    if (!loop_.is_due(end)) return false;
    step();
  }
  return true;
}

// ---- state
// ---------------------------------------------------------------------------------------

std::optional<Reservation> Installation::stored(const std::string& id) const {
  const auto document = disk_->peek("reservations", id);
  if (!document) return std::nullopt;
  auto reservation = engine::from_document(*document);
  return reservation ? std::optional(*std::move(reservation)) : std::nullopt;
}

void Installation::heal() {
  world_.heal();
  troubles_.clear();
  disk_faults_.heal();
  loop_.freeze_process({});
  if (process_.error() != Duration{}) {
    process_.set_error({});
    auditor_.clock_jumped();
  }
  while (!is_up()) step();
}

void Installation::change_prices() {
  catalog_ = catalogs()[random_.below(catalogs().size())];
}

}  // namespace mayfly::simulation
