// What a question itself says about where its members can be found, so that an index of the store
// leads there and nothing else is looked at. It may name too much, never too little: every member
// is looked at again. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oslc/addresses.h"
#include "oslc/query.h"
#include "service/records.h"

namespace mayfly::oslc {

struct Narrowing {
  // Only these records, if there are any.
  std::optional<std::vector<std::string>> ids;
  // Otherwise what lies on these walks. They share no record.
  std::vector<service::Walk> walks;
  // And all follow-ups of these reservations.
  std::vector<std::string> followed_up;
  // And the teardowns of what is ending, and the extensions that are open, where only those that
  // are not done can be meant.
  bool unfinished_teardowns = false;
  bool open_extensions = false;
  // Made from then on, and up to then; with some room for clocks.
  std::optional<Time> from;
  std::optional<Time> until;
};

// members: Place::results or requests.
Narrowing narrow(const std::vector<QueryTerm>& where, Place members, const Addresses& addresses,
                 const std::string& user);

// How far a reservation can be that is being ended: what unfinished teardowns are about.
std::vector<service::Walk> ending_walks();

}  // namespace mayfly::oslc
