// EMR ends the clusters of a call one for all: an unknown one spoils the call, a protected one may
// or may not leave the others alone, and neither is named. Ending a cluster twice is harmless.
#include <fmt/format.h>

#include <algorithm>

#include "clouds/emr/driver.h"

namespace mayfly::clouds::emr {
namespace {

json::object naming(const std::vector<std::string>& ids) {
  json::array list;
  for (const std::string& id : ids) list.push_back(json::value(id));
  return {{"JobFlowIds", std::move(list)}};
}

bool is_passing(const CloudFailure& failure) {
  return failure.reaction == Reaction::again || failure.reaction == Reaction::ambiguous;
}

// Refusals that one cluster can cause while the others could be ended.
bool may_be_about_one(const CloudFailure& failure) {
  return failure.reaction == Reaction::gone || failure.reaction == Reaction::fatal ||
         failure.reaction == Reaction::skip_cloud || failure.reaction == Reaction::unprotect;
}

}  // namespace

Work<Cloud::Terminated> Driver::terminate(Credentials credentials, std::string region,
                                          std::vector<std::string> ids) {
  const Caller caller{.credentials = std::move(credentials), .region = std::move(region)};
  Cloud::Terminated terminated;
  for (std::size_t begin = 0; begin < ids.size(); begin += kTerminateIdsMax) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto count = std::min(kTerminateIdsMax, ids.size() - begin);
    std::vector<std::string> batch(first, first + static_cast<std::ptrdiff_t>(count));
    auto ending = terminate_batch(caller, std::move(batch), terminated);
    const CloudResult<void> ended = co_await std::move(ending);
    if (!ended) co_return std::unexpected(ended.error());
  }
  co_return terminated;
}

Work<void> Driver::terminate_batch(Caller caller, std::vector<std::string> ids,
                                   Cloud::Terminated& terminated) {
  auto ending = client_.emr(caller, "TerminateJobFlows", naming(ids), aws::kChangeDeadline);
  CloudResult<json::value> answer = co_await std::move(ending);
  if (!answer && answer.error().reaction == Reaction::unprotect) {
    auto unprotecting = unprotect(caller, ids);
    const CloudResult<void> open = co_await std::move(unprotecting);
    if (!open) {
      answer = std::unexpected(open.error());
    } else {
      auto again = client_.emr(caller, "TerminateJobFlows", naming(ids), aws::kChangeDeadline);
      answer = co_await std::move(again);
    }
  }
  if (answer) co_return CloudResult<void>();
  const CloudFailure& failure = answer.error();
  if (ids.size() > 1 && may_be_about_one(failure)) {
    auto ending_each = terminate_each(std::move(caller), std::move(ids), terminated);
    co_return co_await std::move(ending_each);
  }
  if (failure.reaction != Reaction::gone) co_return std::unexpected(failure);
  terminated.not_found.push_back(ids.front());
  co_return CloudResult<void>();
}

// One that cannot be ended does not keep the others alive.
Work<void> Driver::terminate_each(Caller caller, std::vector<std::string> ids,
                                  Cloud::Terminated& terminated) {
  CloudResult<void> all;
  for (const std::string& id : ids) {
    std::vector<std::string> single{id};
    auto ending = terminate_batch(caller, std::move(single), terminated);
    const CloudResult<void> ended = co_await std::move(ending);
    if (ended) continue;
    all = ended;
    if (is_passing(ended.error())) break;
  }
  co_return all;
}

// We never protect a cluster; its owner did, and then asked us to end it.
Work<void> Driver::unprotect(Caller caller, std::vector<std::string> ids) {
  json::object body = naming(ids);
  body["TerminationProtected"] = false;
  auto clearing =
      client_.emr(caller, "SetTerminationProtection", std::move(body), aws::kChangeDeadline);
  CloudResult<json::value> answer = co_await std::move(clearing);
  if (answer) co_return CloudResult<void>();
  CloudFailure& failure = answer.error();
  failure.message =
      fmt::format("{} is protected against termination: {}", ids.front(), failure.message);
  // What keeps the protection on is for a person to mend, unless it is only a matter of time.
  if (!is_passing(failure) && failure.reaction != Reaction::gone) {
    failure.reaction = Reaction::unprotect;
  }
  co_return std::unexpected(std::move(failure));
}

}  // namespace mayfly::clouds::emr
