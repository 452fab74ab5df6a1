// Everything of the machine that commands touch: streams, environment, network, time, chance. The
// program uses the process's own; tests bring theirs, so every command can be run inside one.
// One thread. References must outlive it.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "cli/transport.h"
#include "core/random.h"
#include "core/time.h"

namespace mayfly::cli {

struct Surroundings {
  int in;  // file descriptor
  std::ostream& out;
  std::ostream& err;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int columns = 80;  // of the terminal that `out` is
  // Empty when unset: nobody means an empty variable.
  std::function<std::string(const std::string&)> environment;
  Transport& transport;
  const Clock& clock;
  Random& random;
  std::function<void(Duration)> sleep;
};

// The process's own; `transport`, `clock` and `random` are the product's and live for ever.
Surroundings process_surroundings();

}  // namespace mayfly::cli
