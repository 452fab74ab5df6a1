// The operations of the Cloud port as coroutines on one strand. Whoever starts one keeps the
// Driver alive until it has answered.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "clouds/cloud.h"
#include "clouds/digitalocean/api.h"
#include "clouds/digitalocean/availability.h"
#include "clouds/digitalocean/gpu_watch.h"
#include "clouds/digitalocean/pages.h"
#include "clouds/shared/start.h"

namespace mayfly::clouds::digitalocean {

inline constexpr int kMachinesPerCreate = 10;
inline constexpr std::size_t kUserDataBytesMax = 64u << 10;
// Deleting takes about a second each and the burst limit is 250 calls a minute.
inline constexpr int kDeletesAtOnce = 4;
// Of an account's actions: 2,000, which is some hours of a busy one.
inline constexpr int kActionPagesMax = 10;

class Driver {
 public:
  Driver(const boost::asio::any_io_executor& executor, http::Client& client, const Clock& clock,
         std::string endpoint);

  const boost::asio::any_io_executor& executor() const { return strand_; }
  // From any thread.
  Allowances& allowances() { return api_.allowances(); }

  Work<Identity> check(Credentials credentials);
  Work<Examination> examine(Credentials credentials, std::string region);
  Work<std::vector<LaunchTarget>> prepare(Credentials credentials, PrepareSpec spec);
  Work<std::vector<Instance>> launch(Credentials credentials, LaunchSpec spec);
  Work<std::vector<Instance>> look_up(Credentials credentials, Cloud::LookUp what);
  enum class Gpus { when_due, always };
  Work<std::vector<Instance>> list(Credentials credentials, std::string region,
                                   std::string installation, Gpus gpus);
  Work<Cloud::Terminated> terminate(Credentials credentials, std::vector<std::string> ids);
  Work<std::map<std::string, Time>> ended(Credentials credentials, std::vector<std::string> ids);

 private:
  struct Found;     // listing.cpp
  struct Teardown;  // terminate.cpp

  Work<std::vector<std::string>> open_regions(Secret token);
  Work<void> find_by_tag(Secret token, std::string tag, Found& found);
  Work<void> find_by_name(Secret token, std::string name, Found& found);
  Work<void> find_gpus(Secret token, Found& found);
  boost::asio::awaitable<void> end_some(std::shared_ptr<Teardown> teardown);
  Work<bool> end_one(Secret token, std::string id);

  const boost::asio::any_io_executor strand_;
  const Clock& clock_;
  Api api_;
  Availability availability_;
  GpuWatch gpus_;
};

}  // namespace mayfly::clouds::digitalocean
