#include "engine/changes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/random.h"

namespace mayfly::engine {
namespace {

using Names = std::vector<std::string_view>;

Instance machine(const std::string& id, const std::string& owner) {
  Instance instance{.id = id, .state = InstanceState::running};
  instance.tags[tag::kInstallation] = "home";
  if (!owner.empty()) instance.tags[tag::kReservation] = owner;
  return instance;
}

TEST(Changes, AreNoneWhereNothingChanged) {
  const std::vector<Instance> listing{machine("i-1", "a"), machine("i-2", "b")};
  EXPECT_TRUE(owners_of_changes(listing, listing).empty());
  const std::vector<Instance> turned{listing[1], listing[0]};
  EXPECT_TRUE(owners_of_changes(listing, turned).empty()) << "in whatever order";
}

TEST(Changes, AreWhatAppearedChangedAndDisappeared) {
  const std::vector<Instance> before{machine("i-1", "a"), machine("i-2", "b"), machine("i-3", "c"),
                                     machine("i-4", "d")};
  std::vector<Instance> now{before[0], before[1], before[3], machine("i-5", "e")};
  now[1].state = InstanceState::stopped;
  EXPECT_EQ(owners_of_changes(before, now), (Names{"b", "c", "e"}));
}

TEST(Changes, NameEachOwnerOnceAndNobodyWhereNoneIsNamed) {
  EXPECT_EQ(owners_of_changes({}, {machine("i-2", "b"), machine("i-1", "a"), machine("i-3", "b"),
                                   machine("i-4", "")}),
            (Names{"a", "b"}));
  EXPECT_TRUE(owners_of_changes({machine("i-4", "")}, {}).empty());
}

TEST(Changes, AreThoseOfAComparisonOneByOne) {
  SeededRandom random(11);
  std::vector<Instance> before;
  for (int round = 0; round < 500; ++round) {
    std::vector<Instance> now = before;
    for (std::uint64_t steps = random.below(4); steps > 0; --steps) {
      const std::size_t at = now.empty() ? 0 : random.below(now.size());
      switch (random.below(4)) {
        case 0:
          now.insert(now.begin() + static_cast<std::ptrdiff_t>(at),
                     machine("i-" + std::to_string(random.next()),
                             std::string(1, static_cast<char>('a' + random.below(8)))));
          break;
        case 1:
          if (!now.empty()) now.erase(now.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        case 2:
          if (!now.empty()) now[at].public_ip += "1";
          break;
        default:
          if (!now.empty()) std::swap(now[at], now[random.below(now.size())]);
      }
    }
    std::set<std::string> expected;
    std::map<std::string, const Instance*> known;
    for (const Instance& instance : before) known[instance.id] = &instance;
    for (const Instance& instance : now) {
      const auto found = known.find(instance.id);
      if (found == known.end() || *found->second != instance)
        expected.insert(std::string(owner_of(instance)));
      known.erase(instance.id);
    }
    for (const auto& [id, instance] : known) expected.insert(std::string(owner_of(*instance)));
    const Names owners = owners_of_changes(before, now);
    ASSERT_EQ(std::set<std::string>(owners.begin(), owners.end()), expected) << "round " << round;
    ASSERT_TRUE(std::ranges::is_sorted(owners));
    before = std::move(now);
  }
}

}  // namespace
}  // namespace mayfly::engine
