// EMR's answers, whole: all pages of a listing or a failure, and an end that EC2 agrees with.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>

#include "clouds/aws/describe_instances.h"
#include "clouds/emr/driver.h"

namespace mayfly::clouds::emr {
namespace {

constexpr int kNodesPage = 1000;

json::array living() {
  return {"STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING"};
}

std::int64_t seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

// Later rows count: whoever lists the living first and the ended then misses nothing in between.
Work<void> Driver::read_pages(Caller caller, json::object filter,
                              std::map<std::string, Cluster>& found) {
  for (int page = 0; page < kListPagesMax; ++page) {
    auto listing = client_.emr(caller, "ListClusters", filter, aws::kReadDeadline);
    CO_TRY(const json::value answer, co_await std::move(listing));
    std::optional<Listed> listed = read_listed(answer);
    if (!listed) {
      co_return std::unexpected(aws::unreadable_answer("ListClusters", "it lists no clusters"));
    }
    for (Cluster& cluster : listed->clusters) {
      std::string id = cluster.id;
      found.insert_or_assign(std::move(id), std::move(cluster));
    }
    if (listed->marker.empty()) co_return CloudResult<void>();
    filter["Marker"] = listed->marker;
  }
  co_return std::unexpected(aws::unreadable_answer("ListClusters", "its pages do not end"));
}

// Everything that lives, however old, because it costs money; and what was made and ended lately.
Work<std::map<std::string, Cluster>> Driver::shown(Caller caller) {
  std::map<std::string, Cluster> found;
  json::object filter{{"ClusterStates", living()}};
  auto reading = read_pages(caller, std::move(filter), found);
  const CloudResult<void> read = co_await std::move(reading);
  if (!read) co_return std::unexpected(read.error());
  json::object ended{{"CreatedAfter", seconds_of(clock_.now() - kEndedListed)},
                     {"ClusterStates", json::array{"TERMINATED", "TERMINATED_WITH_ERRORS"}}};
  auto reading_ended = read_pages(caller, std::move(ended), found);
  const CloudResult<void> ended_read = co_await std::move(reading_ended);
  if (!ended_read) co_return std::unexpected(ended_read.error());
  co_return found;
}

Work<Described> Driver::describe(Caller caller, std::string id) {
  json::object body{{"ClusterId", id}};
  auto describing = client_.emr(caller, "DescribeCluster", std::move(body), aws::kReadDeadline);
  CO_TRY(const json::value answer, co_await std::move(describing));
  std::optional<Described> described = read_described(answer);
  if (!described || described->cluster.id != id) {
    co_return std::unexpected(
        aws::unreadable_answer("DescribeCluster", "it is not about the cluster asked for"));
  }
  co_return std::move(*described);
}

// A cluster is gone when its machines are: until EC2 shows none of them alive it is being ended.
Work<void> Driver::confirm_ends(Caller caller, std::vector<Instance>& instances) {
  std::vector<std::string> ids;
  for (const Instance& instance : instances) {
    if (instance.state == InstanceState::terminated) ids.push_back(instance.id);
  }
  std::set<std::string> alive;
  for (std::size_t begin = 0; begin < ids.size(); begin += aws::kFilterValuesMax / 2) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto count = std::min(aws::kFilterValuesMax / 2, ids.size() - begin);
    aws::Filters filters;
    filters[std::string("tag:") + aws::kJobFlowTag].assign(
        first, first + static_cast<std::ptrdiff_t>(count));
    auto describing = aws::describe_instances(client_, caller, std::move(filters), kNodesPage);
    CO_TRY(const aws::Described nodes, co_await std::move(describing));
    for (const aws::ClusterNode& node : nodes.cluster_nodes) {
      if (node.state != InstanceState::terminated) alive.insert(node.cluster);
    }
  }
  for (Instance& instance : instances) {
    if (!alive.contains(instance.id)) continue;
    instance.state = InstanceState::shutting_down;
    instance.state_since.reset();
  }
  co_return CloudResult<void>();
}

}  // namespace mayfly::clouds::emr
