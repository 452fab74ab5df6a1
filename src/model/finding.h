// What a look at a user's key found: one line for each right or thing of the account that Mayfly
// needs there.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly {

// In order of weight: of several the last one counts.
enum class FindingOutcome {
  ok,
  warning,  // it works, and somebody should look at it
  unknown,  // the cloud does not let it be found out
  missing,  // what needs it will fail
};
BOOST_DESCRIBE_ENUM(FindingOutcome, ok, warning, unknown, missing)

enum class NeededFor { all, vm, cluster };
BOOST_DESCRIBE_ENUM(NeededFor, all, vm, cluster)

struct Finding {
  std::string check;  // what was looked at, in one or two words: the same for every key of a cloud
  NeededFor needed_for = NeededFor::all;
  FindingOutcome outcome = FindingOutcome::ok;
  std::string detail;
  std::optional<std::string> remedy;  // a command where there is one
};
BOOST_DESCRIBE_STRUCT(Finding, (), (check, needed_for, outcome, detail, remedy))

}  // namespace mayfly
