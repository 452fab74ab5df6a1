#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "clouds/sim/ec2.h"
#include "clouds/sim/emr.h"
#include "clouds/sim/geography.h"
#include "ec2_actions.h"
#include "filters.h"
#include "instance_xml.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

using sim::Machine;
using sim::Outcome;
using sim::refuse;
using Texts = std::optional<std::vector<std::string>>;

constexpr int kPageMin = 5;
constexpr int kPageMax = 1000;

Texts tag_field(const Machine& machine, std::string_view name) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : machine.tags) {
    if (name == "tag-key") texts.push_back(key);
    if (name == "tag-value") texts.push_back(value);
    if (name.starts_with("tag:") && name.substr(4) == key) texts.push_back(value);
  }
  return texts;
}

Texts instance_field(Ec2& ec2, const Machine& machine, std::string_view name) {
  const Time now = ec2.world.now();
  const InstanceState state = machine.state_at(now);
  const auto one = [](std::string text) { return Texts({std::move(text)}); };
  if (name.starts_with("tag:") || name == "tag-key" || name == "tag-value") {
    return tag_field(machine, name);
  }
  if (name == "instance-id") return one(machine.id);
  if (name == "instance-state-name") return one(std::string(sim::ec2::state_name(state)));
  if (name == "instance-state-code") return one(std::to_string(sim::ec2::state_code(state)));
  if (name == "client-token") return one(machine.token);
  if (name == "instance-type") return one(machine.instance_type);
  if (name == "image-id") return one(machine.image);
  if (name == "availability-zone") return one(machine.zone);
  if (name == "subnet-id") return one(machine.subnet);
  if (name == "vpc-id") return one(sim::vpc_of(machine.account, machine.region));
  if (name == "reservation-id") return one(machine.reservation);
  if (name == "owner-id") return one(machine.account);
  if (name == "launch-index") return one(std::to_string(machine.launch_index));
  if (name == "instance.group-id" || name == "group-id") return one(machine.security_group);
  if (name == "instance.group-name" || name == "group-name") {
    const Group* group = ec2.groups.find(machine.region, machine.security_group);
    return one(group ? group->name : std::string{});
  }
  if (name == "ip-address") return one(public_ip_of(machine, now));
  if (name == "private-ip-address") return one(private_ip_of(machine, now));
  return std::nullopt;
}

// The order of all listings, and where a page of one ended: machines of one launch are created at
// once.
using Place = std::tuple<std::int64_t, int, std::string>;

Place place_of(const Machine* machine) {
  return {machine->created.time_since_epoch().count(), machine->launch_index, machine->id};
}

std::string print_place(const Place& place) {
  return fmt::format("{}.{}.{}", std::get<0>(place), std::get<1>(place), std::get<2>(place));
}

std::optional<Place> read_place(std::string_view text) {
  Place place;
  const char* const end = text.data() + text.size();
  const auto created = std::from_chars(text.data(), end, std::get<0>(place));
  if (created.ec != std::errc{} || created.ptr == end || *created.ptr != '.') return std::nullopt;
  const auto index = std::from_chars(created.ptr + 1, end, std::get<1>(place));
  if (index.ec != std::errc{} || index.ptr == end || *index.ptr != '.') return std::nullopt;
  std::get<2>(place).assign(index.ptr + 1, end);
  return place;
}

// nodes: those of clusters, which are EC2's instances as well.
Outcome<std::vector<Machine*>> candidates(Ec2& ec2, const Ec2Call& call,
                                          std::vector<Machine>& nodes) {
  std::vector<std::string> ids = call.form.list("InstanceId");
  if (!ids.empty() && call.form.has("MaxResults")) {
    return refuse(400, "InvalidParameterCombination",
                  "The parameter instancesSet cannot be used with the parameter maxResults");
  }
  const bool everything = ids.empty();
  std::vector<Machine*> wanted;
  for (Machine& node : nodes) {
    if (everything || std::erase(ids, node.id) > 0) wanted.push_back(&node);
  }
  if (!everything && ids.empty()) return wanted;
  Outcome<std::vector<Machine*>> machines =
      everything ? sim::ec2::describe(ec2.world, call.account, call.region)
                 : sim::ec2::describe_ids(ec2.world, call.account, call.region, ids);
  if (machines) machines->insert(machines->end(), wanted.begin(), wanted.end());
  return machines;
}

Outcome<std::vector<Machine*>> matching(Ec2& ec2, const Ec2Call& call,
                                        std::vector<Machine>& nodes) {
  auto machines = candidates(ec2, call, nodes);
  if (!machines) return machines;
  const std::vector<Filter> filters = filters_of(call.form);
  std::vector<Machine*> matches;
  for (Machine* machine : *machines) {
    const auto pass =
        passes(filters, [&](std::string_view name) { return instance_field(ec2, *machine, name); });
    if (!pass) return std::unexpected(pass.error());
    if (*pass) matches.push_back(machine);
  }
  std::ranges::sort(matches, {}, place_of);
  return matches;
}

// Leaves the page that was asked for; returns the token of the next one.
Outcome<std::string> cut_page(const Form& form, std::vector<Machine*>& machines) {
  if (const std::string token = form.text("NextToken"); !token.empty()) {
    const auto last = read_place(token);
    if (!last) return refuse(400, "InvalidParameterValue", "The NextToken is invalid");
    std::erase_if(machines, [&](const Machine* machine) { return place_of(machine) <= *last; });
  }
  if (!form.has("MaxResults")) return std::string{};
  const auto size = form.number("MaxResults");
  if (!size || *size < kPageMin || *size > kPageMax) {
    return refuse(400, "InvalidParameterValue",
                  fmt::format("Value ( {} ) for parameter maxResults is invalid. Expecting a value "
                              "between {} and {}.",
                              form.text("MaxResults"), kPageMin, kPageMax));
  }
  const auto most = static_cast<std::size_t>(*size);
  if (machines.size() <= most) return std::string{};
  machines.resize(most);
  return print_place(place_of(machines.back()));
}

}  // namespace

Outcome<std::string> describe_instances(Ec2& ec2, const Ec2Call& call) {
  std::vector<Machine> nodes = sim::emr::nodes_in(ec2.world, call.account, call.region);
  auto machines = matching(ec2, call, nodes);
  if (!machines) return std::unexpected(machines.error());
  const auto next = cut_page(call.form, *machines);
  if (!next) return std::unexpected(next.error());

  XmlAnswer answer("DescribeInstances", call.request_id);
  pugi::xml_node reservations = answer.root().append_child("reservationSet");
  std::map<std::string, pugi::xml_node> instance_sets;  // by reservation
  for (const Machine* machine : *machines) {
    pugi::xml_node& set = instance_sets[machine->reservation];
    if (!set) {
      pugi::xml_node reservation = reservations.append_child("item");
      put(reservation, "reservationId", machine->reservation);
      put(reservation, "ownerId", machine->account);
      reservation.append_child("groupSet");
      set = reservation.append_child("instancesSet");
    }
    put_instance(set.append_child("item"), ec2, *machine);
  }
  if (!next->empty()) put(answer.root(), "nextToken", *next);
  return answer.text();
}

}  // namespace mayfly::cloudsim
