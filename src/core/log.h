// Structured logging: an event sentence and named values, one line each. Secrets cannot be passed:
// a Secret has no conversion to string.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace mayfly::log {

enum class Level { debug, info, warning, error, off };

struct Field {
  std::string_view name;
  std::string value;
  Field(std::string_view field, std::string text) : name(field), value(std::move(text)) {}
  Field(std::string_view field, std::string_view text) : name(field), value(text) {}
  Field(std::string_view field, const char* text) : name(field), value(text) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Field(std::string_view field, T number) : name(field), value(fmt::format("{}", number)) {}
};
using Fields = std::initializer_list<Field>;

// Call once before threads start. JSON lines or `time level event key=value` on standard error.
void configure(Level level, bool json);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warning(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

}  // namespace mayfly::log
