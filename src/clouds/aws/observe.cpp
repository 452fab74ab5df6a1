#include <algorithm>

#include "clouds/aws/describe_instances.h"
#include "clouds/aws/driver.h"

namespace mayfly::clouds::aws {

namespace {

// By tags and not by the client token: tags are there with the machine, and every emulator knows
// them.
std::map<std::string, std::vector<std::string>> by_tags(
    const std::map<std::string, std::string>& tags) {
  std::map<std::string, std::vector<std::string>> filters;
  for (const auto& [key, value] : tags) filters["tag:" + key] = {value};
  return filters;
}

}  // namespace

Work<std::vector<Instance>> Driver::describe(Caller caller, Filters filters) {
  auto describing = describe_instances(client_, std::move(caller), std::move(filters), page_size_);
  CO_TRY(Described found, co_await std::move(describing));
  co_return std::move(found.instances);
}

Work<std::vector<Instance>> Driver::look_up(Credentials credentials, Cloud::LookUp what) {
  Caller caller{.credentials = std::move(credentials), .region = std::move(what.region)};
  return describe(std::move(caller), by_tags(what.tags));
}

Work<std::vector<Instance>> Driver::list(Credentials credentials, std::string region,
                                         std::string installation) {
  Caller caller{.credentials = std::move(credentials), .region = std::move(region)};
  return describe(std::move(caller), by_tags({{tag::kInstallation, std::move(installation)}}));
}

// By a filter and not by InstanceId.N, where one id that EC2 no longer knows would fail the call.
// EC2 lists what ended for about an hour; what ended before that has no time any more.
Work<std::map<std::string, Time>> Driver::ended(Credentials credentials, std::string region,
                                                std::vector<std::string> ids) {
  const Caller caller{.credentials = std::move(credentials), .region = std::move(region)};
  std::map<std::string, Time> ends;
  for (std::size_t begin = 0; begin < ids.size(); begin += kFilterValuesMax) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto count = std::min(kFilterValuesMax, ids.size() - begin);
    Filters filters;
    filters["instance-id"].assign(first, first + static_cast<std::ptrdiff_t>(count));
    auto describing = describe(caller, std::move(filters));
    CO_TRY(const std::vector<Instance> shown, co_await std::move(describing));
    for (const Instance& instance : shown) {
      // The bill stops with shutting-down, and a terminated machine still tells that moment.
      const bool billed = instance.state < InstanceState::shutting_down;
      if (!billed && instance.state_since) ends[instance.id] = *instance.state_since;
    }
  }
  co_return ends;
}

}  // namespace mayfly::clouds::aws
