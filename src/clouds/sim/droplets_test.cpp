#include "clouds/sim/droplets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/manual_loop.h"

namespace mayfly::sim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Droplets : testing::Test {
  ManualLoop clock;
  World world{clock, 1};
  std::string account = "token";
  droplets::Create spec{.names = {"a-1"},
                        .region = "nyc3",
                        .size = "s-1vcpu-1gb",
                        .image = "debian-12-x64",
                        .tags = {"mayfly:reservation:r-1"}};

  std::vector<Machine*> create() { return droplets::create(world, account, spec).value(); }
  std::string refusal() {
    const auto answer = droplets::create(world, account, spec);
    return answer ? "accepted" : answer.error().message;
  }
  std::vector<Machine*> list(droplets::Filter filter = {}) {
    return droplets::list(world, account, filter);
  }
  void pass(Duration duration) {
    clock.pass(duration);
    world.settle();
  }
};

TEST_F(Droplets, EveryCallMakesNewOnesEvenOfOneName) {
  create();
  create();
  pass(10s);
  EXPECT_THAT(list({.name = "A-1"}), SizeIs(2));
}

TEST_F(Droplets, NamesShowBeforeTags) {
  WorldSettings settings;
  settings.visibility = {0s, 0s};
  settings.tag_lag = {5s, 5s};
  World lagging(clock, 1, settings);
  ASSERT_TRUE(droplets::create(lagging, account, spec));
  EXPECT_THAT(droplets::list(lagging, account, {.name = "a-1"}), SizeIs(1));
  EXPECT_THAT(droplets::list(lagging, account, {.tag = "mayfly:reservation:r-1"}), IsEmpty());
  clock.pass(5s);
  lagging.settle();
  EXPECT_THAT(droplets::list(lagging, account, {.tag = "mayfly:reservation:r-1"}), SizeIs(1));
}

TEST_F(Droplets, GpuDropletsAreListedApart) {
  spec.size = "gpu-h100x1-80gb";
  create();
  pass(10s);
  EXPECT_THAT(list(), IsEmpty());
  EXPECT_THAT(list({.gpus = true}), SizeIs(1));
}

TEST_F(Droplets, BecomeActiveAndThenVanish) {
  const Machine* droplet = create()[0];
  EXPECT_EQ(droplets::status_name(droplet->state_at(world.now())), "new");
  pass(90s);
  EXPECT_EQ(droplets::status_name(droplet->state_at(world.now())), "active");
  ASSERT_TRUE(droplets::remove(world, account, droplet->id));
  pass(5s);
  EXPECT_THAT(list(), IsEmpty());
  EXPECT_EQ(droplets::get(world, account, droplet->id).error().status, 404);
  EXPECT_EQ(droplets::remove(world, account, droplet->id).error().status, 404);
}

TEST_F(Droplets, OfOtherAccountsAreUnknown) {
  const std::string id = create()[0]->id;
  pass(10s);
  EXPECT_EQ(droplets::remove(world, "other", id).error().code, "not_found");
  EXPECT_THAT(droplets::list(world, "other", {}), IsEmpty());
}

TEST_F(Droplets, RefusesWhatIsWrongInItsOwnWords) {
  spec.names = {"under_score"};
  EXPECT_THAT(refusal(), HasSubstr("hostname characters"));
  spec.names.assign(11, "a");
  EXPECT_THAT(refusal(), HasSubstr("at most 10"));
  spec.names = {"a"};
  spec.image = "windows-95";
  EXPECT_THAT(refusal(), HasSubstr("image"));
  spec.image = "debian-12-x64";
  spec.region = "nyc";
  EXPECT_THAT(refusal(), HasSubstr("region"));
}

TEST_F(Droplets, TheAccountHasALimit) {
  WorldSettings settings;
  settings.droplet_limit = 2;
  World small(clock, 1, settings);
  spec.names = {"a", "b"};
  ASSERT_TRUE(droplets::create(small, account, spec));
  spec.names = {"c"};
  EXPECT_THAT(droplets::create(small, account, spec).error().message, HasSubstr("droplet limit"));
}

TEST_F(Droplets, ABatchCanStopInTheMiddle) {
  spec.names = {"a", "b", "c", "d"};
  world.set_faults(FaultPlan{}.with(FaultKind::partial_batch, 1000));
  EXPECT_EQ(droplets::create(world, account, spec).error().status, 500);
  EXPECT_LT(world.ledger().size(), 4u);
}

TEST_F(Droplets, OneCallCanMakeThemTwice) {
  world.set_faults(FaultPlan{}.with(FaultKind::duplicate_droplet, 1000));
  EXPECT_THAT(create(), SizeIs(1));
  EXPECT_THAT(world.ledger(), SizeIs(2));
}

TEST_F(Droplets, CapacityIsA422AboutTheSize) {
  world.set_capacity("nyc3", "", "s-1vcpu-1gb", 0);
  EXPECT_THAT(refusal(), HasSubstr("Size is not available"));
}

TEST_F(Droplets, AreDeletedByTagAllAtOnce) {
  spec.names = {"a", "b"};
  create();
  spec.tags = {"other"};
  create();
  pass(1min);
  droplets::remove_tagged(world, account, "mayfly:reservation:r-1");
  pass(5s);
  EXPECT_THAT(list(), SizeIs(2));
  EXPECT_THAT(list({.tag = "other"}), SizeIs(2));
}

TEST_F(Droplets, ADeleteIsRefusedWhileAnEventIsPending) {
  const std::string id = create()[0]->id;
  pass(2min);
  world.set_faults(FaultPlan{}.with(FaultKind::delete_refused, 1000));
  EXPECT_EQ(droplets::remove(world, account, id).error().status, 422);
  world.heal();
  pass(60s);
  EXPECT_TRUE(droplets::remove(world, account, id));
}

}  // namespace
}  // namespace mayfly::sim
