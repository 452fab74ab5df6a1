// The body of an EC2 or STS call: form-encoded members with numbered parts (Filter.1.Value.2).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clouds/sim/call.h"

namespace mayfly::cloudsim {

class Form {
 public:
  // nullopt when it is no form.
  static std::optional<Form> parse(std::string_view body);

  bool has(std::string_view name) const { return members_.contains(name); }
  std::string text(std::string_view name, std::string fallback = {}) const;
  bool flag(std::string_view name) const { return text(name) == "true"; }
  std::optional<std::int64_t> number(std::string_view name) const;
  // name.1, name.2, ... in order of their numbers.
  std::vector<std::string> list(std::string_view name) const;
  // The N of name.N and name.N.more, in order.
  std::vector<int> indices(std::string_view name) const;
  // Whether there is name or name.anything.
  bool has_any(std::string_view name) const;
  // prefix.N.Key and prefix.N.Value.
  std::map<std::string, std::string> tags(std::string_view prefix) const;
  // The first member whose first part is not among the names (separated by blanks).
  std::optional<std::string> unknown_member(std::string_view names) const;
  // All members but those that may differ between repeats of one request, sorted.
  std::string fingerprint() const;

 private:
  std::map<std::string, std::string, std::less<>> members_;
};

}  // namespace mayfly::cloudsim
