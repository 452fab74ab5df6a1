// What the command line offers, as data: help, parsing and the tests of documentation all read the
// same tree. A command's options point to where their values go.
#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "core/millionths.h"
#include "core/result.h"
#include "core/time.h"

namespace mayfly::cli {

struct Option {
  std::string name;   // --vcpus
  std::string value;  // what stands for its value in help; empty: a flag
  std::string help;
  std::function<Result<void>(const std::string&)> take;  // once for each value given
  bool repeatable = false;
};

struct Argument {
  std::string name;  // ID
  std::string help;
  std::function<Result<void>(const std::string&)> take;
  bool required = true;
  bool repeatable = false;
};

struct Example {
  std::string line;
  std::string what;
};

struct Command {
  std::string path;     // "keys add aws"; "keys" alone only groups
  std::string section;  // of the help of the whole, for the first word of a path
  std::string summary;  // one line
  std::string details;  // paragraphs; may be empty
  std::vector<Argument> arguments;
  std::vector<Option> options;
  std::vector<Example> examples;
  std::function<Result<ExitCode>()> run;  // none: only groups
  bool asks_server = true;                // so that --url and the like mean something
};

struct CommandTree {
  std::string program;
  std::string version;
  std::string summary;
  std::vector<Example> first_steps;
  std::vector<Option> options;  // may stand anywhere
  std::vector<Command> commands;
};

namespace detail {

template <class T>
Result<T> value_of(const std::string& text) {
  if constexpr (std::same_as<T, std::string>) {
    return text;
  } else if constexpr (std::same_as<T, Duration>) {
    return parse_duration(text);
  } else if constexpr (std::integral<T>) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return number;
    return fail(ErrorCode::malformed, "'" + text + "' is not a whole number");
  } else {
    return T::parse(text);
  }
}

}  // namespace detail

inline Option flag(std::string name, bool& target, std::string help) {
  return {.name = std::move(name), .help = std::move(help), .take = [&target](const std::string&) {
            target = true;
            return Result<void>{};
          }};
}

template <class T>
Option option(std::string name, std::string value, std::optional<T>& target, std::string help) {
  return {.name = std::move(name),
          .value = std::move(value),
          .help = std::move(help),
          .take = [&target](const std::string& text) -> Result<void> {
            TRY(target, detail::value_of<T>(text));
            return {};
          }};
}

inline Option option(std::string name, std::string value, std::string& target, std::string help) {
  return {.name = std::move(name),
          .value = std::move(value),
          .help = std::move(help),
          .take = [&target](const std::string& text) {
            target = text;
            return Result<void>{};
          }};
}

// One of these words.
Option choice(std::string name, std::vector<std::string> words, std::optional<std::string>& target,
              std::string help);
// May be given again, and takes a,b,c.
Option list(std::string name, std::string value, std::vector<std::string>& target,
            std::string help);

Argument argument(std::string name, std::string& target, std::string help);
Argument optional_argument(std::string name, std::optional<std::string>& target, std::string help);
Argument arguments(std::string name, std::vector<std::string>& target, std::string help);

// The command of that path; nullptr when there is none.
const Command* find_command(const CommandTree& tree, std::string_view path);
// The commands one word below a path, in order.
std::vector<const Command*> commands_below(const CommandTree& tree, std::string_view path);

// `path` empty: the whole. Ends with a line end.
std::string help_text(const CommandTree& tree, std::string_view path);

}  // namespace mayfly::cli
