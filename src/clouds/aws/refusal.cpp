#include "clouds/aws/refusal.h"

#include <algorithm>

#include "clouds/aws/xml.h"
#include "json/parse.h"

namespace mayfly::clouds::aws {
namespace {

// Codes are stored and shown: anything else that stands in their place is none.
bool can_be_code(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_';
  };
  return text.size() <= 100 && std::ranges::all_of(text, fits);
}

Refusal read_xml_refusal(std::string_view body) {
  const auto xml = Xml::parse(body);
  if (!xml) return {};
  // EC2 wraps the error twice, STS once.
  pugi::xml_node error = at(xml->root(), {"Errors", "Error"});
  if (!error) error = child(xml->root(), "Error");
  return {text_at(error, {"Code"}), text_at(error, {"Message"})};
}

std::string member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  const boost::json::string* text = found ? found->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

Refusal read_json_refusal(std::string_view body) {
  const auto tree = json::parse(body);
  const json::object* object = tree ? tree->if_object() : nullptr;
  if (!object) return {};
  Refusal refusal{.code = member(*object, "__type"), .message = member(*object, "message")};
  if (refusal.message.empty()) refusal.message = member(*object, "Message");
  // The type may come with its name space before a '#'. EMR's real code is in a member of its own.
  refusal.code = refusal.code.substr(refusal.code.find('#') + 1);
  if (std::string precise = member(*object, "ErrorCode"); !precise.empty()) refusal.code = precise;
  return refusal;
}

}  // namespace

Refusal read_refusal(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  Refusal refusal = body[first] == '{' ? read_json_refusal(body) : read_xml_refusal(body);
  if (!can_be_code(refusal.code)) refusal.code.clear();
  return refusal;
}

}  // namespace mayfly::clouds::aws
