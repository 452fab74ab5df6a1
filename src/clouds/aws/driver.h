// The operations of the Cloud port as coroutines on one strand, in one file each but the two
// that look. Whoever starts one keeps the Driver alive until it has answered.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <string>
#include <vector>

#include "clouds/aws/client.h"
#include "clouds/aws/describe_instances.h"
#include "clouds/aws/region_facts.h"
#include "clouds/cloud.h"

namespace mayfly::clouds::aws {

inline constexpr int kMachinesPerLaunch = 100;         // EC2's advice for one all-or-nothing launch
inline constexpr std::size_t kTerminateIdsMax = 1000;  // EC2's limit for one call

class Driver {
 public:
  Driver(const boost::asio::any_io_executor& executor, http::Client& http, const Clock& clock,
         std::string endpoint, int page_size);

  const boost::asio::any_io_executor& executor() const { return strand_; }

  Work<Identity> check(Credentials credentials);
  Work<Examination> examine(Credentials credentials, std::string region);
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
  // check.cpp
  Work<std::vector<std::string>> enabled_regions(Caller caller);
  Work<void> may_launch(Caller caller);
  // observe.cpp
  Work<std::vector<Instance>> describe(Caller caller, Filters filters);
  // terminate.cpp
  Work<void> terminate_batch(Caller caller, std::vector<std::string> ids,
                             Cloud::Terminated& terminated);
  Work<void> terminate_each(Caller caller, std::vector<std::string> ids,
                            Cloud::Terminated& terminated);
  Work<void> terminate_protected(Caller caller, std::vector<std::string> ids,
                                 Cloud::Terminated& terminated);

  const boost::asio::any_io_executor strand_;
  const Clock& clock_;
  const int page_size_;
  SignedClient client_;
  RegionFacts facts_;
};

}  // namespace mayfly::clouds::aws
