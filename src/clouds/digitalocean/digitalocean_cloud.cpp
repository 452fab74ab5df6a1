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

namespace {

template <class T>
boost::asio::awaitable<void> answer([[maybe_unused]] std::shared_ptr<Driver> alive, Loop& loop,
                                    Done<CloudResult<T>> done, Work<T> work) {
  auto calm = without_throwing(std::move(work));
  CloudResult<T> result = co_await std::move(calm);
  loop.post(
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

// Runs the work and posts its answer; the driver stays until then.
template <class T>
void answer_with(const std::shared_ptr<Driver>& driver, Loop& loop, Done<CloudResult<T>> done,
                 Work<T> work) {
  http::spawn(driver->executor(), "digitalocean",
              answer<T>(driver, loop, std::move(done), std::move(work)));
}

}  // namespace
}  // namespace digitalocean

using digitalocean::answer_with;

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
  answer_with(driver_, loop, std::move(done), driver_for(credentials).check(credentials));
}

void DigitalOceanCloud::examine(const Credentials& credentials, std::string region, Loop& loop,
                                Done<CloudResult<Examination>> done) {
  answer_with(driver_, loop, std::move(done),
              driver_for(credentials).examine(credentials, std::move(region)));
}

void DigitalOceanCloud::prepare(const Credentials& credentials, PrepareSpec spec, Loop& loop,
                                Done<CloudResult<std::vector<LaunchTarget>>> done) {
  answer_with(driver_, loop, std::move(done),
              driver_for(credentials).prepare(credentials, std::move(spec)));
}

void DigitalOceanCloud::launch(const Credentials& credentials, LaunchSpec spec, Loop& loop,
                               Done<CloudResult<std::vector<Instance>>> done) {
  answer_with(driver_, loop, std::move(done),
              driver_for(credentials).launch(credentials, std::move(spec)));
}

void DigitalOceanCloud::look_up(const Credentials& credentials, LookUp what, Loop& loop,
                                Done<CloudResult<std::vector<Instance>>> done) {
  answer_with(driver_, loop, std::move(done),
              driver_for(credentials).look_up(credentials, std::move(what)));
}

void DigitalOceanCloud::list(const Credentials& credentials, std::string region,
                             std::string installation, Loop& loop,
                             Done<CloudResult<std::vector<Instance>>> done) {
  answer_with(driver_, loop, std::move(done),
              driver_for(credentials)
                  .list(credentials, std::move(region), std::move(installation),
                        digitalocean::Driver::Gpus::when_due));
}

void DigitalOceanCloud::list_everything(const Credentials& credentials, std::string region,
                                        std::string installation, Loop& loop,
                                        Done<CloudResult<std::vector<Instance>>> done) {
  answer_with(driver_, loop, std::move(done),
              driver_for(credentials)
                  .list(credentials, std::move(region), std::move(installation),
                        digitalocean::Driver::Gpus::always));
}

void DigitalOceanCloud::terminate(const Credentials& credentials, std::string /*region*/,
                                  std::vector<std::string> ids, Loop& loop,
                                  Done<CloudResult<Terminated>> done) {
  answer_with(driver_, loop, std::move(done),
              driver_for(credentials).terminate(credentials, std::move(ids)));
}

void DigitalOceanCloud::ended(const Credentials& credentials, std::string /*region*/,
                              std::vector<std::string> ids, Loop& loop,
                              Done<CloudResult<std::map<std::string, Time>>> done) {
  answer_with(driver_, loop, std::move(done),
              driver_for(credentials).ended(credentials, std::move(ids)));
}

}  // namespace mayfly::clouds
