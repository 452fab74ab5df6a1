// Cloud errors to reactions, by the cloud's own code first and the HTTP status only when there is
// none. One table per cloud, used by its driver and by the simulation, so that what the simulation
// proves is what the product does. Source of each row: docs/clouds.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/cloud_failure.h"

namespace mayfly::clouds {

// operation: "RunInstances". code: AWS's error code, empty when the answer carried none.
CloudFailure classify_aws(std::string_view operation, std::string_view code, int http_status,
                          std::string_view message);

// The same for operation "RunJobFlow" and the other calls of EMR, which says most things with one
// code: the text tells what it is about.
CloudFailure classify_emr(std::string_view operation, std::string_view code, int http_status,
                          std::string_view message);

// Why an EMR cluster ended, from the code and message of its StateChangeReason: most of what can go
// wrong with a cluster is told there, minutes after its launch was accepted.
struct ClusterEnd {
  std::string reason;  // for people; empty: none was given
  // What it means for the offer; nothing where somebody wanted the end, or nobody knows.
  std::optional<Reaction> means;
};
ClusterEnd classify_emr_end(std::string_view code, std::string_view message);

// operation: "create droplets". id: DigitalOcean's error id, empty when the answer carried none. A
// 422 must be told apart by its text.
CloudFailure classify_digitalocean(std::string_view operation, std::string_view id, int http_status,
                                   std::string_view message, std::optional<Duration> retry_after);

}  // namespace mayfly::clouds
