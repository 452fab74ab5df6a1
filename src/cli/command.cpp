#include "cli/command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/assert.h"

namespace mayfly::cli {
namespace {

// at-least and at_least, x86_64 and x86-64.
bool equal_but_for_dashes(std::string_view a, std::string_view b) {
  const auto dashed = [](char c) { return c == '_' ? '-' : c; };
  return std::ranges::equal(a, b, {}, dashed, dashed);
}

}  // namespace

Option choice(std::string name, std::vector<std::string> words, std::optional<std::string>& target,
              std::string help) {
  std::string value = fmt::format("{}", fmt::join(words, "|"));
  return {.name = std::move(name),
          .value = std::move(value),
          .help = std::move(help),
          .take = [&target, words = std::move(words)](const std::string& text) -> Result<void> {
            for (const std::string& word : words) {
              if (!equal_but_for_dashes(word, text)) continue;
              target = word;
              return {};
            }
            return fail(ErrorCode::malformed,
                        fmt::format("'{}' is not one of {}", text, fmt::join(words, ", ")));
          }};
}

Option list(std::string name, std::string value, std::vector<std::string>& target,
            std::string help) {
  return {.name = std::move(name),
          .value = std::move(value),
          .help = std::move(help),
          .take =
              [&target](const std::string& text) {
                for (std::size_t begin = 0; begin <= text.size();) {
                  const std::size_t end = std::min(text.find(',', begin), text.size());
                  target.push_back(text.substr(begin, end - begin));
                  begin = end + 1;
                }
                return Result<void>{};
              },
          .repeatable = true};
}

Argument argument(std::string name, std::string& target, std::string help) {
  return {
      .name = std::move(name), .help = std::move(help), .take = [&target](const std::string& text) {
        target = text;
        return Result<void>{};
      }};
}

Argument optional_argument(std::string name, std::optional<std::string>& target, std::string help) {
  return {.name = std::move(name),
          .help = std::move(help),
          .take =
              [&target](const std::string& text) {
                target = text;
                return Result<void>{};
              },
          .required = false};
}

Argument arguments(std::string name, std::vector<std::string>& target, std::string help) {
  return {.name = std::move(name),
          .help = std::move(help),
          .take =
              [&target](const std::string& text) {
                target.push_back(text);
                return Result<void>{};
              },
          .required = false,
          .repeatable = true};
}

const Command* find_command(const CommandTree& tree, std::string_view path) {
  const auto found = std::ranges::find(tree.commands, path, &Command::path);
  return found == tree.commands.end() ? nullptr : &*found;
}

std::vector<const Command*> commands_below(const CommandTree& tree, std::string_view path) {
  const std::string prefix = path.empty() ? "" : std::string(path) + " ";
  std::vector<const Command*> below;
  for (const Command& command : tree.commands) {
    if (!command.path.starts_with(prefix) || command.path.size() <= prefix.size()) continue;
    if (command.path.find(' ', prefix.size()) == std::string::npos) below.push_back(&command);
  }
  return below;
}

}  // namespace mayfly::cli
