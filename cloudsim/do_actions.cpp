// What was done on the account: every droplet's creation and, for ever, its end. Other actions do
// not happen here.
#include <algorithm>
#include <charconv>

#include "digitalocean_api.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

using sim::Machine;
using sim::Outcome;

// An action's id is its droplet's plus one of these.
constexpr std::int64_t kCreateOffset = 1'800'000'000;
constexpr std::int64_t kDestroyOffset = 2'800'000'000;

enum class ActionStatus { in_progress, completed, errored };

const char* word_of(ActionStatus status) {
  if (status == ActionStatus::in_progress) return "in-progress";
  return status == ActionStatus::completed ? "completed" : "errored";
}

struct Action {
  const Machine* droplet;
  bool destroys;

  Time started() const { return destroys ? droplet->ending_from : droplet->created; }
  std::int64_t id() const {
    return std::stoll(droplet->id) + (destroys ? kDestroyOffset : kCreateOffset);
  }
  // A create whose droplet ends before it runs has failed at that moment.
  bool fails() const { return !destroys && droplet->ended < droplet->running_from; }
  Time completes() const { return destroys || fails() ? droplet->ended : droplet->running_from; }
};

json::object action_json(const sim::World& world, const Action& action) {
  const bool done = world.now() >= action.completes();
  const ActionStatus status = !done            ? ActionStatus::in_progress
                              : action.fails() ? ActionStatus::errored
                                               : ActionStatus::completed;
  return {{"id", action.id()},
          {"status", word_of(status)},
          {"type", action.destroys ? "destroy" : "create"},
          {"started_at", to_string(world.stated(action.started()))},
          {"completed_at",
           done ? json::value(to_string(world.stated(action.completes()))) : json::value(nullptr)},
          {"resource_id", std::stoll(action.droplet->id)},
          {"resource_type", "droplet"},
          {"region", region_json(action.droplet->region, {})},
          {"region_slug", action.droplet->region}};
}

std::vector<Action> actions_of(const Machine& droplet, Time now) {
  std::vector<Action> actions{{&droplet, false}};
  if (now >= droplet.ending_from) actions.push_back({&droplet, true});
  return actions;
}

}  // namespace

std::int64_t create_action_id(const Machine& droplet) {
  return Action{&droplet, false}.id();
}

Outcome<std::string> list_actions(DigitalOcean& state, const DropletsCall& call) {
  std::vector<Action> actions;
  for (const Machine& machine : state.world.machines()) {
    if (machine.cloud != "digitalocean" || machine.account != state.account) continue;
    for (const Action& action : actions_of(machine, state.world.now())) actions.push_back(action);
  }
  std::ranges::sort(actions, std::greater{},
                    [](const Action& action) { return std::pair(action.started(), action.id()); });
  return page_of(call, "actions", actions.size(),
                 [&](std::size_t i) { return action_json(state.world, actions[i]); });
}

Outcome<std::string> read_action(DigitalOcean& state, const DropletsCall& call) {
  std::int64_t id = 0;
  const std::string& text = call.path[1];
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return no_such_resource();
  const std::int64_t droplet = id - (id > kDestroyOffset ? kDestroyOffset : kCreateOffset);
  const Machine* machine = state.world.find("digitalocean", std::to_string(droplet));
  if (!machine || machine->account != state.account) return no_such_resource();
  for (const Action& action : actions_of(*machine, state.world.now())) {
    if (action.id() != id) continue;
    return json::print(json::object{{"action", action_json(state.world, action)}});
  }
  return no_such_resource();
}

}  // namespace mayfly::cloudsim
