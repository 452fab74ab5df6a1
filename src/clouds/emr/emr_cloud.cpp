#include "clouds/emr/emr_cloud.h"

#include <boost/asio/strand.hpp>

#include "clouds/emr/driver.h"
#include "clouds/shared/start.h"

namespace mayfly::clouds {

namespace emr {

Driver::Driver(const boost::asio::any_io_executor& executor, http::Client& http, const Clock& clock,
               std::string endpoint)
    : strand_(boost::asio::make_strand(executor)),
      clock_(clock),
      client_(strand_, http, clock, std::move(endpoint)),
      facts_(client_, clock),
      entrances_(client_, clock) {}

}  // namespace emr

EmrCloud::EmrCloud(boost::asio::any_io_executor executor, http::Client& client, const Clock& clock,
                   EmrOptions options)
    : driver_(std::make_shared<emr::Driver>(executor, client, clock, std::move(options.endpoint))) {
}

EmrCloud::~EmrCloud() = default;

const CloudTraits& EmrCloud::traits() const {
  static constexpr CloudTraits kTraits{.idempotent_launch = false,
                                       .machines_per_launch = 1,
                                       .lists_all_regions = false,
                                       .shows_terminated = true,
                                       .boot_patience = 3,
                                       .poll_min = 30s};
  return kTraits;
}

void EmrCloud::check(const Credentials& credentials, Loop& loop, Done<CloudResult<Identity>> done) {
  start(driver_, "emr check", driver_->check(credentials), loop, std::move(done));
}

void EmrCloud::prepare(const Credentials& credentials, PrepareSpec spec, Loop& loop,
                       Done<CloudResult<std::vector<LaunchTarget>>> done) {
  start(driver_, "emr prepare", driver_->prepare(credentials, std::move(spec)), loop,
        std::move(done));
}

void EmrCloud::launch(const Credentials& credentials, LaunchSpec spec, Loop& loop,
                      Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "emr launch", driver_->launch(credentials, std::move(spec)), loop,
        std::move(done));
}

void EmrCloud::look_up(const Credentials& credentials, LookUp what, Loop& loop,
                       Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "emr look_up", driver_->look_up(credentials, std::move(what)), loop,
        std::move(done));
}

void EmrCloud::list(const Credentials& credentials, std::string region, std::string installation,
                    Loop& loop, Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "emr list", driver_->list(credentials, std::move(region), std::move(installation)),
        loop, std::move(done));
}

void EmrCloud::terminate(const Credentials& credentials, std::string region,
                         std::vector<std::string> ids, Loop& loop,
                         Done<CloudResult<Terminated>> done) {
  start(driver_, "emr terminate",
        driver_->terminate(credentials, std::move(region), std::move(ids)), loop, std::move(done));
}

void EmrCloud::ended(const Credentials& credentials, std::string region,
                     std::vector<std::string> ids, Loop& loop,
                     Done<CloudResult<std::map<std::string, Time>>> done) {
  start(driver_, "emr ended", driver_->ended(credentials, std::move(region), std::move(ids)), loop,
        std::move(done));
}

}  // namespace mayfly::clouds
