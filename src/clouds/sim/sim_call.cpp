#include "clouds/sim/sim_call.h"

#include <fmt/format.h>

#include "clouds/sim/sim_cloud.h"

namespace mayfly::sim {

CloudFailure no_answer(std::string_view operation, const CloudError& error) {
  if (error.code == "Unreachable") {
    return {.reaction = Reaction::again,
            .code = "Unreachable",
            .message = fmt::format("{}: {}", operation, error.message)};
  }
  return {.reaction = Reaction::ambiguous,
          .code = "Timeout",
          .message = fmt::format("{}: no answer before the deadline", operation)};
}

std::string account_of(std::string_view cloud, const clouds::Credentials& credentials) {
  return cloud == "digitalocean" ? std::string(credentials.secret.reveal()) : credentials.id;
}

}  // namespace mayfly::sim
