// A machine as its cloud knows it: everything that ever happens to it is a moment in time, so its
// state is computed from the clock and nothing has to tick.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "clouds/sim/cluster.h"
#include "core/time.h"
#include "model/instance.h"

namespace mayfly::sim {

struct Machine {
  std::string cloud;
  std::string account;
  std::string region;
  std::string zone;  // EC2 and EMR only
  std::string id;
  std::string name;  // a droplet's or a cluster's; EC2's is the tag Name
  std::string instance_type;
  std::string image;
  std::string subnet;  // EC2 and EMR only
  std::string security_group;
  std::string token;        // EC2's ClientToken
  std::string reservation;  // EC2's reservation id: one per launch
  int launch_index = 0;
  std::map<std::string, std::string> tags;  // DigitalOcean: tag -> ""
  Tags ours;  // those of ours it was created with, by their keys; values as the cloud keeps them
  int disk_gib = 0;
  bool gpu = false;      // DigitalOcean lists these apart
  bool foreign = false;  // not started through us
  bool terminate_protected = false;
  std::optional<Cluster> cluster;  // EMR only; `disk_gib` is of each node
  std::string public_ip;
  std::string private_ip;

  Time created;
  Time visible_from;  // in listings and by id
  Time tags_from;     // DigitalOcean attaches tags after creation
  Time addresses_from;
  Time running_from = kNever;
  Time stopped_from = kNever;
  Time ending_from = kNever;  // EC2: shutting-down; its bill ends here; EMR: TERMINATING
  Time ended = kNever;        // EC2, EMR: terminated; DigitalOcean: vanished
  Time hidden_from;           // phantom absence: [hidden_from, hidden_until)
  Time hidden_until;
  Time refuses_until;    // does not take a delete
  std::string end_code;  // EC2's StateReason.Code for the end or the stop; EMR's for the end
  std::string end_reason;

  InstanceState state_at(Time now) const;
  bool alive_at(Time now) const { return now < ended; }
  bool shown_at(Time now) const {
    return now >= visible_from && (now < hidden_from || now >= hidden_until);
  }
  // The cloud's word for since when it has been stopped or ended: EMR's for TERMINATED alone,
  // DigitalOcean has none.
  std::optional<Time> state_since_at(Time now) const;
  // When its cloud stops billing it: EC2 with shutting-down, the others when it is gone.
  Time bill_ends() const { return cloud == "aws" ? ending_from : ended; }
};

}  // namespace mayfly::sim
