#include "clouds/aws/form.h"

#include <fmt/format.h>

#include "http/message.h"

namespace mayfly::clouds::aws {
namespace {

// As forms are encoded, a space is a plus; some servers sign their own encoding again to compare.
std::string encoded(std::string_view text) {
  std::string escaped = http::percent_encode(text);
  for (auto at = escaped.find("%20"); at != std::string::npos; at = escaped.find("%20", at)) {
    escaped.replace(at, 3, "+");
  }
  return escaped;
}

}  // namespace

Form::Form(std::string_view action, std::string_view version) : action_(action) {
  body_ = fmt::format("Action={}&Version={}", encoded(action), encoded(version));
}

void Form::add(std::string_view name, std::string_view value) {
  body_ += fmt::format("&{}={}", encoded(name), encoded(value));
}

void Form::add_list(std::string_view name, const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) add(fmt::format("{}.{}", name, i + 1), values[i]);
}

void Form::add_filter(std::string_view name, const std::vector<std::string>& values) {
  const std::string filter = fmt::format("Filter.{}", ++filters_);
  add(filter + ".Name", name);
  add_list(filter + ".Value", values);
}

void Form::add_tags(std::string_view resource_type,
                    const std::map<std::string, std::string>& tags) {
  const std::string specification = fmt::format("TagSpecification.{}", ++tag_specifications_);
  add(specification + ".ResourceType", resource_type);
  int number = 0;
  for (const auto& [key, value] : tags) {
    const std::string tag = fmt::format("{}.Tag.{}", specification, ++number);
    add(tag + ".Key", key);
    add(tag + ".Value", value);
  }
}

}  // namespace mayfly::clouds::aws
