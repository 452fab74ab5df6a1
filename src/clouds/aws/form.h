// The body of an EC2, STS or IAM call: Action and Version first, then members in the order they are
// added, encoded as forms are. The same members give the same bytes, which is what repeating a
// launch rests on. EC2's names are not derived from anything (`Filter.1.Value.1`, but
// `IpPermissions.1.IpRanges.1`): take them from its service model.
#pragma once

#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly::clouds::aws {

class Form {
 public:
  Form(std::string_view action, std::string_view version);

  void add(std::string_view name, std::string_view value);
  void add(std::string_view name, const char* value) { add(name, std::string_view(value)); }
  void add(std::string_view name, bool value) { add(name, value ? "true" : "false"); }
  template <std::integral Number>
  void add(std::string_view name, Number value) {
    add(name, std::string_view(std::to_string(value)));
  }

  // name.1, name.2, ...
  void add_list(std::string_view name, const std::vector<std::string>& values);
  // Filter.N.Name and its Filter.N.Value.M; filters are numbered in the order they are added.
  void add_filter(std::string_view name, const std::vector<std::string>& values);
  // TagSpecification.N: these tags, on every resource of that type that the call creates.
  void add_tags(std::string_view resource_type, const std::map<std::string, std::string>& tags);

  const std::string& action() const { return action_; }
  const std::string& body() const { return body_; }

 private:
  std::string action_;
  std::string body_;
  int filters_ = 0;
  int tag_specifications_ = 0;
};

inline Form ec2_form(std::string_view action) {
  return Form(action, "2016-11-15");
}
inline Form sts_form(std::string_view action) {
  return Form(action, "2011-06-15");
}
inline Form iam_form(std::string_view action) {
  return Form(action, "2010-05-08");
}

}  // namespace mayfly::clouds::aws
