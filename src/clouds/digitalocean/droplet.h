// A droplet's JSON as an Instance.
#pragma once

#include <string_view>

#include "json/value.h"
#include "model/cloud_failure.h"
#include "model/instance.h"

namespace mayfly::clouds::digitalocean {

// Fails when id, name or created_at cannot be read: without them a machine can neither be ended nor
// be told from its double. Everything else that is missing stays empty, because a machine that is
// not listed is lost.
CloudResult<Instance> read_droplet(std::string_view operation, const json::value& droplet);

// As DigitalOcean compares: in any case. `tag` as encode_tag makes it.
bool carries_tag(const json::value& droplet, std::string_view tag);

}  // namespace mayfly::clouds::digitalocean
