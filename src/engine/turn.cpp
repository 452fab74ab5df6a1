#include "engine/turn.h"

namespace mayfly::engine {
namespace {

bool starts_something(clouds::Operation operation) {
  return operation == clouds::Operation::launch || operation == clouds::Operation::prepare;
}

}  // namespace

Outcome outcome_of_listing(const CloudResult<std::vector<Instance>>& listing) {
  Outcome outcome = outcome_of(listing);
  if (listing) outcome.machines = static_cast<std::int64_t>(listing->size());
  return outcome;
}

CloudFailure key_failure(const Error& error) {
  const bool lost = error.code == ErrorCode::not_found;
  return {.reaction = lost ? Reaction::skip_cloud : Reaction::again,
          .code = lost ? "KeyGone" : "KeyUnusable",
          .message = error.message};
}

void in_turn(Pacer& pacer, Ports& ports, Order order, std::weak_ptr<int> alive, Use use) {
  const std::string key = order.key;
  const bool starts = starts_something(order.operation);
  pacer.run(std::move(order), [&ports, key, starts, alive = std::move(alive),
                               use = std::move(use)](Pacer::Finish finish) mutable {
    if (alive.expired()) return;
    auto opened = [alive, use = std::move(use),
                   finish = std::move(finish)](Result<clouds::Credentials> credentials) mutable {
      if (alive.expired()) return;
      if (credentials) return use(*std::move(credentials), std::move(finish));
      finish({.sent = false});
      use(std::unexpected(key_failure(credentials.error())), [](Outcome) {});
    };
    if (starts) {
      ports.keyring.open(key, ports.loop, std::move(opened));
    } else {
      ports.keyring.open_to_end(key, ports.loop, std::move(opened));
    }
  });
}

}  // namespace mayfly::engine
