// Every place where the process can die, taken from the code: the stories of crash_scenes.h are run
// once to list the milestones and the edges of cloud calls that they pass, then once for each of
// these with a death exactly there, and again for what the disk made of a write that was under way.
// Each time everything must converge.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/mp11.hpp>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "core/log.h"
#include "crash_scenes.h"
#include "promises.h"

namespace mayfly::simulation {
namespace {

constexpr std::uint64_t kSceneSeed = 7;
constexpr Duration kStory = 30min;
// Of the same name in one story: polls go on for ever.
constexpr int kRepeatsMax = 10;

using Hook = std::function<void(const std::string& name)>;

// The whole story to its end; what broke.
std::vector<std::string> run_scene(const SceneCase& scene_case, std::optional<bool> survives,
                                   const Hook& hook) {
  Installation installation(kSceneSeed);
  People people(installation);
  Promises promises(installation, people, false);
  Scene scene{installation, people};
  if (survives) installation.disk_faults().decide_crash(*survives);
  installation.at_milestones(hook);
  installation.boot();
  installation.run_until(installation.now() + 1s);
  scene_case.play(scene);
  installation.run_until(installation.now() + kStory);
  installation.heal();
  installation.run_until(installation.now() + 1h);
  promises.take_from_auditor();
  promises.check_live();
  people.release_all();
  installation.run_until(installation.now() + 1h);
  promises.check_given_back();
  installation.run_until(installation.now() + 26h);
  promises.check_forgotten();
  promises.take_from_auditor();
  return promises.take_broken();
}

struct Point {
  const SceneCase* scene;
  std::int64_t number;  // of the milestones that the story passes
  std::string name;
};

class CrashPoints : public testing::Test {
 protected:
  void SetUp() override { log::configure(log::Level::off, false); }

  std::vector<Point> list() {
    std::vector<Point> points;
    for (const SceneCase& scene : crash_scenes()) {
      std::map<std::string, int> repeats;
      std::int64_t number = 0;
      const auto broken = run_scene(scene, {}, [&](const std::string& name) {
        ++number;
        ++passed_[name];
        if (++repeats[name] <= kRepeatsMax) points.push_back({&scene, number, name});
      });
      for (const std::string& promise : broken)
        ADD_FAILURE() << scene.name << ", without any crash: " << promise;
    }
    return points;
  }

  void kill_at(const Point& point, bool survives) {
    std::int64_t number = 0;
    const auto broken = run_scene(*point.scene, survives, [&](const std::string&) {
      if (++number == point.number) throw Killed{};
    });
    const std::lock_guard lock(mutex_);
    ++killed_[point.name];
    for (const std::string& promise : broken)
      ADD_FAILURE() << point.scene->name << ", killed at " << point.name << " (" << point.number
                    << (survives ? ", the write survives): " : ", the write is lost): ") << promise;
  }

  void kill_at_all(const std::vector<Point>& points) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < points.size() * 2; i = next++)
        kill_at(points[i / 2], i % 2 == 0);
    };
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
      threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
  }

  std::mutex mutex_;
  std::map<std::string, int> passed_;
  std::map<std::string, int> killed_;
};

// What the stories must pass for the list to be complete.
std::set<std::string> required() {
  std::set<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<engine::Milestone>>([&](auto it) {
    const std::string name(it.name);
    const bool with_effect = name.starts_with("effect_") || name == "answered";
    const bool with_event = name == "deciding";
    if (!with_effect && !with_event) names.insert(name);
    if (with_event) {
      for (const char* event : {"due", "resumed", "release", "lease", "key_replaced", "list"})
        names.insert(name + " " + event);
    }
    for (const char* effect : {"rank", "prepare", "launch", "look_up", "terminate", "settle"}) {
      if (with_effect || with_event) names.insert(name + " " + effect);
    }
  });
  for (const char* call : {"prepare", "launch", "look_up", "list", "terminate", "settle"}) {
    names.insert(fmt::format("call {} leaves", call));
    names.insert(fmt::format("call {} left", call));
  }
  for (const char* refused : {"launch ambiguous", "launch next_zone", "launch skip_quota",
                              "launch again", "look_up ambiguous", "terminate again",
                              "terminate ambiguous", "prepare skip_cloud", "launch key_refused"})
    names.insert(fmt::format("answered {}", refused));
  return names;
}

TEST_F(CrashPoints, ConvergeFromEachOfThem) {
  const std::vector<Point> points = list();
  kill_at_all(points);
  fmt::print("  {} stories, {} crash points, each with the write under way kept and lost:\n",
             crash_scenes().size(), points.size());
  for (const auto& [name, times] : passed_)
    fmt::print("  {:34}{:>8} passed{:>8} deaths\n", name, times, killed_[name]);
  for (const std::string& name : required()) EXPECT_GT(killed_[name], 0) << name;
}

}  // namespace
}  // namespace mayfly::simulation
