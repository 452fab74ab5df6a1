#include "clouds/aws/describe_instances.h"

#include <algorithm>
#include <iterator>

namespace mayfly::clouds::aws {

Work<Described> describe_instances(SignedClient& client, Caller caller, Filters filters,
                                   int page_size) {
  Described found;
  std::string next_token;
  for (int page = 0; page < kPagesMax; ++page) {
    Form form = ec2_form("DescribeInstances");
    form.add("MaxResults", page_size);
    for (const auto& [name, values] : filters) form.add_filter(name, values);
    if (!next_token.empty()) form.add("NextToken", next_token);
    auto describing = client.ec2(caller, std::move(form), kReadDeadline);
    CO_TRY(const Xml answer, co_await std::move(describing));
    auto shown = read_instances(answer, caller.region);
    if (!shown) {
      co_return std::unexpected(unreadable_answer("DescribeInstances", "it lists no reservations"));
    }
    std::ranges::move(shown->instances, std::back_inserter(found.instances));
    std::ranges::move(shown->cluster_nodes, std::back_inserter(found.cluster_nodes));
    if (shown->next_token.empty()) co_return found;
    next_token = std::move(shown->next_token);
  }
  co_return std::unexpected(unreadable_answer("DescribeInstances", "its pages do not end"));
}

}  // namespace mayfly::clouds::aws
