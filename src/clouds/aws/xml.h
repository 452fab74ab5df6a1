// Reads the XML that EC2 and STS answer with. Elements are found by their local names, because the
// namespace and its prefix change with API version and emulator; what is not there reads as empty.
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly::clouds::aws {

// A parsed answer. Elements handed out live as long as it does, and do not survive its move.
class Xml {
 public:
  Xml() = default;
  // nullopt when it is not well-formed.
  static std::optional<Xml> parse(std::string_view text);

  pugi::xml_node root() const { return document_.document_element(); }

 private:
  pugi::xml_document document_;
};

// The first child element of that local name; the empty node when there is none.
pugi::xml_node child(pugi::xml_node parent, std::string_view name);
// One step after the other: at(root, {"placement", "availabilityZone"}).
pugi::xml_node at(pugi::xml_node from, std::initializer_list<std::string_view> path);
std::string text_of(pugi::xml_node element);
std::string text_at(pugi::xml_node from, std::initializer_list<std::string_view> path);
// EC2's lists: <groupSet><item/>...</groupSet>.
std::vector<pugi::xml_node> items(pugi::xml_node parent, std::string_view set);

}  // namespace mayfly::clouds::aws
