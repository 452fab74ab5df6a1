#include "control_door.h"

#include <fmt/format.h>

#include "clouds/sim/ec2.h"
#include "json/codec.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

http::Response json_answer(int status, const json::value& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::print(body) + '\n'};
}

http::Response json_error(int status, std::string message) {
  return json_answer(status, {{"status", status}, {"message", std::move(message)}});
}

// DigitalOcean's tags are read back as what most of them mean: mayfly:reservation:r-1.
json::object tags_json(const sim::LedgerEntry& entry) {
  json::object tags;
  for (const auto& [key, value] : entry.tags) {
    const std::size_t colon = key.rfind(':');
    const bool pair = entry.cloud == "digitalocean" && colon != std::string::npos;
    if (pair)
      tags[key.substr(0, colon)] = key.substr(colon + 1);
    else
      tags[key] = value;
  }
  return tags;
}

// What sums are made of: micro-dollars x 2,628,000, and rounded only once they are complete. Fits
// until a machine has cost three million dollars.
json::value exact_or_null(const std::optional<ExactCost>& cost) {
  return cost ? json::value(static_cast<std::int64_t>(*cost)) : json::value(nullptr);
}

json::value time_or_null(const std::optional<Time>& time) {
  return time ? json::value(to_string(*time)) : json::value(nullptr);
}

// All its times are those of the wire, to the second.
json::object entry_json(const sim::World& world, const sim::LedgerEntry& entry) {
  const auto ended = entry.ended ? std::optional(world.stated(*entry.ended)) : std::nullopt;
  return {{"cloud", entry.cloud},
          {"region", entry.region},
          {"id", entry.id},
          {"name", entry.name},
          {"type", entry.instance_type},
          {"nodes", entry.nodes},
          {"tags", tags_json(entry)},
          {"token", entry.token},
          {"state", std::string(sim::ec2::state_name(entry.state))},
          {"by_itself", entry.by_itself},
          {"created", to_string(world.stated(entry.created))},
          {"ended", time_or_null(ended)},
          {"billed_from", to_string(entry.billed_from)},
          {"billed_until", time_or_null(entry.billed_until)},
          {"billed_seconds", entry.billed_seconds},
          {"stopped_seconds", entry.stopped_seconds},
          {"cost", entry.cost ? json::encode(*entry.cost) : json::value(nullptr)},
          {"exact_cost", exact_or_null(entry.exact_cost)}};
}

}  // namespace

http::Response ControlDoor::answer(const http::Request& request) {
  const auto& path = request.path;
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (path.size() == 2 && path[1] == "ledger" && get) return ledger();
  if (path.size() == 2 && path[1] == "health" && get) return health();
  if (path.size() == 2 && path[1] == "faults") return faults(request);
  if (path.size() == 2 && path[1] == "keys" && request.method == "POST") return keys(request);
  if (path.size() == 2 && path[1] == "account") return account(request);
  if (path.size() == 4 && path[1] == "instances" && request.method == "POST") {
    return play(path[2], path[3]);
  }
  return json_error(404,
                    "GET /_sim/ledger, GET /_sim/health, GET, POST or DELETE /_sim/faults, "
                    "POST /_sim/keys, GET or POST /_sim/account, "
                    "POST /_sim/instances/ID/terminate or /stop");
}

http::Response ControlDoor::ledger() {
  json::array entries;
  sim::World& world = simulator_.world();
  for (const sim::LedgerEntry& entry : world.ledger()) {
    entries.push_back(entry_json(world, entry));
  }
  return json_answer(200, std::move(entries));
}

http::Response ControlDoor::health() {
  sim::World& world = simulator_.world();
  world.settle();
  return json_answer(200, {{"status", "ok"},
                           {"time", to_string(world.now())},
                           {"speed", simulator_.clock().speed()},
                           {"seed", simulator_.seed()},
                           {"living", world.living().size()}});
}

http::Response ControlDoor::faults(const http::Request& request) {
  sim::World& world = simulator_.world();
  if (request.method == "DELETE") {
    world.heal();
    return {.status = 204};
  }
  if (request.method == "POST") {
    const auto tree = json::parse(request.body);
    if (!tree) return json_error(400, tree.error().message);
    auto plan = json::decode<sim::FaultPlan>(*tree);
    if (!plan) return json_error(422, plan.error().message);
    world.settle();
    world.set_faults(*std::move(plan));
  } else if (request.method != "GET") {
    return json_error(405, "GET, POST or DELETE");
  }
  return json_answer(200, json::encode(world.faults().plan()));
}

http::Response ControlDoor::keys(const http::Request& request) {
  const auto tree = json::parse(request.body);
  if (!tree) return json_error(400, tree.error().message);
  auto order = json::decode<KeyOrder>(*tree);
  if (!order) return json_error(422, order.error().message);
  if (!simulator_.keys().set(*std::move(order)))
    return json_error(422, "cloud must be aws or digitalocean");
  return {.status = 204};
}

http::Response ControlDoor::account(const http::Request& request) {
  if (request.method == "POST") {
    const auto tree = json::parse(request.body);
    if (!tree) return json_error(400, tree.error().message);
    auto changed = json::decode<AwsAccount>(*tree);
    if (!changed) return json_error(422, changed.error().message);
    simulator_.aws_account() = *changed;
  } else if (request.method != "GET") {
    return json_error(405, "GET or POST");
  }
  return json_answer(200, json::encode(simulator_.aws_account()));
}

http::Response ControlDoor::play(const std::string& id, const std::string& what) {
  sim::World& world = simulator_.world();
  world.settle();
  const bool cluster = id.starts_with("j-");
  const char* cloud = cluster ? "emr" : id.starts_with("i-") ? "aws" : "digitalocean";
  sim::Machine* machine = world.find(cloud, id);
  if (!machine || !machine->alive_at(world.now()))
    return json_error(404, "No living machine has this id.");
  if (cluster && what == "terminate") {
    world.end(*machine, "USER_REQUEST", "Terminated by user request");
  } else if (cluster) {
    return json_error(404, "a cluster can be terminated alone");
  } else if (what == "terminate") {
    world.end(*machine, "Client.UserInitiatedShutdown",
              "Client.UserInitiatedShutdown: User initiated shutdown");
  } else if (what == "stop") {
    world.stop(*machine);
  } else {
    return json_error(404, "terminate or stop");
  }
  return json_answer(
      200,
      {{"id", id}, {"state", std::string(sim::ec2::state_name(machine->state_at(world.now())))}});
}

}  // namespace mayfly::cloudsim
