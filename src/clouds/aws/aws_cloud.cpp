#include "clouds/aws/aws_cloud.h"

#include <boost/asio/strand.hpp>

#include "clouds/aws/driver.h"
#include "clouds/shared/start.h"

namespace mayfly::clouds {
namespace aws {

Driver::Driver(const boost::asio::any_io_executor& executor, http::Client& http, const Clock& clock,
               std::string endpoint, int page_size)
    : strand_(boost::asio::make_strand(executor)),
      clock_(clock),
      page_size_(page_size),
      client_(strand_, http, clock, std::move(endpoint)),
      facts_(client_, clock) {}

}  // namespace aws

AwsCloud::AwsCloud(boost::asio::any_io_executor executor, http::Client& client, const Clock& clock,
                   AwsOptions options)
    : driver_(std::make_shared<aws::Driver>(executor, client, clock, std::move(options.endpoint),
                                            options.page_size)) {}

AwsCloud::~AwsCloud() = default;

const CloudTraits& AwsCloud::traits() const {
  static constexpr CloudTraits kTraits{.idempotent_launch = true,
                                       .machines_per_launch = aws::kMachinesPerLaunch,
                                       .lists_all_regions = false,
                                       .shows_terminated = true};
  return kTraits;
}

void AwsCloud::check(const Credentials& credentials, Loop& loop, Done<CloudResult<Identity>> done) {
  start(driver_, "aws check", driver_->check(credentials), loop, std::move(done));
}

void AwsCloud::examine(const Credentials& credentials, std::string region, Loop& loop,
                       Done<CloudResult<Examination>> done) {
  start(driver_, "aws examine", driver_->examine(credentials, std::move(region)), loop,
        std::move(done));
}

void AwsCloud::prepare(const Credentials& credentials, PrepareSpec spec, Loop& loop,
                       Done<CloudResult<std::vector<LaunchTarget>>> done) {
  start(driver_, "aws prepare", driver_->prepare(credentials, std::move(spec)), loop,
        std::move(done));
}

void AwsCloud::launch(const Credentials& credentials, LaunchSpec spec, Loop& loop,
                      Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "aws launch", driver_->launch(credentials, std::move(spec)), loop,
        std::move(done));
}

void AwsCloud::look_up(const Credentials& credentials, LookUp what, Loop& loop,
                       Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "aws look_up", driver_->look_up(credentials, std::move(what)), loop,
        std::move(done));
}

void AwsCloud::list(const Credentials& credentials, std::string region, std::string installation,
                    Loop& loop, Done<CloudResult<std::vector<Instance>>> done) {
  start(driver_, "aws list", driver_->list(credentials, std::move(region), std::move(installation)),
        loop, std::move(done));
}

void AwsCloud::terminate(const Credentials& credentials, std::string region,
                         std::vector<std::string> ids, Loop& loop,
                         Done<CloudResult<Terminated>> done) {
  start(driver_, "aws terminate",
        driver_->terminate(credentials, std::move(region), std::move(ids)), loop, std::move(done));
}

void AwsCloud::ended(const Credentials& credentials, std::string region,
                     std::vector<std::string> ids, Loop& loop,
                     Done<CloudResult<std::map<std::string, Time>>> done) {
  start(driver_, "aws ended", driver_->ended(credentials, std::move(region), std::move(ids)), loop,
        std::move(done));
}

}  // namespace mayfly::clouds
