#include "clouds/aws_words.h"
#include "clouds/emr/driver.h"
#include "clouds/emr/run_job_flow.h"
#include "core/assert.h"
#include "core/log.h"

namespace mayfly::clouds::emr {
namespace {

// Not in every region and with every application; such a refusal comes before anything is started.
bool refuses_auto_termination(const CloudFailure& failure) {
  return (failure.reaction == Reaction::fatal || failure.reaction == Reaction::next_offer) &&
         (says(failure.message, "autotermination") || says(failure.message, "auto-termination") ||
          says(failure.message, "auto termination"));
}

// What prepare() found has been deleted since. AWS would call the request wrong, but it is our
// memory that is: other targets, and then a fresh prepare(), can still succeed.
bool names_something_stale(const CloudFailure& failure, const LaunchSpec& spec) {
  const LaunchTarget& target = spec.target;
  const auto named = [&](const std::string& id) {
    return !id.empty() && failure.message.contains(id);
  };
  return failure.reaction == Reaction::fatal &&
         ((spec.cluster->subnet.empty() && named(target.subnet)) || named(target.security_group) ||
          named(target.key_pair));
}

KnownCluster as_launched(const LaunchSpec& spec, const std::string& id, Time now) {
  KnownCluster known{.instance_type = spec.instance_type, .known_at = now, .described_at = now};
  known.last.cluster = {.id = id, .name = spec.names.front(), .state = "STARTING", .created = now};
  known.last.tags = Tags(spec.tags);
  known.last.zone = spec.target.zone;
  return known;
}

}  // namespace

// The dead man's switch is for the day on which nobody ends the cluster. Where EMR has none, a
// cluster without it that our lease ends is better than none at all.
Work<std::string> Driver::run_job_flow(Caller caller, LaunchSpec spec) {
  json::object body = run_job_flow_body(spec);
  auto launching = client_.emr(caller, "RunJobFlow", std::move(body), aws::kChangeDeadline);
  CloudResult<json::value> answer = co_await std::move(launching);
  if (!answer && spec.cluster->idle_timeout && refuses_auto_termination(answer.error())) {
    log::warning("EMR takes no idle timeout here; the cluster is started without one",
                 {{"region", caller.region}, {"why", answer.error().message}});
    spec.cluster->idle_timeout.reset();
    json::object without = run_job_flow_body(spec);
    auto again = client_.emr(caller, "RunJobFlow", std::move(without), aws::kChangeDeadline);
    answer = co_await std::move(again);
  }
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  const json::object* members = answer->if_object();
  std::string id = members ? text_at(*members, "JobFlowId") : std::string();
  if (!id.starts_with("j-")) {
    co_return std::unexpected(aws::unreadable_answer("RunJobFlow", "it names no cluster"));
  }
  co_return id;
}

Work<std::vector<Instance>> Driver::launch(Credentials credentials, LaunchSpec spec) {
  ASSERT(spec.cluster && spec.names.size() == 1);
  const Caller caller{.credentials = std::move(credentials), .region = spec.region};
  auto launching = run_job_flow(caller, spec);
  CloudResult<std::string> id = co_await std::move(launching);
  if (!id) {
    CloudFailure& failure = id.error();
    if (failure.reaction == Reaction::fatal) {
      facts_.forget(caller);
      entrances_.forget(caller);
    }
    if (names_something_stale(failure, spec)) failure.reaction = Reaction::next_zone;
    co_return std::unexpected(std::move(failure));
  }
  const Time now = clock_.now();
  KnownCluster known = as_launched(spec, *id, now);
  Instance instance = instance_of(known.last.cluster, spec.region);
  // EMR's own moment comes with the first listing.
  instance.launched_at = Time{};
  instance.zone = spec.target.zone;
  instance.instance_type = spec.instance_type;
  instance.tags = known.last.tags;
  known_.of(caller, now)->insert_or_assign(*id, std::move(known));
  std::vector<Instance> instances;
  instances.push_back(std::move(instance));
  co_return instances;
}

}  // namespace mayfly::clouds::emr
