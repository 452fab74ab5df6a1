// EC2's filters: every filter must match, any of its values may; * and ? are wildcards.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clouds/sim/call.h"
#include "form.h"

namespace mayfly::cloudsim {

struct Filter {
  std::string name;
  std::vector<std::string> values;
};
std::vector<Filter> filters_of(const Form& form);

// What a thing says under a filter's name; nullopt: there is no such filter.
using Fields = std::function<std::optional<std::vector<std::string>>(std::string_view name)>;

// False when one does not match; refused for a filter that does not exist.
sim::Outcome<bool> passes(const std::vector<Filter>& filters, const Fields& fields);

bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace mayfly::cloudsim
