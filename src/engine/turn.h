// A call to a cloud as the engine makes it: its turn first, then the key, then the call.
#pragma once

#include "engine/pacer.h"
#include "engine/ports.h"

namespace mayfly::engine {

// Called when it is the call's turn. `finish` wants to hear how the call went. When the key cannot
// be opened there is nothing to call and `finish` does nothing any more.
using Use = std::move_only_function<void(CloudResult<clouds::Credentials>, Pacer::Finish finish)>;

// Opens the key with open_to_end for what only looks or ends. `use` is dropped when `alive` has
// expired by then.
void in_turn(Pacer& pacer, Ports& ports, Order order, std::weak_ptr<int> alive, Use use);

template <class T>
Outcome outcome_of(const CloudResult<T>& answer) {
  return {.failure = answer ? nullptr : &answer.error()};
}

// The same, and how many machines it listed.
Outcome outcome_of_listing(const CloudResult<std::vector<Instance>>& listing);

// A key that cannot be opened, as a failure of the call it was for. Nothing was sent.
CloudFailure key_failure(const Error& error);

}  // namespace mayfly::engine
