// Reservations, offers and requests as people read them.
#pragma once

#include <string>

#include "cli/answers.h"
#include "cli/session.h"

namespace mayfly::cli {

// "2 machines, 2 vCPU, 4 GiB, debian-12", "cluster of 3 nodes, emr-7.1.0, Spark and Hive, for 2h"
std::string request_text(const RequestView& request);
// "aws us-east-1 t3.small: 2 vCPU, 2 GiB, 25 GiB disk, x86_64, burstable"
std::string placement_text(const PlacementView& placement);
// "$0.0357/h", with several machines "$0.0357/h each, $0.0714/h together", of a cluster "$0.9/h for
// 3 nodes"
std::string price_text(const PlacementView& placement, int count);
// "ends 2026-11-22 05:30 UTC, in 1h 58m", or that there is none.
std::string lease_text(const ReservationView& reservation, Time now);
// "$0.0119 so far", "$0.0714, and $0.0006 while it was torn down"
std::string cost_text(const ReservationView& reservation);

// How to log in to a machine, when it has an address.
std::string ssh_command(const ReservationView& reservation, const InstanceView& instance);

void print_reservations(Session& session, const std::vector<ReservationView>& reservations);
void print_reservation(Session& session, const ReservationView& reservation);
void print_machines(Session& session, const ReservationView& reservation, int indent);
void print_attempts(Session& session, const ReservationView& reservation, int indent);

// What there is to know of a cluster: its id, what is installed, and how to reach its pages. Rows
// of name and value; none for machines.
void add_cluster_facts(Table& table, const ReservationView& reservation);

}  // namespace mayfly::cli
