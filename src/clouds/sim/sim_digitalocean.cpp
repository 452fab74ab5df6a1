#include <algorithm>

#include "clouds/classify.h"
#include "clouds/sim/droplets.h"
#include "clouds/sim/geography.h"
#include "clouds/sim/sim_call.h"
#include "clouds/sim/sim_cloud.h"

namespace mayfly::sim {
namespace {

using clouds::Credentials;
using clouds::Identity;
using DropletsTerminated = clouds::Cloud::Terminated;
using DropletEnds = std::map<std::string, Time>;

Instance droplet_instance(const World& world, const Machine& machine) {
  const Time now = world.now();
  // Until a deleted droplet has vanished it is shown as before.
  const InstanceState state = machine.state_at(now) == InstanceState::shutting_down
                                  ? InstanceState::running
                                  : machine.state_at(now);
  const bool addressed = now >= machine.addresses_from;
  return {.id = machine.id,
          .name = machine.name,
          .region = machine.region,
          .instance_type = machine.instance_type,
          .state = state,
          .public_ip = addressed ? machine.public_ip : "",
          .private_ip = addressed ? machine.private_ip : "",
          .launched_at = world.stated(machine.created),
          .tags = now < machine.tags_from ? Tags{} : machine.ours};
}

auto droplet_classifier(std::string operation) {
  return [operation = std::move(operation)](const CloudError& error) {
    if (error.status == 0) return no_answer(operation, error);
    return clouds::classify_digitalocean(operation, error.code, error.status, error.message,
                                         error.retry_after);
  };
}

CallSite droplet_site(const std::string& account, std::string operation) {
  return {
      .cloud = "digitalocean", .account = account, .region = {}, .operation = std::move(operation)};
}

// Deletes of several droplets are calls of their own; the first failure is the answer to all.
struct Deletes {
  std::size_t open = 0;
  CloudResult<DropletsTerminated> answer;
  Done<CloudResult<DropletsTerminated>> done;

  void one(CloudResult<DropletsTerminated> one_answer) {
    if (!one_answer && answer)
      answer = std::move(one_answer);
    else if (one_answer && answer)
      std::ranges::copy(one_answer->not_found, std::back_inserter(answer->not_found));
    if (--open == 0) done(std::move(answer));
  }
};

class SimDigitalOcean final : public clouds::Cloud {
 public:
  explicit SimDigitalOcean(World& world) : world_(world) {}

  std::string_view name() const override { return "digitalocean"; }
  const CloudTraits& traits() const override {
    static constexpr CloudTraits kTraits{
        .idempotent_launch = false,
        .machines_per_launch = static_cast<int>(droplets::kNamesMax),
        .lists_all_regions = true,
        .shows_terminated = false};
    return kTraits;
  }

  const clouds::RateLimits& limits() const override {
    return world_.settings().throttling ? clouds::digitalocean_limits() : clouds::no_limits();
  }

  std::optional<clouds::Allowance> allowance(const std::string& key_id) const override {
    const auto account = accounts_.find(key_id);
    if (account == accounts_.end()) return std::nullopt;
    const auto window = world_.throttle().window(account->second, world_.now());
    return clouds::Allowance{
        .limit = window.limit, .remaining = window.remaining, .resets_at = window.resets_at};
  }

  void check(const Credentials& credentials, Loop& loop,
             Done<CloudResult<Identity>> done) override {
    const std::string account = account_for(credentials);
    auto effect = [limit = world_.settings().droplet_limit, account]() -> Outcome<Identity> {
      return Identity{
          .account = account, .name = "sim@example.com", .regions = {}, .machines_max = limit};
    };
    call<Identity>(world_, droplet_site(account, "read account"), loop, std::move(effect),
                   droplet_classifier("read account"), std::move(done));
  }

  void prepare(const Credentials& credentials, clouds::PrepareSpec spec, Loop& loop,
               Done<CloudResult<std::vector<LaunchTarget>>> done) override {
    const std::string account = account_for(credentials);
    auto effect = [&world = world_,
                   spec = std::move(spec)]() -> Outcome<std::vector<LaunchTarget>> {
      const std::string slug = image_slug(spec.image);
      if (!is_image_slug(slug)) {
        return refuse(422, "unprocessable_entity",
                      "You specified an invalid image for Droplet creation.");
      }
      const auto& sold = world.settings().sold;
      if (!is_region("digitalocean", spec.region) ||
          (sold && !sold("digitalocean", spec.region, spec.instance_type))) {
        return refuse(422, "unprocessable_entity", "Size is not available in this region.");
      }
      return std::vector<LaunchTarget>{
          {.subnet = {}, .security_group = {}, .image = slug, .root_device = {}}};
    };
    call<std::vector<LaunchTarget>>(world_, droplet_site(account, "list sizes"), loop,
                                    std::move(effect), droplet_classifier("list sizes"),
                                    std::move(done));
  }

