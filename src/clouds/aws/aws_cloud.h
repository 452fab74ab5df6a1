// AWS EC2 behind the Cloud port. Regions and instance types are AWS's names; machines are on-demand
// instances in the account's default VPC.
//
// A launch carries its idempotency token: repeated with the identical LaunchSpec it gives the
// machines of the first, for at least a day after they ended. All machines of a launch share their
// tags, so Instance.name comes from the tag Name and EC2's launch index (instances.h).
//
// The work runs in coroutines on a strand of the executor. The executor's context, the client and
// the clock outlive this object and every open call; the object itself may go while calls are open.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "clouds/cloud.h"
#include "http/client.h"

namespace mayfly::clouds {

namespace aws {
class Driver;
}

struct AwsOptions {
  std::string endpoint;  // empty: AWS itself; else one URL for every service and region (tests)
  int page_size = 1000;  // of listings; EC2 takes 5 to 1000
};

class AwsCloud final : public Cloud {
 public:
  AwsCloud(boost::asio::any_io_executor executor, http::Client& client, const Clock& clock,
           AwsOptions options = {});
  ~AwsCloud() override;

  std::string_view name() const override { return "aws"; }
  const CloudTraits& traits() const override;
  const RateLimits& limits() const override { return aws_limits(); }

  void check(const Credentials& credentials, Loop& loop, Done<CloudResult<Identity>> done) override;
  void examine(const Credentials& credentials, std::string region, Loop& loop,
               Done<CloudResult<Examination>> done) override;
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
  std::shared_ptr<aws::Driver> driver_;
};

}  // namespace mayfly::clouds
