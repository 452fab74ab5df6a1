// Creation dialogs that somebody filled in beforehand (OSLC Core, Delegated Dialogs, prefill): kept
// between the POST of a representation and the page that shows it.
//
// In memory, few and for a short time: each is good for one click that comes at once, nothing is
// lost with it that its client does not have, and after a restart its address answers 404, which
// the protocol allows at any time. The newest push out the oldest, of the same user first.
//
// Threads: any.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "service/automations.h"

namespace mayfly::oslc {

inline constexpr Duration kPrefillKept = 1h;
inline constexpr std::size_t kPrefillsOfUser = 50;
inline constexpr std::size_t kPrefillsOfAll = 1000;

struct Prefill {
  std::string id;
  std::string user;
  std::string dialog;  // the name of one of dialogs.h
  std::string target;  // of an action dialog
  std::string title;
  std::string description;
  std::string plan;  // an IRI, as it was sent
  std::vector<service::GivenParameter> parameters;
  Time kept_until;
};

class Prefills {
 public:
  void keep(Prefill prefill, Time now);
  // Null when there is none of that user's, or not any more.
  std::shared_ptr<const Prefill> find(std::string_view user, std::string_view id, Time now) const;

 private:
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<const Prefill>> kept_;  // oldest first
};

}  // namespace mayfly::oslc