  void launch(const Credentials& credentials, clouds::LaunchSpec spec, Loop& loop,
              Done<CloudResult<std::vector<Instance>>> done) override {
    const std::string account = account_for(credentials);
    CallSite where = droplet_site(account, "create droplets");
    where.region = spec.region;
    where.instance_type = spec.instance_type;
    auto effect = [&world = world_, account,
                   spec = std::move(spec)]() -> Outcome<std::vector<Instance>> {
      std::vector<std::string> tags;
      for (const auto& [key, value] : spec.tags) tags.push_back(droplet_tag(key, value));
      const auto machines = droplets::create(world, account,
                                             {.names = spec.names,
                                              .region = spec.region,
                                              .size = spec.instance_type,
                                              .image = spec.target.image,
                                              .tags = tags});
      if (!machines) return std::unexpected(machines.error());
      std::vector<Instance> instances;
      for (const Machine* machine : *machines) {
        instances.push_back(droplet_instance(world, *machine));
      }
      return instances;
    };
    call<std::vector<Instance>>(world_, where, loop, std::move(effect),
                                droplet_classifier("create droplets"), std::move(done));
  }

  // By tag, and by name because tags come late.
  void look_up(const Credentials& credentials, LookUp what, Loop& loop,
               Done<CloudResult<std::vector<Instance>>> done) override {
    const std::string account = account_for(credentials);
    auto effect = [&world = world_, account,
                   what = std::move(what)]() -> Outcome<std::vector<Instance>> {
      std::vector<Instance> instances;
      for (const bool gpus : {false, true}) {
        for (const Machine* machine : droplets::list(world, account, {.gpus = gpus})) {
          if (matches(*machine, what, world.now())) {
            instances.push_back(droplet_instance(world, *machine));
          }
        }
      }
      return instances;
    };
    call<std::vector<Instance>>(world_, droplet_site(account, "list droplets"), loop,
                                std::move(effect), droplet_classifier("list droplets"),
                                std::move(done));
  }

  void list(const Credentials& credentials, std::string region, std::string installation,
            Loop& loop, Done<CloudResult<std::vector<Instance>>> done) override {
    look_up(credentials,
            {.region = std::move(region),
             .tags = {{tag::kInstallation, std::move(installation)}},
             .names = {}},
            loop, std::move(done));
  }

  void terminate(const Credentials& credentials, std::string, std::vector<std::string> ids,
                 Loop& loop, Done<CloudResult<DropletsTerminated>> done) override {
    const std::string account = account_for(credentials);
    if (ids.empty()) {
      loop.post([done = std::move(done)]() mutable { done(DropletsTerminated{}); });
      return;
    }
    auto deletes = std::make_shared<Deletes>(ids.size(), DropletsTerminated{}, std::move(done));
    for (const std::string& id : ids) {
      auto effect = [&world = world_, account, id]() -> Outcome<DropletsTerminated> {
        const auto removed = droplets::remove(world, account, id);
        if (removed) return DropletsTerminated{};
        if (removed.error().status == 404) return DropletsTerminated{.not_found = {id}};
        return std::unexpected(removed.error());
      };
      call<DropletsTerminated>(
          world_, droplet_site(account, "delete droplet"), loop, std::move(effect),
          droplet_classifier("delete droplet"),
          [deletes](CloudResult<DropletsTerminated> answer) { deletes->one(std::move(answer)); });
    }
  }

  // From the account's list of actions, which forgets nothing.
  void ended(const Credentials& credentials, std::string, std::vector<std::string> ids, Loop& loop,
             Done<CloudResult<DropletEnds>> done) override {
    const std::string account = account_for(credentials);
    auto effect = [&world = world_, account, ids = std::move(ids)]() -> Outcome<DropletEnds> {
      DropletEnds ends;
      for (const std::string& id : ids) {
        const Machine* machine = world.find("digitalocean", id);
        const bool over = machine && machine->account == account && world.now() >= machine->ended;
        if (over) ends[id] = world.stated(machine->ended);
      }
      return ends;
    };
    call<DropletEnds>(world_, droplet_site(account, "list actions"), loop, std::move(effect),
                      droplet_classifier("list actions"), std::move(done));
  }

 private:
  static bool matches(const Machine& machine, const LookUp& what, Time now) {
    if (!what.region.empty() && machine.region != what.region) return false;
    if (std::ranges::find(what.names, machine.name) != what.names.end()) return true;
    return !what.tags.empty() && now >= machine.tags_from &&
           std::ranges::all_of(what.tags, [&](const auto& wanted) {
             return has_tag(machine, wanted.first, wanted.second);
           });
  }

  std::string account_for(const Credentials& credentials) {
    return accounts_[credentials.key_id] = account_of("digitalocean", credentials);
  }

  World& world_;
  std::map<std::string, std::string> accounts_;  // by key
};

}  // namespace

std::unique_ptr<clouds::Cloud> make_sim_digitalocean(World& world) {
  return std::make_unique<SimDigitalOcean>(world);
}

}  // namespace mayfly::sim
