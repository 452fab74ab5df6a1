// The fixed stories that crash points are taken from: each goes through one way in which a
// reservation can live and end.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "installation.h"
#include "people.h"

namespace mayfly::simulation {

// What one story has to play with.
struct Scene {
  Installation& installation;
  People& people;
  std::vector<std::string> asked = {};
  sim::FaultPlan plan = {};

  // In addition to those before it.
  void fault(sim::FaultKind kind, const std::string& operation, int times,
             std::optional<Duration> longest = {});
  // A reservation of that many machines on these clouds, asked for now.
  Reservation request(const std::vector<std::string>& clouds, int count);
  void ask(const Reservation& reservation);
  void ask(const std::vector<std::string>& clouds, int count) { ask(request(clouds, count)); }
  void release(std::size_t which) { people.release(asked.at(which)); }
  void later(Duration after, std::function<void(Scene&)> what);
};

struct SceneCase {
  std::string name;
  std::function<void(Scene&)> play;
};

const std::vector<SceneCase>& crash_scenes();

}  // namespace mayfly::simulation
