// Whether a key and its account have everything that machines and clusters need, one finding for
// each thing, and how to mend what is missing. The calls are those that the drivers make, as dry
// runs where they would change something; nothing is made, ended or paid for.
//
// EC2 looks at a call's parameters before it looks at rights, and EMR has no dry run: what cannot
// be found out is said to be unknown and never guessed.
//
// One examination each, on the client's executor. The client and the clock outlive it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clouds/aws/client.h"
#include "clouds/aws/region_facts.h"
#include "clouds/cloud.h"

namespace mayfly::clouds::aws {

// Then what was not looked at yet is unknown: somebody waits for the answer.
inline constexpr Duration kExaminationMax = 60s;

// The quota of on-demand vCPUs of all A, C, D, H, I, M, R, T and Z types together.
inline constexpr char kStandardVcpus[] = "L-1216C47A";
// A cluster of three of EMR's smallest nodes.
inline constexpr int kClusterVcpus = 12;

class Doctor {
 public:
  // home: where the key is tested; there: the region to look at.
  Doctor(SignedClient& client, const Clock& clock, Caller home, Caller there);

  Work<Examination> examine();

 private:
  struct Verdict {
    FindingOutcome outcome = FindingOutcome::ok;
    std::string detail;
    std::optional<std::string> remedy = {};
  };
  using Look = boost::asio::awaitable<Verdict>;
  struct Step {
    const char* check;
    NeededFor needed_for;
    Look (Doctor::*look)();
  };
  static const std::vector<Step>& steps();

  // What the answer to a call says of the right to make it. action: as policies name it.
  static Verdict verdict_on(const CloudFailure& failure, std::string_view action);
  static Verdict missing(std::string detail, std::string remedy);
  static Verdict unknown(std::string detail);
  // ok when the dry run passed.
  boost::asio::awaitable<Verdict> try_ec2(Form form, std::string detail);
  Verdict clock_verdict() const;
  Form launch_form() const;

  // doctor.cpp
  Look look_at_region();
  Look look_at_image();
  Look look_at_types();
  Look look_at_network();
  Look look_at_listing();
  Look look_at_launch();
  Look look_at_group();
  Look look_at_end();
  Look look_at_quota();
  // doctor_clusters.cpp
  Look look_at_emr();
  Look look_at_service_role();
  Look look_at_profile();
  Look look_at_passing();
  Look look_at_key_pair();
  Look look_at_cluster_changes();

  SignedClient& client_;
  const Clock& clock_;
  const Caller home_;
  const Caller there_;
  RegionFacts
      facts_;  // of its own: a right that was lost since must not hide in what is remembered

  // What earlier steps found and later ones use.
  Image image_;
  std::string vpc_;
  std::string subnet_;
  std::vector<std::string> own_machines_;
  bool may_launch_ = false;
  bool region_closed_ = false;
  bool no_profile_ = false;
};

}  // namespace mayfly::clouds::aws
