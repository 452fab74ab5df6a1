// The Cloud port over a World: what the engine talks to in the simulation. Each is the driver and
// its cloud in one: operations, refusals and their reactions are those of the real ones.
//
// A call takes effect in the world at a moment of its own, whether or not its caller lives to hear
// the answer; answers come by Loop::post_at on the caller's loop, never inside the call. The World
// must outlive every task that was posted.
#pragma once

#include <memory>
#include <string>

#include "clouds/cloud.h"
#include "clouds/sim/world.h"

namespace mayfly::sim {

std::unique_ptr<clouds::Cloud> make_sim_aws(World& world);
// EMR, on the same accounts as EC2. A cluster is one machine.
std::unique_ptr<clouds::Cloud> make_sim_emr(World& world);
std::unique_ptr<clouds::Cloud> make_sim_digitalocean(World& world);

// The account that credentials belong to, for World::revoke, add_foreign and so on.
std::string account_of(std::string_view cloud, const clouds::Credentials& credentials);

}  // namespace mayfly::sim
