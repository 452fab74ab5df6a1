#include "clouds/aws/xml.h"

namespace mayfly::clouds::aws {
namespace {

std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

std::optional<Xml> Xml::parse(std::string_view text) {
  Xml xml;
  const auto parsed =
      xml.document_.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!parsed || !xml.root()) return std::nullopt;
  return xml;
}

pugi::xml_node child(pugi::xml_node parent, std::string_view name) {
  for (const pugi::xml_node node : parent.children()) {
    if (local_name(node) == name) return node;
  }
  return {};
}

pugi::xml_node at(pugi::xml_node from, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) from = child(from, name);
  return from;
}

std::string text_of(pugi::xml_node element) {
  return element.child_value();
}

std::string text_at(pugi::xml_node from, std::initializer_list<std::string_view> path) {
  return text_of(at(from, path));
}

std::vector<pugi::xml_node> items(pugi::xml_node parent, std::string_view set) {
  std::vector<pugi::xml_node> found;
  for (const pugi::xml_node node : child(parent, set).children()) {
    if (local_name(node) == "item") found.push_back(node);
  }
  return found;
}

}  // namespace mayfly::clouds::aws
