// DigitalOcean behind the Cloud port. Regions, sizes and images are slugs; machines are droplets.
//
// There is no idempotency key: an ambiguous launch must be looked up, by its tag and by its names
// (a name is there at once, tags follow), before it is sent again.
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

namespace digitalocean {
class Driver;
}

struct DigitalOceanOptions {
  std::string endpoint = "https://api.digitalocean.com";  // /v2/... lives below it
};

class DigitalOceanCloud final : public Cloud {
 public:
  DigitalOceanCloud(boost::asio::any_io_executor executor, http::Client& client, const Clock& clock,
                    DigitalOceanOptions options = {});
  ~DigitalOceanCloud() override;

  std::string_view name() const override { return "digitalocean"; }
  const CloudTraits& traits() const override;
  const RateLimits& limits() const override { return digitalocean_limits(); }
  std::optional<Allowance> allowance(const std::string& key_id) const override;

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
  void list_everything(const Credentials& credentials, std::string region, std::string installation,
                       Loop& loop, Done<CloudResult<std::vector<Instance>>> done) override;
  void terminate(const Credentials& credentials, std::string region, std::vector<std::string> ids,
                 Loop& loop, Done<CloudResult<Terminated>> done) override;
  void ended(const Credentials& credentials, std::string region, std::vector<std::string> ids,
             Loop& loop, Done<CloudResult<std::map<std::string, Time>>> done) override;

 private:
  digitalocean::Driver& driver_for(const Credentials& credentials);

  std::shared_ptr<digitalocean::Driver> driver_;
};

}  // namespace mayfly::clouds
