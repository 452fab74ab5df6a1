#include "clouds/digitalocean/digitalocean_cloud.h"

#include <boost/asio/strand.hpp>

#include "clouds/digitalocean/driver.h"
#include "http/spawn.h"

namespace mayfly::clouds {
namespace digitalocean {

Driver::Driver(const boost::asio::any_io_executor& executor, http::Client& client,
               const Clock& clock, std::string endpoint)
    : strand_(boost::asio::make_strand(executor)),
      clock_(clock),
      api_(strand_, client, clock, std::move(endpoint)),
      availability_(api_, clock) {}

}  // namespace digitalocean

DigitalOceanCloud::DigitalOceanCloud(boost::asio::any_io_executor executor, http::Client& client,
                                     const Clock& clock, DigitalOceanOptions options)
    : driver_(std::make_shared<digitalocean::Driver>(executor, client, clock,
                                                     std::move(options.endpoint))) {}

DigitalOceanCloud::~DigitalOceanCloud() = default;

std::optional<Allowance> DigitalOceanCloud::allowance(const std::string& key_id) const {
  return driver_->allowances().of(key_id);
}

// What is left is told of tokens; it is asked for by keys.
digitalocean::Driver& DigitalOceanCloud::driver_for(const Credentials& credentials) {
  driver_->allowances().belongs(credentials.key_id, credentials.secret.reveal());
  return *driver_;
}

const CloudTraits& DigitalOceanCloud::traits() const {
  static constexpr CloudTraits kTraits{.idempotent_launch = false,
                                       .machines_per_launch = digitalocean::kMachinesPerCreate,
                                       .lists_all_regions = true,
                                       .shows_terminated = false};
  return kTraits;
}

void DigitalOceanCloud::check(const Credentials& credentials, Loop& loop,
                              Done<CloudResult<Identity>> done) {
  start(driver_, "digitalocean check", driver_for(credentials).check(credentials), loop,
        std::move(done));
}

void DigitalOceanCloud::examine(const Credentials& credentials, std::string region, Loop& loop,
                                Done<CloudResult<Examination>> done) {
  start(driver_, "digitalocean examine",
        driver_for(credentials).examine(credentials, std::move(region)), loop, std::move(done));
}

void DigitalOceanCloud::prepare(const Credentials& credentials, PrepareSpec spec, Loop& loop,
                                Done<CloudResult<std::vector<LaunchTarget>>> done) {
  start(driver_, "digitalocean prepare",
        driver_for(credentials).prepare(credentials, std::move(spec)), loop, std::move(done));
}

void DigitalOceanCloud::launch(const Credentials& credentials, LaunchSpec spec, Loop& loop,
                               Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "digitalocean launch",
        driver_for(credentials).launch(credentials, std::move(spec)), loop, std::move(done));
}

void DigitalOceanCloud::look_up(const Credentials& credentials, LookUp what, Loop& loop,
                                Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "digitalocean look_up",
        driver_for(credentials).look_up(credentials, std::move(what)), loop, std::move(done));
}

void DigitalOceanCloud::list(const Credentials& credentials, std::string region,
                             std::string installation, Loop& loop,
                             Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "digitalocean list",
        driver_for(credentials)
            .list(credentials, std::move(region), std::move(installation),
                  digitalocean::Driver::Gpus::when_due),
        loop, std::move(done));
}

void DigitalOceanCloud::list_everything(const Credentials& credentials, std::string region,
                                        std::string installation, Loop& loop,
                                        Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "digitalocean list_everything",
        driver_for(credentials)
            .list(credentials, std::move(region), std::move(installation),
                  digitalocean::Driver::Gpus::always),
        loop, std::move(done));
}

void DigitalOceanCloud::terminate(const Credentials& credentials, std::string /*region*/,
                                  std::vector<std::string> ids, Loop& loop,
                                  Done<CloudResult<Terminated>> done) {
  start(driver_, "digitalocean terminate",
        driver_for(credentials).terminate(credentials, std::move(ids)), loop, std::move(done));
}

void DigitalOceanCloud::ended(const Credentials& credentials, std::string /*region*/,
                              std::vector<std::string> ids, Loop& loop,
                              Done<CloudResult<std::map<std::string, Time>>> done) {
  start(driver_, "digitalocean ended", driver_for(credentials).ended(credentials, std::move(ids)),
        loop, std::move(done));
}

}  // namespace mayfly::clouds
