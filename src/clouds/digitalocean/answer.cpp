#include "clouds/digitalocean/answer.h"

#include <fmt/format.h>

namespace mayfly::clouds::digitalocean {

const json::value* member_of(const json::value& tree, std::string_view name) {
  const json::object* members = tree.if_object();
  return members ? members->if_contains(name) : nullptr;
}

const json::array* array_of(const json::value& tree, std::string_view name) {
  const json::value* found = member_of(tree, name);
  return found ? found->if_array() : nullptr;
}

std::optional<std::string> text_of(const json::value& tree, std::string_view name) {
  const json::value* found = member_of(tree, name);
  const auto* text = found ? found->if_string() : nullptr;
  if (!text) return std::nullopt;
  return std::string(text->data(), text->size());
}

std::optional<std::int64_t> integer_of(const json::value& tree, std::string_view name) {
  const json::value* found = member_of(tree, name);
  const auto* number = found ? found->if_int64() : nullptr;
  if (!number) return std::nullopt;
  return *number;
}

std::optional<bool> flag_of(const json::value& tree, std::string_view name) {
  const json::value* found = member_of(tree, name);
  const auto* flag = found ? found->if_bool() : nullptr;
  if (!flag) return std::nullopt;
  return *flag;
}

CloudFailure unreadable(std::string_view operation, std::string_view why) {
  return CloudFailure{
      .reaction = Reaction::ambiguous,
      .code = "UnreadableAnswer",
      .message = fmt::format("DigitalOcean answered '{}', but the answer {}.", operation, why)};
}

}  // namespace mayfly::clouds::digitalocean
