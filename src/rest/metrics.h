// What operators watch, in Prometheus's text format: requests and how long they took by route, and
// the figures of engine and notifier. Labels are only ever words of ours (a route's pattern, a
// known method), so that nobody can fill the memory with names.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/time.h"
#include "engine/engine.h"
#include "notify/notifier.h"

namespace mayfly::rest {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // The time until the answer's head was ready; for events that is until they begin.
  void count(std::string_view route, std::string_view method, int status, Duration took);

  std::string text(const engine::Statistics& engine, std::size_t connections,
                   const notify::Statistics& notify = {}) const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace mayfly::rest
