#include "clouds/aws/driver.h"
#include "clouds/aws/instances.h"

namespace mayfly::clouds::aws {

// By tags and not by the client token: tags are there with the machine, and every emulator knows
// them. No state is filtered out; whoever asks needs to see the ended ones.
Work<std::vector<Instance>> Driver::describe(Caller caller,
                                             std::map<std::string, std::string> tags) {
  std::vector<Instance> found;
  std::string next_token;
  for (int page = 0; page < kPagesMax; ++page) {
    Form form = ec2_form("DescribeInstances");
    form.add("MaxResults", page_size_);
    for (const auto& [key, value] : tags) form.add_filter("tag:" + key, {value});
    if (!next_token.empty()) form.add("NextToken", next_token);
    auto describing = client_.ec2(caller, std::move(form), kReadDeadline);
    CO_TRY(const Xml answer, co_await std::move(describing));
    auto shown = read_instances(answer, caller.region);
    if (!shown) {
      co_return std::unexpected(unreadable_answer("DescribeInstances", "it lists no reservations"));
    }
    found.insert(found.end(), std::make_move_iterator(shown->instances.begin()),
                 std::make_move_iterator(shown->instances.end()));
    if (shown->next_token.empty()) co_return found;
    next_token = std::move(shown->next_token);
  }
  co_return std::unexpected(unreadable_answer("DescribeInstances", "its pages do not end"));
}

Work<std::vector<Instance>> Driver::look_up(Credentials credentials, Cloud::LookUp what) {
  Caller caller{.credentials = std::move(credentials), .region = std::move(what.region)};
  return describe(std::move(caller), std::move(what.tags));
}

Work<std::vector<Instance>> Driver::list(Credentials credentials, std::string region,
                                         std::string installation) {
  Caller caller{.credentials = std::move(credentials), .region = std::move(region)};
  std::map<std::string, std::string> tags{{tag::kInstallation, std::move(installation)}};
  return describe(std::move(caller), std::move(tags));
}

}  // namespace mayfly::clouds::aws
