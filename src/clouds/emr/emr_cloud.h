// Amazon EMR behind the Cloud port: a machine is a whole cluster. Its id is j-..., its name the
// cluster's, its dns_name the master's; instance types are the nodes' and zones those of the
// subnet.
//
// EMR has no idempotency token, so the name is what keeps a cluster from being started twice: it is
// unique for ever, and look_up() finds it however the launch's answer got lost. Most of what can go
// wrong is told by the end of a cluster that was accepted minutes before (Instance::ended_means).
// A cluster counts as ended only when EC2 has none of its nodes left.
//
// The work runs in coroutines on a strand of the executor. The executor's context, the client and
// the clock outlive this object and every open call; the object itself may go while calls are open.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "clouds/cloud.h"
#include "http/client.h"
#include "model/clouds.h"

namespace mayfly::clouds {

namespace emr {
class Driver;
}

struct EmrOptions {
  std::string endpoint;  // empty: AWS itself; else one URL for every service and region (tests)
};

class EmrCloud final : public Cloud {
 public:
  EmrCloud(boost::asio::any_io_executor executor, http::Client& client, const Clock& clock,
           EmrOptions options = {});
  ~EmrCloud() override;

  std::string_view name() const override { return kEmr; }
  const CloudTraits& traits() const override;
  const RateLimits& limits() const override { return emr_limits(); }

  void check(const Credentials& credentials, Loop& loop, Done<CloudResult<Identity>> done) override;
  void prepare(const Credentials& credentials, PrepareSpec spec, Loop& loop,
               Done<CloudResult<std::vector<LaunchTarget>>> done) override;
  void launch(const Credentials& credentials, LaunchSpec spec, Loop& loop,
              Done<CloudResult<std::vector<Instance>>> done) override;
  void look_up(const Credentials& credentials, LookUp what, Loop& loop,
               Done<CloudResult<std::vector<Instance>>> done) override;
  void list(const Credentials& credentials, std::string region, std::string installation,
            Loop& loop, Done<CloudResult<std::vector<Instance>>> done) override;
  void terminate(const Credentials& credentials, std::string region, std::vector<std::string> ids,
                 Loop& loop, Done<CloudResult<Terminated>> done) override;
  void ended(const Credentials& credentials, std::string region, std::vector<std::string> ids,
             Loop& loop, Done<CloudResult<std::map<std::string, Time>>> done) override;

 private:
  std::shared_ptr<emr::Driver> driver_;
};

}  // namespace mayfly::clouds
