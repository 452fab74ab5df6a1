// The operations of the Cloud port as coroutines on one strand. Whoever starts one keeps the Driver
// alive until it has answered.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <string>
#include <vector>

#include "clouds/aws/client.h"
#include "clouds/aws/region_facts.h"
#include "clouds/cloud.h"
#include "clouds/emr/cluster.h"
#include "clouds/emr/entrances.h"
#include "clouds/emr/known_clusters.h"

namespace mayfly::clouds::emr {

using aws::Caller;

inline constexpr std::size_t kTerminateIdsMax = 10;  // EMR's limit for one call
inline constexpr int kListPagesMax = 200;  // of fifty clusters; then it is not a listing but a loop
// EMR's bucket for descriptions; a listing that needs more is gone on with by the next.
inline constexpr int kDescribesAtOnce = 10;
// Clusters that ended are asked for by when they were made, and shown for an hour after their end,
// as EC2 shows its machines. One that is older than that is described when it leaves the listing.
inline constexpr Duration kEndedListed = 6h;
inline constexpr Duration kEndedShown = 1h;

class Driver {
 public:
  Driver(const boost::asio::any_io_executor& executor, http::Client& http, const Clock& clock,
         std::string endpoint);

  const boost::asio::any_io_executor& executor() const { return strand_; }

  Work<Identity> check(Credentials credentials);
  Work<std::vector<LaunchTarget>> prepare(Credentials credentials, PrepareSpec spec);
  Work<std::vector<Instance>> launch(Credentials credentials, LaunchSpec spec);
  Work<std::vector<Instance>> look_up(Credentials credentials, Cloud::LookUp what);
  Work<std::vector<Instance>> list(Credentials credentials, std::string region,
                                   std::string installation);
  Work<Cloud::Terminated> terminate(Credentials credentials, std::string region,
                                    std::vector<std::string> ids);
  Work<std::map<std::string, Time>> ended(Credentials credentials, std::string region,
                                          std::vector<std::string> ids);

 private:
  // launch.cpp
  Work<std::string> run_job_flow(Caller caller, LaunchSpec spec);
  // reading.cpp
  Work<void> read_pages(Caller caller, json::object filter, std::map<std::string, Cluster>& found);
  Work<std::map<std::string, Cluster>> shown(Caller caller);
  Work<Described> describe(Caller caller, std::string id);
  Work<void> confirm_ends(Caller caller, std::vector<Instance>& instances);
  // observe.cpp
  struct Pass;
  Work<void> meet_new(Pass& pass);
  Work<void> follow_vanished(Pass& pass);
  Work<void> find_masters(Pass& pass);
  // terminate.cpp
  Work<void> terminate_batch(Caller caller, std::vector<std::string> ids,
                             Cloud::Terminated& terminated);
  Work<void> terminate_each(Caller caller, std::vector<std::string> ids,
                            Cloud::Terminated& terminated);
  Work<void> unprotect(Caller caller, std::vector<std::string> ids);

  const boost::asio::any_io_executor strand_;
  const Clock& clock_;
  aws::SignedClient client_;
  aws::RegionFacts facts_;
  Entrances entrances_;
  KnownClusters known_;
};

}  // namespace mayfly::clouds::emr
