#include "rest/router.h"

#include <algorithm>

#include "core/assert.h"

namespace mayfly::rest {

PathPattern::PathPattern(std::string_view text) : text_(text) {
  ASSERT(text.starts_with('/'));
  while (!text.empty()) {
    text.remove_prefix(1);  // the slash
    std::string_view segment = text.substr(0, text.find('/'));
    text.remove_prefix(segment.size());
    if (segment.empty() && text.empty()) break;  // "/" itself
    const bool is_parameter = segment.starts_with(':');
    if (is_parameter) segment.remove_prefix(1);
    segments_.push_back({std::string(segment), is_parameter});
  }
}

bool PathPattern::fits(std::span<const std::string> path) const {
  return std::ranges::equal(segments_, path, [](const Segment& segment, const std::string& given) {
    return segment.is_parameter ? !given.empty() : segment.text == given;
  });
}

PathParameters PathPattern::parameters(std::span<const std::string> path) const {
  ASSERT(path.size() == segments_.size());
  PathParameters found;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i].is_parameter) found.emplace(segments_[i].text, path[i]);
  }
  return found;
}

std::vector<std::string> PathPattern::parameter_names() const {
  std::vector<std::string> names;
  for (const Segment& segment : segments_) {
    if (segment.is_parameter) names.push_back(segment.text);
  }
  return names;
}

bool PathPattern::is_before(const PathPattern& other) const {
  const auto [mine, theirs] = std::ranges::mismatch(
      segments_, other.segments_,
      [](const Segment& a, const Segment& b) { return a.is_parameter == b.is_parameter; });
  return mine != segments_.end() && theirs != other.segments_.end() && !mine->is_parameter;
}

std::string allow_of(std::vector<std::string> methods) {
  if (std::ranges::find(methods, "GET") != methods.end()) methods.push_back("HEAD");
  methods.push_back("OPTIONS");
  std::ranges::sort(methods);
  std::string allow;
  for (const std::string& method : methods) allow += (allow.empty() ? "" : ", ") + method;
  return allow;
}

}  // namespace mayfly::rest
