// What the tests of the mapping share: a small life of a reservation, and questions to a graph.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "oslc/description.h"
#include "oslc/launches.h"
#include "oslc/vocabulary.h"
#include "rdf/graph.h"

namespace mayfly::oslc::testing {

inline constexpr char kBase[] = "http://mayfly.test";

inline Addresses addresses(Dialect dialect = Dialect::both) {
  return {kBase, dialect};
}

inline Time at(int minute) {
  return Time{} + std::chrono::hours(480'000) + minute * 1min;
}

inline Reservation pending() {
  Reservation reservation{
      .id = "r-1", .user = "ann", .request = {.vcpus = 2, .memory_gib = Gib::of(4)}};
  reservation.created_at = at(0);
  return reservation;
}

inline Reservation provisioning() {
  Reservation reservation = pending();
  reservation.phase = Phase::provisioning;
  reservation.attempts.push_back(
      {.number = 1,
       .offer = {.cloud = "aws", .region = "eu-west-1", .instance_type = "t3.medium"},
       .stage = Stage::booting});
  return reservation;
}

inline Reservation ready() {
  Reservation reservation = provisioning();
  reservation.phase = Phase::ready;
  reservation.ready_at = at(2);
  Attempt& attempt = reservation.attempts.front();
  attempt.stage = Stage::running;
  attempt.machines.push_back(
      {.slot = 0,
       .instance = {.id = "i-1", .state = InstanceState::running, .public_ip = "203.0.113.7"}});
  return reservation;
}

inline Reservation releasing(Reservation reservation, std::string why) {
  reservation.goal = Goal::absent;
  reservation.phase = Phase::releasing;
  reservation.release_requested_at = at(5);
  reservation.end_reason = std::move(why);
  return reservation;
}

inline Reservation over(Reservation reservation, Phase phase) {
  reservation.phase = phase;
  reservation.failing = phase == Phase::failed;
  reservation.ended_at = at(6);
  for (Attempt& attempt : reservation.attempts) attempt.stage = Stage::ended;
  return reservation;
}

inline constexpr char kResult[] = "http://mayfly.test/oslc/users/ann/results/r-1";

inline rdf::Graph result_of(const Reservation& reservation, Dialect dialect = Dialect::both,
                            std::optional<service::Automation> said = {}) {
  rdf::Graph graph = new_graph();
  describe_result(launch_of(reservation, std::move(said), at(10)), addresses(dialect), graph);
  return graph;
}

inline bool has(const rdf::Graph& graph, std::string_view subject, std::string_view property,
                std::string_view iri) {
  return graph.contains(rdf::iri(subject), rdf::iri(property), rdf::iri(iri));
}

inline std::vector<std::string> texts(const rdf::Graph& graph, std::string_view subject,
                                      std::string_view property) {
  std::vector<std::string> all;
  for (const rdf::Term& object : graph.objects(rdf::iri(subject), property))
    all.emplace_back(object.text);
  return all;
}

// The values of a parameter, by its name.
inline std::vector<std::string> parameter(const rdf::Graph& graph, std::string_view subject,
                                          std::string_view property, std::string_view name) {
  std::vector<std::string> values;
  for (const rdf::Term& instance : graph.objects(rdf::iri(subject), property)) {
    const auto called = graph.object(instance, core::kName);
    if (!called || called->text != name) continue;
    for (const rdf::Term& value : graph.objects(instance, kValue)) values.emplace_back(value.text);
  }
  return values;
}

}  // namespace mayfly::oslc::testing
