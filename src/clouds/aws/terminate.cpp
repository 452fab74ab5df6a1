// EC2 ends all machines of a call or none: one unknown id spoils the call, one protected machine
// spoils its whole zone, and one that a policy does not cover spoils the rest. So the spoilers are
// taken out, by the ids that the refusal names or else one by one; ending a machine twice is
// harmless.
#include <fmt/format.h>

#include <algorithm>

#include "clouds/aws/driver.h"

namespace mayfly::clouds::aws {
namespace {

// Those of `ids` that the text names. A longer id that merely begins like one is not it.
std::vector<std::string> named_in(std::string_view text, const std::vector<std::string>& ids) {
  const auto continues = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
  std::vector<std::string> named;
  for (const std::string& id : ids) {
    for (std::size_t at = text.find(id); at != std::string_view::npos; at = text.find(id, at + 1)) {
      const std::size_t end = at + id.size();
      if (end < text.size() && continues(text[end])) continue;
      named.push_back(id);
      break;
    }
  }
  return named;
}

void remove_all(std::vector<std::string>& ids, const std::vector<std::string>& gone) {
  std::erase_if(ids,
                [&](const std::string& id) { return std::ranges::find(gone, id) != gone.end(); });
}

// Refusals that one machine can cause while the others could be ended.
bool may_be_about_one(const CloudFailure& failure) {
  return failure.code == "UnauthorizedOperation" || failure.code == "IncorrectInstanceState" ||
         failure.code == "UnsupportedOperation" || failure.code.starts_with("InvalidInstanceID.");
}

bool is_passing(const CloudFailure& failure) {
  return failure.reaction == Reaction::again || failure.reaction == Reaction::ambiguous;
}

Form terminate_form(const std::vector<std::string>& ids) {
  Form form = ec2_form("TerminateInstances");
  form.add_list("InstanceId", ids);
  return form;
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
  std::vector<std::string> guarded;
  while (!ids.empty()) {
    auto ending = client_.ec2(caller, terminate_form(ids), kChangeDeadline);
    const CloudResult<Xml> answer = co_await std::move(ending);
    if (answer) break;
    const CloudFailure& failure = answer.error();
    std::vector<std::string> named = named_in(failure.message, ids);
    if (named.empty() && ids.size() == 1) named = ids;
    if (failure.reaction == Reaction::unprotect) {
      if (named.empty()) named = ids;
      guarded.insert(guarded.end(), named.begin(), named.end());
    } else if (failure.reaction == Reaction::gone && !named.empty()) {
      terminated.not_found.insert(terminated.not_found.end(), named.begin(), named.end());
    } else if (may_be_about_one(failure) && ids.size() > 1) {
      auto ending_each = terminate_each(caller, ids, terminated);
      const CloudResult<void> each = co_await std::move(ending_each);
      if (!each) co_return std::unexpected(each.error());
      break;
    } else {
      co_return std::unexpected(failure);
    }
    remove_all(ids, named);
  }
  auto unprotecting = terminate_protected(std::move(caller), std::move(guarded), terminated);
  co_return co_await std::move(unprotecting);
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

// We never protect a machine; its owner did, and then asked us to end it.
Work<void> Driver::terminate_protected(Caller caller, std::vector<std::string> ids,
                                       Cloud::Terminated& terminated) {
  CloudResult<void> all;
  for (const std::string& id : ids) {
    Form form = ec2_form("ModifyInstanceAttribute");
    form.add("InstanceId", id);
    form.add("DisableApiTermination.Value", false);
    auto clearing = client_.ec2(caller, std::move(form), kChangeDeadline);
    CloudResult<Xml> answer = co_await std::move(clearing);
    if (answer) {
      const std::vector<std::string> single{id};
      auto ending = client_.ec2(caller, terminate_form(single), kChangeDeadline);
      answer = co_await std::move(ending);
    }
    if (answer) continue;
    CloudFailure& failure = answer.error();
    if (failure.reaction == Reaction::gone) {
      terminated.not_found.push_back(id);
      continue;
    }
    failure.message = fmt::format("{} is protected against termination: {}", id, failure.message);
    // What keeps the protection on is for a person to mend, unless it is only a matter of time.
    const bool passing = is_passing(failure);
    if (!passing) failure.reaction = Reaction::unprotect;
    all = std::unexpected(std::move(failure));
    if (passing) break;
  }
  co_return all;
}

}  // namespace mayfly::clouds::aws
