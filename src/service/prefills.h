// Dialogs that somebody filled in beforehand (OSLC Core, Delegated Dialogs, prefill): kept between
// the POST of a representation and the page that shows it to a user, who may take his time.
//
// The promise: what was answered with an address is readable there for kPrefillPromised, whatever
// becomes of this process. So it is in the store, and the newest push out the oldest of the same
// user only past that time; before, the newest is refused. Mostly it is kept for kPrefillKept.
//
// All are kept equally long and ids are in the order of time, so what has expired stands at the
// front of the collection: each that is kept ends a few of those, and nobody ever looks at all.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "service/automations.h"
#include "store/store.h"

namespace mayfly::service {

inline constexpr Duration kPrefillKept = 1h;
inline constexpr Duration kPrefillPromised = 15min;
inline constexpr std::size_t kPrefillsOfUser = 50;
inline constexpr std::size_t kPrefillBytesMax = 64 << 10;  // as it is stored
// More than one, so that there are fewer and fewer expired ones while somebody keeps new ones.
inline constexpr std::size_t kPrefillsSweptAtOnce = 8;

struct Prefill {
  int schema_version = 1;
  std::string id;
  std::string user;
  std::string dialog;  // as the door names it
  std::string target;  // of an action dialog
  std::string title;
  std::string description;
  std::string plan;  // an IRI, as it was sent
  std::vector<GivenParameter> parameters;
  Time created_at;

  bool operator==(const Prefill&) const = default;
};
BOOST_DESCRIBE_STRUCT(Prefill, (),
                      (schema_version, id, user, dialog, target, title, description, plan,
                       parameters, created_at))

inline constexpr char kPrefills[] = "prefills";
store::Document to_document(const Prefill& prefill);
Result<Prefill> prefill_of(const store::Document& document);

}  // namespace mayfly::service
