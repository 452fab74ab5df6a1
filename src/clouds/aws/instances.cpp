#include "clouds/aws/instances.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mayfly::clouds::aws {
namespace {

constexpr std::string_view kNumbered = "0..";

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string common_beginning(const std::vector<std::string>& names) {
  std::string_view common = names.front();
  for (const std::string& name : names) {
    const auto differ = std::ranges::mismatch(common, name);
    common = common.substr(0, static_cast<std::size_t>(differ.in1 - common.begin()));
  }
  while (common.ends_with('-') || common.ends_with('.')) common.remove_suffix(1);
  return std::string(common);
}

// A state that we do not know is alive until it says otherwise.
InstanceState state_of(std::string_view name) {
  if (name == "running") return InstanceState::running;
  if (name == "stopping") return InstanceState::stopping;
  if (name == "stopped") return InstanceState::stopped;
  if (name == "shutting-down") return InstanceState::shutting_down;
  if (name == "terminated") return InstanceState::terminated;
  return InstanceState::pending;
}

// "Server.InsufficientInstanceCapacity: no capacity": the code is said once.
std::string state_reason_of(pugi::xml_node item) {
  const std::string code = text_at(item, {"stateReason", "code"});
  const std::string message = text_at(item, {"stateReason", "message"});
  if (code.empty()) return text_at(item, {"reason"});
  if (message.empty() || message.starts_with(code)) return message.empty() ? code : message;
  return code + ": " + message;
}

// Since when it is stopped or ended; EC2 states no other moments. A time from before the launch
// speaks of an earlier life: a machine that was stopped is launched again when it starts.
std::optional<Time> state_since_of(pugi::xml_node item, const Instance& instance) {
  if (instance.state < InstanceState::stopping) return std::nullopt;
  const std::optional<Time> since = transition_time(text_at(item, {"reason"}));
  return since && *since >= instance.launched_at ? since : std::nullopt;
}

// Empty for what is no part of a cluster.
std::string cluster_of_node(pugi::xml_node item) {
  for (const pugi::xml_node row : items(item, "tagSet")) {
    if (text_at(row, {"key"}) == kJobFlowTag) return text_at(row, {"value"});
  }
  return {};
}

int launch_index_of(pugi::xml_node item) {
  const std::string text = text_at(item, {"amiLaunchIndex"});
  int index = 0;
  std::from_chars(text.data(), text.data() + text.size(), index);
  return index;
}

}  // namespace

std::string name_tag_of(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  if (names.size() == 1) return names.front();
  std::string_view stem = names.front();
  if (stem.ends_with('0')) stem.remove_suffix(1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != fmt::format("{}{}", stem, i)) return common_beginning(names);
  }
  return fmt::format("{}{}{}", stem, kNumbered, names.size() - 1);
}

std::string name_of(const std::string& name_tag, int launch_index) {
  const std::size_t numbered = name_tag.rfind(kNumbered);
  if (numbered == std::string::npos || !is_number(name_tag.substr(numbered + kNumbered.size()))) {
    return name_tag;
  }
  return fmt::format("{}{}", std::string_view(name_tag).substr(0, numbered), launch_index);
}

std::optional<Time> transition_time(std::string_view reason) {
  constexpr std::size_t kStampSize = std::string_view("2026-01-02 03:04:05").size();
  while (reason.ends_with(' ')) reason.remove_suffix(1);
  // EC2 writes GMT; moto, which stands in for it in tests, UTC.
  if (!reason.ends_with(" GMT)") && !reason.ends_with(" UTC)")) return std::nullopt;
  reason.remove_suffix(std::string_view(" GMT)").size());
  const std::size_t open = reason.rfind('(');
  if (open == std::string_view::npos) return std::nullopt;
  std::string stamp(reason.substr(open + 1));
  if (stamp.size() != kStampSize || stamp[10] != ' ') return std::nullopt;
  stamp[10] = 'T';
  const Result<Time> time = parse_time(stamp + 'Z');
  return time ? std::optional(*time) : std::nullopt;
}

std::optional<Instance> read_instance(pugi::xml_node item, const std::string& region) {
  Instance instance{.id = text_at(item, {"instanceId"}), .region = region};
  if (instance.id.empty()) return std::nullopt;
  instance.zone = text_at(item, {"placement", "availabilityZone"});
  instance.instance_type = text_at(item, {"instanceType"});
  instance.state = state_of(text_at(item, {"instanceState", "name"}));
  instance.public_ip = text_at(item, {"ipAddress"});
  instance.private_ip = text_at(item, {"privateIpAddress"});
  instance.launched_at = parse_time(text_at(item, {"launchTime"})).value_or(Time{});
  instance.state_since = state_since_of(item, instance);
  instance.state_reason = state_reason_of(item);
  for (const pugi::xml_node row : items(item, "tagSet")) {
    const std::string key = text_at(row, {"key"});
    if (key.starts_with("mayfly:")) instance.tags[key] = text_at(row, {"value"});
    if (key == "Name") instance.name = name_of(text_at(row, {"value"}), launch_index_of(item));
  }
  return instance;
}

std::optional<InstancePage> read_instances(const Xml& answer, const std::string& region) {
  if (!child(answer.root(), "reservationSet")) return std::nullopt;
  InstancePage page;
  for (const pugi::xml_node reservation : items(answer.root(), "reservationSet")) {
    for (const pugi::xml_node item : items(reservation, "instancesSet")) {
      std::optional<Instance> instance = read_instance(item, region);
      if (!instance) return std::nullopt;
      if (std::string cluster = cluster_of_node(item); !cluster.empty()) {
        page.cluster_nodes.push_back({.cluster = std::move(cluster), .state = instance->state});
      } else {
        page.instances.push_back(std::move(*instance));
      }
    }
  }
  page.next_token = text_at(answer.root(), {"nextToken"});
  return page;
}

std::optional<std::vector<Instance>> read_launched(const Xml& answer, const std::string& region,
                                                   const std::vector<std::string>& names) {
  std::vector<pugi::xml_node> rows = items(answer.root(), "instancesSet");
  if (rows.size() != names.size()) return std::nullopt;
  std::ranges::sort(rows, {}, launch_index_of);
  std::vector<Instance> instances;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::optional<Instance> instance = read_instance(rows[i], region);
    if (!instance) return std::nullopt;
    instance->name = names[i];
    instances.push_back(std::move(*instance));
  }
  return instances;
}

}  // namespace mayfly::clouds::aws
