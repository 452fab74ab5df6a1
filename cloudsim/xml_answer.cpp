#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

struct StringWriter final : pugi::xml_writer {
  std::string text;
  void write(const void* data, std::size_t size) override {
    text.append(static_cast<const char*>(data), size);
  }
};

}  // namespace

XmlAnswer::XmlAnswer(std::string_view action, const std::string& request_id) {
  root_ = document_.append_child((std::string(action) + "Response").c_str());
  root_.append_attribute("xmlns").set_value("http://ec2.amazonaws.com/doc/2016-11-15/");
  put(root_, "requestId", request_id);
}

std::string XmlAnswer::text() const {
  return to_text(document_);
}

std::string to_text(const pugi::xml_document& document) {
  StringWriter writer;
  writer.text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  document.save(writer, "    ", pugi::format_indent | pugi::format_no_declaration,
                pugi::encoding_utf8);
  return std::move(writer.text);
}

void put(pugi::xml_node parent, const char* name, const char* value) {
  parent.append_child(name).text().set(value);
}
void put(pugi::xml_node parent, const char* name, const std::string& value) {
  put(parent, name, value.c_str());
}
void put(pugi::xml_node parent, const char* name, bool value) {
  put(parent, name, value ? "true" : "false");
}
void put(pugi::xml_node parent, const char* name, std::int64_t value) {
  put(parent, name, std::to_string(value));
}

std::string xml_time(Time time) {
  std::string text = to_string(
      std::chrono::time_point_cast<Duration>(std::chrono::floor<std::chrono::seconds>(time)));
  return text.insert(text.size() - 1, ".000");
}

}  // namespace mayfly::cloudsim
