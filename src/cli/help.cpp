#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "core/assert.h"

namespace mayfly::cli {
namespace {

constexpr std::size_t kHelpColumns = 80;
constexpr std::size_t kNamesMax = 26;  // longer names get a line of their own

struct Entry {
  std::string name;
  std::string text;
};

// Breaks at blanks; every line after the first begins with `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string written;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!written.empty()) {
      const bool fits = column + 1 + word.size() <= kHelpColumns;
      written += fits ? " " : "\n" + std::string(indent, ' ');
      column = fits ? column + 1 : indent;
    }
    written += word;
    column += word.size();
  }
  return written;
}

std::string paragraphs(std::string_view text) {
  std::string written;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    written += (written.empty() ? "" : "\n") + wrapped(text.substr(0, end), 0) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return written;
}

std::string entries(std::string_view title, const std::vector<Entry>& rows) {
  if (rows.empty()) return "";
  std::size_t width = 0;
  for (const Entry& row : rows) {
    if (row.name.size() <= kNamesMax) width = std::max(width, row.name.size());
  }
  std::string text = fmt::format("\n{}:\n", title);
  for (const Entry& row : rows) {
    const bool own_line = row.name.size() > width;
    text += own_line ? fmt::format("  {}\n{:<{}}", row.name, "", width + 4)
                     : fmt::format("  {:<{}}  ", row.name, width);
    text += wrapped(row.text, width + 4) + "\n";
  }
  return text;
}

std::vector<Entry> option_entries(const std::vector<Option>& options) {
  std::vector<Entry> rows;
  for (const Option& option : options) {
    rows.push_back(
        {option.value.empty() ? option.name : option.name + " " + option.value, option.help});
  }
  return rows;
}

std::string usage_line(const CommandTree& tree, const Command& command) {
  std::string line = fmt::format("{} {}", tree.program, command.path);
  if (!command.run) return line + " COMMAND";
  for (const Argument& argument : command.arguments) {
    const std::string name = argument.name + (argument.repeatable ? "..." : "");
    line += argument.required ? " " + name : " [" + name + "]";
  }
  return command.options.empty() ? line : line + " [options]";
}

std::string examples(std::string_view title, const std::vector<Example>& list) {
  if (list.empty()) return "";
  std::string text = fmt::format("\n{}:\n", title);
  for (const Example& example : list) {
    text += fmt::format("  {}\n      {}\n", example.line, wrapped(example.what, 6));
  }
  return text;
}

std::vector<Entry> command_entries(const std::vector<const Command*>& commands) {
  std::vector<Entry> rows;
  for (const Command* command : commands) {
    const std::size_t blank = command->path.rfind(' ');
    rows.push_back(
        {command->path.substr(blank == std::string::npos ? 0 : blank + 1), command->summary});
  }
  return rows;
}

std::string whole_help(const CommandTree& tree) {
  std::string text = paragraphs(tree.summary);
  text += fmt::format("\nUsage: {} COMMAND [options]\n", tree.program);
  text += examples("First steps", tree.first_steps);
  std::vector<std::string> sections;
  const auto commands = commands_below(tree, "");
  for (const Command* command : commands) {
    if (std::ranges::find(sections, command->section) == sections.end()) {
      sections.push_back(command->section);
    }
  }
  for (const std::string& section : sections) {
    std::vector<const Command*> members;
    std::ranges::copy_if(commands, std::back_inserter(members),
                         [&](const Command* command) { return command->section == section; });
    text += entries(section, command_entries(members));
  }
  std::vector<Entry> options = option_entries(tree.options);
  options.push_back({"--help", "This help, or that of a command: up --help."});
  options.push_back({"--version", "The version of this command."});
  text += entries("Options of every command that asks a server", options);
  std::vector<Entry> codes;
  for (const auto& [code, meaning] : exit_code_meanings()) {
    codes.push_back({fmt::format("{:>3}", static_cast<int>(code)), std::string(meaning)});
  }
  text += entries("Exit codes", codes);
  text += entries("Environment",
                  {{"MAYFLY_URL, MAYFLY_USER, MAYFLY_TOKEN", "Instead of what login stored."},
                   {"MAYFLY_CA", "As --ca."},
                   {"NO_COLOR", "When set: no colours."}});
  return text;
}

}  // namespace

std::string help_text(const CommandTree& tree, std::string_view path) {
  if (path.empty()) return whole_help(tree);
  const Command* command = find_command(tree, path);
  ASSERT(command != nullptr);
  std::string text = wrapped(command->summary, 0) + "\n";
  text += fmt::format("\nUsage: {}\n", usage_line(tree, *command));
  if (!command->details.empty()) text += "\n" + paragraphs(command->details);
  text += entries("Commands", command_entries(commands_below(tree, path)));
  std::vector<Entry> rows;
  for (const Argument& argument : command->arguments) {
    rows.push_back({argument.name, argument.help});
  }
  text += entries("Arguments", rows);
  text += entries("Options", option_entries(command->options));
  text += examples("Examples", command->examples);
  if (command->asks_server) {
    text += fmt::format("\nFor every command: --url, --user, --ca, --json, --no-color ({} --help).\n",
                        tree.program);
  }
  return text;
}

}  // namespace mayfly::cli
