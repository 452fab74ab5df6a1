// EC2 ends all machines of a call or none: one unknown id spoils the call, and one protected
// machine spoils its whole zone. So the spoilers are taken out, by the ids that the refusal names,
// and the rest is asked for again; ending a machine twice is harmless.
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
    const bool unknown = failure.reaction == Reaction::gone;
    if (!unknown && failure.reaction != Reaction::unprotect) co_return std::unexpected(failure);
    std::vector<std::string> named = named_in(failure.message, ids);
    // A refusal that names nobody is about the only one there is, or else about each of them.
    if (named.empty() && unknown && ids.size() > 1) {
      for (const std::string& id : ids) {
        std::vector<std::string> single{id};
        auto ending_one = terminate_batch(caller, std::move(single), terminated);
        const CloudResult<void> ended = co_await std::move(ending_one);
        if (!ended) co_return std::unexpected(ended.error());
      }
      break;
    }
    if (named.empty()) named = ids;
    std::vector<std::string>& taken = unknown ? terminated.not_found : guarded;
    taken.insert(taken.end(), named.begin(), named.end());
    remove_all(ids, named);
  }
  if (guarded.empty()) co_return CloudResult<void>();
  auto unprotecting = terminate_protected(std::move(caller), std::move(guarded), terminated);
  co_return co_await std::move(unprotecting);
}

// We never protect a machine; its owner did, and then asked us to end it. One by one, so that one
// that cannot be ended does not keep the others alive.
Work<void> Driver::terminate_protected(Caller caller, std::vector<std::string> ids,
                                       Cloud::Terminated& terminated) {
  std::optional<CloudFailure> refused;
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
    if (answer.error().reaction == Reaction::gone) {
      terminated.not_found.push_back(id);
      continue;
    }
    refused = answer.error();
    refused->message = fmt::format("{} is protected against termination: {}", id, refused->message);
  }
  if (!refused) co_return CloudResult<void>();
  // What keeps the protection on is for a person to mend, unless it is only a matter of time.
  const bool passing =
      refused->reaction == Reaction::again || refused->reaction == Reaction::ambiguous;
  if (!passing) refused->reaction = Reaction::unprotect;
  co_return std::unexpected(std::move(*refused));
}

}  // namespace mayfly::clouds::aws
