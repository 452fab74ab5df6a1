#include <fmt/format.h>

#include <toml++/toml.h>

#include "cli/settings.h"

namespace mayfly::cli {
namespace {

std::string toml_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace

std::string print_settings(const Settings& settings) {
  return fmt::format(
      "# Written by `mayfly login`. It holds a token: keep it to yourself.\n"
      "url = {}\nuser = {}\ntoken = {}\n{}",
      toml_string(settings.url), toml_string(settings.user), toml_string(settings.token.reveal()),
      settings.ca.empty() ? "" : fmt::format("ca = {}\n", toml_string(settings.ca)));
}

Result<Settings> parse_settings(std::string_view text, const std::string& path) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::internal, fmt::format("Cannot read {}: {}", path, why),
                "Correct it, or remove it and run mayfly login again.");
  };
  toml::table table;
  try {
    table = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    return bad(fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
  for (const char* name : {"url", "user", "token", "ca"}) {
    const toml::node* node = table.get(name);
    if (node && !node->is_string()) return bad(fmt::format("{} must be a string", name));
  }
  Settings settings;
  settings.url = table["url"].value_or(std::string());
  settings.user = table["user"].value_or(std::string());
  settings.token = Secret(table["token"].value_or(std::string_view()));
  settings.ca = table["ca"].value_or(std::string());
  if (settings.url.empty()) return settings;
  const auto url = checked_url(settings.url);
  if (!url) return bad(url.error().message);
  settings.url = *url;
  return settings;
}

}  // namespace mayfly::cli
