#include "core/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace mayfly::log {
namespace {

bool as_json = false;

spdlog::logger& logger() {
  static const auto instance = [] {
    auto created = spdlog::stderr_color_mt("mayfly");
    created->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    created->set_level(spdlog::level::warn);
    return created;
  }();
  return *instance;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
}

std::string render(std::string_view event, Fields fields) {
  std::string line;
  if (as_json) {
    line += "\"event\":\"";
    append_escaped(line, event);
    line += '"';
  } else {
    line += event;
  }
  for (const Field& field : fields) {
    line += as_json ? fmt::format(",\"{}\":\"", field.name) : fmt::format(" {}=\"", field.name);
    append_escaped(line, field.value);
    line += '"';
  }
  return as_json ? line + "}" : line;
}

void write(spdlog::level::level_enum level, std::string_view event, Fields fields) {
  if (logger().should_log(level)) logger().log(level, render(event, fields));
}

}  // namespace

void configure(Level level, bool json) {
  as_json = json;
  constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info,
                                                  spdlog::level::warn, spdlog::level::err,
                                                  spdlog::level::off};
  logger().set_level(levels[static_cast<int>(level)]);
  if (json) {
    logger().set_pattern("{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",%v",
                         spdlog::pattern_time_type::utc);
  }
}

void debug(std::string_view event, Fields fields) {
  write(spdlog::level::debug, event, fields);
}
void info(std::string_view event, Fields fields) {
  write(spdlog::level::info, event, fields);
}
void warning(std::string_view event, Fields fields) {
  write(spdlog::level::warn, event, fields);
}
void error(std::string_view event, Fields fields) {
  write(spdlog::level::err, event, fields);
}

}  // namespace mayfly::log
