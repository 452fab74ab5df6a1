// For tests: an engine with accounts over a simulated AWS and a store that may fail.
#pragma once

#include <gtest/gtest.h>

#include "clouds/sim/sim_cloud.h"
#include "core/id.h"
#include "core/log.h"
#include "core/manual_loop.h"
#include "model/costs.h"
#include "service/accounts.h"
#include "service/placing.h"
#include "store/memory/memory_store.h"

namespace mayfly::service {

class AnyKeyring final : public engine::Keyring {
 public:
  void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) override {
    loop.post([key, done = std::move(done)]() mutable {
      done(clouds::Credentials{.key_id = key, .id = "AKIA", .secret = Secret("hush")});
    });
  }
};

// A store that now and then refuses a write, or lies about one; or that dies after so many.
struct Unreliable final : store::Faults {
  SeededRandom random{5};
  std::uint64_t one_in = 0;
  bool refuses = false;
  std::optional<int> left = {};                    // writes until it dies
  store::CommitFate last = store::CommitFate::ok;  // what becomes of the last of them
  store::CommitFate fate() override {
    if (refuses) return store::CommitFate::refused;
    if (left && --*left <= 0) {
      refuses = true;
      return last;
    }
    if (one_in == 0 || random.next() % one_in != 0) return store::CommitFate::ok;
    return random.next() % 2 ? store::CommitFate::refused
                             : store::CommitFate::written_but_reported_failed;
  }
};

// Tomorrow's prices: one type, at a hundred times its price.
inline std::shared_ptr<const pricing::Catalog> dear_catalog() {
  auto catalog = pricing::Catalog::from_csv(
      "cloud,region,instance_type,vcpus,memory_gib,arch,gpu_count,included_disk_gib,"
      "price_usd_hour\naws,us-east-1,t3.small,2,2,x86_64,0,0,2.08\n",
      "region,usd_gb_month\nus-east-1,8\n", "2027-01-16");
  return *catalog;
}

// Engine, accounts and a simulated AWS; remembers every state there ever was.
class AccountsTest : public testing::Test {
 protected:
  AccountsTest() { log::configure(log::Level::off, false); }

  void boot(Allowance allowance) {
    allowance_ = allowance;
    engine_.reset();
    store_ = std::make_unique<store::MemoryStore>(disk_, &faults_);
    accounts_ = std::make_unique<Accounts>(*store_, loop_, allowance);
    engine::Settings settings{.observer = {.installation = "test"}};
    settings.policy.tombstone = 10min;
    settings.changed = [this](const Reservation* before, const Reservation* now) {
      accounts_->changed(before, now);
      if (now) seen_[now->id] = *now;
    };
    engine_ = std::make_unique<engine::Engine>(engine::Ports{.loop = loop_,
                                                             .store = *store_,
                                                             .keyring = keyring_,
                                                             .clouds = {{"aws", cloud_.get()}},
                                                             .catalog = [this] { return catalog_; },
                                                             .admit = accounts_->as_admit()},
                                               std::move(settings));
    engine_->start([](Result<void> result) { ASSERT_TRUE(result); });
    loop_.pass(1ms);
    load();
  }

  void crash_and_restart() {
    engine_.reset();
    loop_.drop_all();
    boot(allowance_);
  }

  Result<void> load(const std::string& user = "ann") {
    std::optional<Result<void>> loaded;
    accounts_->load(user, [&](Result<void> result) { loaded = std::move(result); });
    loop_.pass(1ms);
    EXPECT_TRUE(loaded);
    return *loaded;
  }

  Request small(int count = 1, int vcpus = 1) {
    Request request{.count = count, .vcpus = vcpus, .memory_gib = Gib::of(1)};
    request.lease = 2h;
    return request;
  }

  Reservation asked(const Request& request) {
    Reservation reservation{.id = new_id("r", loop_.now(), random_),
                            .user = "ann",
                            .request = request,
                            .keys = {{.cloud = "aws", .key = "k-aws"}}};
    reservation.created_at = reservation.next_at = loop_.now();
    if (request.lease) reservation.expires_at = loop_.now() + *request.lease;
    EXPECT_TRUE(place_first(reservation, *catalog_, {.clouds = {"aws"}}));
    return reservation;
  }

  // What Service::create does on the loop.
  Result<std::string> create(const Request& request) { return create(asked(request)); }
  Result<std::string> create(Reservation reservation) {
    const std::string id = reservation.id;
    TRY_VOID(accounts_->open(reservation));
    engine_->create(std::move(reservation), {}, [this, id](Result<engine::Snapshot> created) {
      if (!created) accounts_->close(id);
    });
    return id;
  }

  Result<void> extend(const std::string& id, Time end) {
    TRY_VOID(accounts_->extend(id, end));
    engine_->send(id, lifecycles::LeaseSet{end},
                  [this, id](Result<engine::Snapshot>) { accounts_->extended(id); });
    return {};
  }

  void release(const std::string& id) {
    engine_->send(id, lifecycles::ReleaseRequested{"it was asked for"}, {});
  }

  const Reservation& state(const std::string& id) { return seen_.at(id); }
  Standing standing() { return accounts_->standing("ann"); }
  Money held() {
    const Standing now = standing();
    const auto found = now.held.usd.find(now.month);
    return found == now.held.usd.end() ? Money{} : found->second;
  }

  // By all there ever was, in a month, until now.
  Money spent(Month month) {
    Money sum;
    for (const auto& [id, each] : seen_) {
      sum += cost_between(each, start_of(month), start_of(next(month)), loop_.now()).user_usd;
    }
    return sum;
  }

  ManualLoop loop_;
  SeededRandom random_{1};
  sim::World world_{loop_, 1, {.throttling = false}};
  std::unique_ptr<clouds::Cloud> cloud_ = sim::make_sim_aws(world_);
  AnyKeyring keyring_;
  std::shared_ptr<const pricing::Catalog> catalog_ = pricing::Catalog::embedded();
  std::shared_ptr<store::MemoryDisk> disk_ = std::make_shared<store::MemoryDisk>();
  Unreliable faults_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<engine::Engine> engine_;
  std::map<std::string, Reservation> seen_;
  Allowance allowance_;
};

}  // namespace mayfly::service
