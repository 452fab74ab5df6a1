// A cloud whose calls and answers the auditor sees, as the process does: answers that come to a
// dead process are heard by nobody, and after a long pause a connection may be gone.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "auditor.h"
#include "clouds/cloud.h"
#include "core/random.h"
#include "sim_loop.h"

namespace mayfly::simulation {

// What the calls need to know of the process that makes them.
struct Life {
  std::int64_t number = 1;  // of the process; the next one begins with a crash
  // Called before a call leaves and after it left; may throw, which ends the process there.
  std::function<void(std::string_view what)> at_call = {};
  std::int64_t changing_calls = 0;  // launches and terminates
};

std::unique_ptr<clouds::Cloud> make_audited(std::unique_ptr<clouds::Cloud> cloud, Auditor& auditor,
                                            Life& life, SimLoop& loop, Random& random);

}  // namespace mayfly::simulation
