#include "cli/views.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/figures.h"
#include "cli/utf8.h"

namespace mayfly::cli {
namespace {

std::string shape_text(int vcpus, Gib memory) {
  return fmt::format("{} vCPU, {}", vcpus, memory_text(memory));
}

Money times(Money amount, int count) {
  return Money{amount.value * count};
}

Tone tone_of_phase(std::string_view phase) {
  if (phase == "ready") return Tone::good;
  if (phase == "failed") return Tone::bad;
  return is_final(phase) ? Tone::quiet : Tone::warning;
}

// The images' own first user: cloud-init puts the key there.
std::string login_of(std::string_view cloud, std::string_view image) {
  if (cloud == "digitalocean") return "root";
  if (image.starts_with("ubuntu")) return "ubuntu";
  if (image.starts_with("debian")) return "admin";
  if (image.starts_with("amazon-linux")) return "ec2-user";
  return "";
}

void add_fact(Table& table, std::string name, Cell value) {
  if (!value.text.empty()) table.add({Cell(std::move(name), Tone::quiet), std::move(value)});
}

std::string times_text(const ReservationView& reservation, Time now) {
  std::string text = "asked for " + distance_text(reservation.created_at, now);
  if (reservation.ready_at) {
    text +=
        fmt::format(", ready after {}", span_text(*reservation.ready_at - reservation.created_at));
  }
  if (reservation.ended_at) text += ", ended " + distance_text(*reservation.ended_at, now);
  return text;
}

Table facts(const ReservationView& reservation, Time now) {
  Table table({{""}, {""}});
  add_fact(table, "phase", Cell(reservation.phase, tone_of_phase(reservation.phase)));
  add_fact(table, "why", reservation.end_reason.value_or(""));
  add_fact(table, "waiting", Cell(reservation.waiting.value_or(""), Tone::warning));
  add_fact(table, "request", request_text(reservation.request));
  add_cluster_facts(table, reservation);
  if (reservation.placement) {
    add_fact(table, "placement", placement_text(*reservation.placement));
    add_fact(table, "price", price_text(*reservation.placement, reservation.request.count));
  }
  add_fact(table, "lease", lease_text(reservation, now));
  add_fact(table, "cost", cost_text(reservation));
  add_fact(table, "times", times_text(reservation, now));
  return table;
}

// A cluster is one thing at its cloud, whose nodes the cloud keeps itself.
std::string machines_cell(const ReservationView& reservation) {
  const RequestView& request = reservation.request;
  return fmt::format("{}", request.is_cluster() ? request.nodes.value_or(1) : request.count);
}

std::string cluster_parts(const RequestView& request) {
  std::string text = fmt::format("cluster of {}", count_text(request.nodes.value_or(1), "node"));
  if (request.release) text += ", " + *request.release;
  if (request.applications) text += fmt::format(", {}", fmt::join(*request.applications, " + "));
  if (request.spot_workers.value_or(false)) text += ", workers on spot";
  return text;
}

void print_titled(Session& session, std::string_view title, const Table& table) {
  if (table.empty()) return;
  session.print_line("\n  " + session.painted(title, Tone::strong));
  session.print_table(table, 4);
}

Table considered_table(const PlacementView& placement) {
  Table table({{"CLOUD"},
               {"REGION"},
               {"TYPE"},
               {"VCPU", Align::right},
               {"MEMORY", Align::right},
               {"PER HOUR", Align::right},
               {"TOTAL", Align::right},
               {"LOST BECAUSE"}});
  for (const ConsideredView& offer : placement.considered) {
    table.add({offer.cloud, offer.region, offer.instance_type, fmt::format("{}", offer.vcpus),
               memory_text(offer.memory_gib), money_text(offer.price_usd_hour),
               money_text(offer.cost_usd), offer.lost_because});
  }
  return table;
}

Table machine_table(const ReservationView& reservation) {
  Table table({{"MACHINE"}, {"STATE"}, {"PUBLIC IP"}, {"PRIVATE IP"}, {"ZONE"}, {"ID"}});
  for (const InstanceView& instance : reservation.instances) {
    table.add({instance.name, instance.state, instance.public_ip.value_or(""),
               instance.private_ip.value_or(""), instance.zone.value_or(""), instance.id});
  }
  return table;
}

Table attempt_table(const ReservationView& reservation) {
  Table table({{"ATTEMPT", Align::right}, {"WHERE"}, {"TYPE"}, {"STAGE"}, {"WHY IT ENDED"}});
  for (const AttemptView& attempt : reservation.attempts) {
    std::string reason = attempt.reason.value_or("");
    const std::string code = attempt.cloud_code.value_or("");
    if (!reason.contains(code)) reason += fmt::format(" [{}]", code);
    table.add({fmt::format("{}", attempt.number),
               fmt::format("{} {}", attempt.cloud, attempt.zone.value_or(attempt.region)),
               attempt.instance_type, attempt.stage, reason});
  }
  return table;
}

std::string lease_cell(const ReservationView& reservation, Time now) {
  if (is_final(reservation.phase)) return "ended";
  if (!reservation.expires_at) return "no lease";
  return distance_text(*reservation.expires_at, now);
}

}  // namespace

std::string request_text(const RequestView& request) {
  std::vector<std::string> parts = {request.is_cluster() ? cluster_parts(request)
                                                         : count_text(request.count, "machine")};
  if (request.instance_type) parts.push_back(*request.instance_type);
  if (request.vcpus) parts.push_back(fmt::format("{} vCPU", *request.vcpus));
  if (request.memory_gib) parts.push_back(memory_text(*request.memory_gib));
  if (request.arch && *request.arch != "x86_64") parts.push_back(*request.arch);
  if (!request.image.empty() && !request.is_cluster()) parts.push_back(request.image);
  if (request.clouds) parts.push_back(fmt::format("on {}", fmt::join(*request.clouds, ", ")));
  if (request.regions) parts.push_back(fmt::format("in {}", fmt::join(*request.regions, ", ")));
  if (request.lease) parts.push_back("for " + *request.lease);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string placement_text(const PlacementView& placement) {
  return fmt::format("{} {} {}: {}, {} GiB disk, {}{}", placement.cloud,
                     placement.zone.value_or(placement.region), placement.instance_type,
                     shape_text(placement.vcpus, placement.memory_gib), placement.disk_gib,
                     placement.arch, placement.burstable ? ", burstable" : "") +
         (placement.nodes ? ", each node" : "");
}

std::string price_text(const PlacementView& placement, int count) {
  const std::string each = money_text(placement.price_usd_hour) + "/h";
  if (placement.nodes) return fmt::format("{} for {}", each, count_text(*placement.nodes, "node"));
  if (count == 1) return each;
  return fmt::format("{} each, {}/h together", each,
                     money_text(times(placement.price_usd_hour, count)));
}

std::string lease_text(const ReservationView& reservation, Time now) {
  if (is_final(reservation.phase)) return "";
  if (!reservation.expires_at) return "none: it runs until `mayfly down`";
  return fmt::format("ends {}, {}", moment_text(*reservation.expires_at),
                     distance_text(*reservation.expires_at, now));
}

std::string cost_text(const ReservationView& reservation) {
  std::string text = money_text(reservation.cost.usd);
  if (reservation.cost.tail_usd.value > 0) {
    text += fmt::format(", and {} while it was torn down", money_text(reservation.cost.tail_usd));
  }
  return reservation.cost.final ? text : text + " so far";
}

std::string ssh_command(const ReservationView& reservation, const InstanceView& instance) {
  const std::string cloud = reservation.placement ? reservation.placement->cloud : "";
  const std::string login = login_of(cloud, reservation.request.image);
  const std::string address = instance.public_ip.value_or("");
  if (login.empty() || address.empty()) return "";
  return fmt::format("ssh {}@{}", login, printable(address));
}

void print_reservations(Session& session, const std::vector<ReservationView>& reservations) {
  Table table({{"ID"},
               {"NAME"},
               {"KIND"},
               {"PHASE"},
               {"MACHINES", Align::right},
               {"WHERE"},
               {"TYPE"},
               {"PER HOUR", Align::right},
               {"COST", Align::right},
               {"LEASE ENDS"},
               {"ASKED FOR"}});
  const Time now = session.now();
  for (const ReservationView& reservation : reservations) {
    const PlacementView placement = reservation.placement.value_or(PlacementView{});
    const int count = reservation.request.count;
    table.add({reservation.id, reservation.name.value_or(""),
               reservation.request.is_cluster() ? "cluster" : "",
               Cell(reservation.phase, tone_of_phase(reservation.phase)),
               machines_cell(reservation),
               reservation.placement ? fmt::format("{} {}", placement.cloud, placement.region) : "",
               placement.instance_type,
               reservation.placement ? money_text(times(placement.price_usd_hour, count)) : "",
               money_text(reservation.cost.usd + reservation.cost.tail_usd),
               lease_cell(reservation, now), distance_text(reservation.created_at, now)});
  }
  session.print_table(table);
}

void print_reservation(Session& session, const ReservationView& reservation) {
  const std::string name = reservation.name ? "  " + printable(*reservation.name) : "";
  session.print_line(session.painted(printable(reservation.id) + name, Tone::strong));
  const Table table = facts(reservation, session.now());
  session.print(table.print({.colors = session.colors(), .titles = false, .indent = 2}));
  print_titled(session, "Machines", machine_table(reservation));
  print_titled(session, "Attempts", attempt_table(reservation));
  if (reservation.placement) {
    print_titled(session, "Offers that lost", considered_table(*reservation.placement));
  }
}

void print_machines(Session& session, const ReservationView& reservation, int indent) {
  session.print_table(machine_table(reservation), indent);
}

void print_attempts(Session& session, const ReservationView& reservation, int indent) {
  session.print_table(attempt_table(reservation), indent);
}

void add_cluster_facts(Table& table, const ReservationView& reservation) {
  if (!reservation.cluster) return;
  const ClusterView& cluster = *reservation.cluster;
  add_fact(table, "cluster",
           fmt::format("{}{}: {}", cluster.id ? *cluster.id + ", " : "", cluster.release,
                       fmt::join(cluster.applications, ", ")));
  add_fact(table, "note", Cell(cluster.note.value_or(""), Tone::warning));
  if (is_final(reservation.phase)) return;
  add_fact(table, "master", cluster.master_dns.value_or(""));
  add_fact(table, "zeppelin", cluster.zeppelin_url.value_or(""));
  add_fact(table, "ganglia", cluster.ganglia_url.value_or(""));
  add_fact(table, "spark", cluster.spark_history_url.value_or(""));
  if (!cluster.master_dns) return;
  add_fact(table, "open to", reservation.request.open_to.value_or("nobody but through the tunnel"));
  add_fact(table, "tunnel", Cell(cluster.ssh_tunnel.value_or(""), Tone::strong));
}

}  // namespace mayfly::cli
