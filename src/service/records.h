// What a user has launched, and what was asked about it since, as one list: each launch and each
// follow-up (a teardown, an extension, a restart) is a record. The list has one stable order, that
// of the ids without their kind, which is the order in which things were made; every way through it
// is a walk along an index of the store, so that a page costs what is on it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "model/search_texts.h"
#include "service/automations.h"

namespace mayfly::service {

// What can be asked about a launch. Ids of each kind are in the order in which it was asked.
inline constexpr std::array kFollowUpKinds = {AutomationKind::teardown, AutomationKind::extension,
                                              AutomationKind::restart};

struct Record {
  std::string id;
  bool is_follow_up = false;
  engine::Snapshot reservation;    // that was launched, or is followed up
  engine::Snapshot replacement;    // of a restart: what it has launched, if it did
  std::optional<Automation> said;  // of a launch: if anything was; of a follow-up always
  // What a walk has found of it: JSON that complete_records() reads.
  std::string unread_reservation;
  std::string unread_said;
};

// Whether a record comes before another in the order of the list, oldest first.
bool is_older(std::string_view id, std::string_view than);
// What is left of an id without its kind: 0jx5w2k3m8q4t6y9 of r-0jx5w2k3m8q4t6y9.
std::string_view without_kind(std::string_view id);

// A part of the list that an index knows, from one id on. What it answers may still lack what only
// complete_records() reads.
struct Walk {
  enum class Of {
    launches,
    course,       // launches that are that far
    plan,         // launches from the plan `key`
    follow_ups,   // of that kind
    followed_up,  // follow-ups of the reservation `key`
    open,         // follow-ups that are not done
  };
  Of of = Of::launches;
  engine::Course course = {};
  AutomationKind kind = AutomationKind::teardown;
  std::string key = {};
  // An id of the kind that is walked along, exclusive; empty: from the first in this order.
  std::string after = {};
  std::size_t limit = 100;
  bool newest_first = true;
};
// Of Walk::followed_up and Walk::open the order is that of the whole id.
inline constexpr std::size_t kWalkMax = 1000;

struct Walked {
  std::vector<Record> records;
  std::string last;     // the id to go on after; of a record, or of what is not this user's
  bool at_end = false;  // there is no more
};

// What has one of the terms, by an index of words. A term is some words; in what has it, each of
// them is one, and the last begins one. Whether they are there as they were said, one after the
// other, is for the caller to see.
struct WordSearch {
  std::vector<std::string> terms;
  // Made between these, both inclusive.
  Time from = {};
  Time until = kNever;
  std::size_t most = 1000;
};
struct FoundByWords {
  std::string id;
  Time moment;
  std::vector<std::string> texts;  // those that have it: of the launch, of what was said of it
};
struct WordsFound {
  std::vector<FoundByWords> records;  // the newest first
  bool all = true;                    // there are no older ones
};

// All texts of a complete record, as they are searched.
std::vector<std::string> search_texts_of(const Record& record);

// What came out of a launch, to be kept.
struct CameOut {
  std::string reservation;
  std::vector<GivenParameter> outputs;
};

}  // namespace mayfly::service
