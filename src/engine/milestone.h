// The instructions between which an engine can die. A crash is harmless or harmful only in where it
// falls between a decision, its write and its effects; a test that wants to try them all hangs on
// here.
//
// Settings::milestone is called on the engine's loop and ends a life by throwing: the engine has no
// idea of it, is left as it stands, and only its destructor may be called after that.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "lifecycles/reservation.h"

namespace mayfly::engine {

enum class Milestone {
  taking_up,        // about to ask the store for what lives
  taken_up,         // a reservation was read at the start
  deciding,         // an event is about to be decided
  writing,          // the next state was handed to the store
  written,          // the store says that it is durable
  write_unclear,    // the store did not answer clearly
  read_back,        // what the store holds after an unclear write was read
  effect_starting,  // durable, and about to be made
  effect_started,   // made, or in its queue
  answered,         // an effect's answer came; nothing was done with it yet
  listed,           // news of a listing came
  woken,            // a due time came
  forgotten,        // the tombstone has passed
};
BOOST_DESCRIBE_ENUM(Milestone, taking_up, taken_up, deciding, writing, written, write_unclear,
                    read_back, effect_starting, effect_started, answered, listed, woken, forgotten)

// `what`: the event or effect it is about, an answer with how the cloud meant it ("launch
// ambiguous"); empty where there is none.
using AtMilestone = std::function<void(Milestone milestone, std::string_view what)>;

// "due", "launch", "launch ambiguous": an answer is named after its effect.
std::string name_of(const decltype(lifecycles::Event::what)& event);

}  // namespace mayfly::engine
