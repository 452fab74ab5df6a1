// A reservation as Automation sees it: the request that made it, the result of that, and what was
// deployed. Request and result are about the launch and stand still once it is over; the deployment
// lives on until it is torn down. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>

#include "model/reservation.h"
#include "oslc/addresses.h"
#include "rdf/graph.h"
#include "service/automations.h"
#include "service/views.h"

namespace mayfly::oslc {

struct Launch {
  const Reservation& reservation;
  service::ReservationView view;
  std::optional<service::Automation> said;  // nothing: it was not launched through this door

  // The plan that it was launched from; without one, the built-in plan of its kind.
  std::string plan() const;
  std::string title() const;
};
// The reservation must outlive it.
Launch launch_of(const Reservation& reservation, std::optional<service::Automation> said, Time now);

void describe_request(const Launch& launch, const Addresses& addresses, rdf::Graph& graph);
void describe_result(const Launch& launch, const Addresses& addresses, rdf::Graph& graph);
// What queries answer for each result: enough to choose one.
void describe_result_briefly(const Launch& launch, const Addresses& addresses, rdf::Graph& graph);
// What a request says of its result. It does not point back: clients that keep objects (Eclipse
// Lyo's) follow circles for ever when they write what they have read.
void describe_result_in_request(const Launch& launch, const Addresses& addresses,
                                rdf::Graph& graph);
void describe_request_briefly(const Launch& launch, const Addresses& addresses, rdf::Graph& graph);
void describe_deployment(const Launch& launch, const Addresses& addresses, rdf::Graph& graph);

// The request that would make the same again, for whoever sends it to the factory.
void describe_redeploy_template(const Launch& launch, const Addresses& addresses,
                                rdf::Graph& graph);

// A request that nobody runs.
void describe_prepared(const service::Automation& prepared, const Addresses& addresses,
                       rdf::Graph& graph);

}  // namespace mayfly::oslc
