#include "engine/milestone.h"

#include "core/assert.h"
#include "json/codec.h"

namespace mayfly::engine {
namespace {

// In the order of the variant; answers by the name of their effect.
constexpr std::string_view kEventNames[] = {"due",     "resumed", "rank",      "prepare",
                                            "launch",  "look_up", "terminate", "list",
                                            "release", "lease",   "settle",    "key_replaced"};

// How an answer ended: a cloud's refusal by what it means, success as nothing.
std::string_view refusal_of(const auto& event) {
  const auto name = [](const auto& result) -> std::string_view {
    return result ? "" : json::enum_name(result.error().reaction);
  };
  if constexpr (requires { event.targets.error(); }) return name(event.targets);
  if constexpr (requires { event.instances.error(); }) return name(event.instances);
  if constexpr (requires { event.not_found.error(); }) return name(event.not_found);
  if constexpr (requires { event.ends.error(); }) return name(event.ends);
  return {};
}

}  // namespace

std::string name_of(const decltype(lifecycles::Event::what)& event) {
  ASSERT(event.index() < std::size(kEventNames));
  std::string name(kEventNames[event.index()]);
  const std::string_view refusal = std::visit([](const auto& it) { return refusal_of(it); }, event);
  if (!refusal.empty()) name.append(" ").append(refusal);
  return name;
}

}  // namespace mayfly::engine
