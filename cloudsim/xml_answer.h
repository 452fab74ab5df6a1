// Builds the XML that EC2 answers with.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "core/time.h"

namespace mayfly::cloudsim {

class XmlAnswer {
 public:
  // <{action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>
  XmlAnswer(std::string_view action, const std::string& request_id);

  pugi::xml_node root() { return root_; }
  std::string text() const;

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
};

void put(pugi::xml_node parent, const char* name, const std::string& value);
void put(pugi::xml_node parent, const char* name, const char* value);
void put(pugi::xml_node parent, const char* name, bool value);
void put(pugi::xml_node parent, const char* name, std::int64_t value);
inline void put(pugi::xml_node parent, const char* name, int value) {
  put(parent, name, std::int64_t{value});
}

std::string to_text(const pugi::xml_document& document);
// 2026-01-02T03:04:05.000Z
std::string xml_time(Time time);

}  // namespace mayfly::cloudsim
