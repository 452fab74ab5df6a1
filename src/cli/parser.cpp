#include "cli/parser.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <map>

#include "core/assert.h"

namespace mayfly::cli {
namespace {

// CLI11 calls this with all values of an option, once the words have been read.
template <class Target>
CLI::callback_t taker(const Target& target) {
  return [&target](const CLI::results_t& values) {
    for (const std::string& value : values) {
      if (const auto taken = target.take(value); !taken) {
        std::string message = taken.error().message;
        if (!taken.error().remedy.empty()) message += ". " + taken.error().remedy;
        throw CLI::ValidationError(target.name, message);
      }
    }
    return true;
  };
}

void add_option(CLI::App& app, const Option& option) {
  if (option.value.empty()) {
    app.add_flag_callback(option.name, [&option] {
      const auto taken = option.take("");
      ASSERT(taken.has_value());
    });
    return;
  }
  CLI::Option* added = app.add_option(option.name, taker(option), option.help);
  if (option.repeatable) {
    added->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args(false);
  }
}

void add_argument(CLI::App& app, const Argument& argument) {
  CLI::Option* added = app.add_option(argument.name, taker(argument), argument.help);
  if (argument.repeatable) {
    added->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
  }
  added->required(argument.required);
}

// The words of the commands that were recognised.
std::string recognised_path(const CLI::App& app) {
  std::string path;
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    path += (path.empty() ? "" : " ") + at->get_name();
  }
  return path;
}

class Parser {
 public:
  explicit Parser(const CommandTree& tree) : tree_(tree), app_(tree.summary, tree.program) {
    app_.fallthrough();
    app_.require_subcommand(1);
    app_.set_help_flag("-h,--help");
    app_.add_flag("--version", version_);
    for (const Option& option : tree.options) add_option(app_, option);
    for (const Command& command : tree.commands) add_command(command);
  }

  Parsed parse(std::vector<std::string> words) {
    std::ranges::reverse(words);  // CLI11 takes them from the end
    try {
      app_.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
      return HelpWanted{recognised_path(app_)};
    } catch (const CLI::RequiredError& error) {
      return incomplete(error);
    } catch (const CLI::ParseError& error) {
      return UsageMistake{recognised_path(app_), error.what()};
    }
    if (version_) return VersionWanted{};
    const Command* command = find_command(tree_, recognised_path(app_));
    ASSERT(command != nullptr && command->run != nullptr);
    return command;
  }

 private:
  void add_command(const Command& command) {
    const std::size_t blank = command.path.rfind(' ');
    CLI::App* parent = &app_;
    std::string word = command.path;
    if (blank != std::string::npos) {
      parent = apps_.at(command.path.substr(0, blank));
      word = command.path.substr(blank + 1);
    }
    CLI::App* app = parent->add_subcommand(word, command.summary);
    apps_[command.path] = app;
    if (!command.run) app->require_subcommand(1);
    for (const Argument& argument : command.arguments) add_argument(*app, argument);
    for (const Option& option : command.options) add_option(*app, option);
  }

  Parsed incomplete(const CLI::RequiredError& error) const {
    if (version_) return VersionWanted{};
    const std::string path = recognised_path(app_);
    const Command* command = find_command(tree_, path);
    if (path.empty() || !command->run) {
      const std::vector<std::string> unknown = app_.remaining(true);
      if (unknown.empty()) return UsageMistake{path, "A command is missing"};
      return UsageMistake{path, fmt::format("There is no command '{}{}{}'", path,
                                            path.empty() ? "" : " ", unknown.front())};
    }
    return UsageMistake{path, error.what()};
  }

  const CommandTree& tree_;
  CLI::App app_;
  std::map<std::string, CLI::App*> apps_;
  bool version_ = false;
};

}  // namespace

Parsed parse(const CommandTree& tree, const std::vector<std::string>& words) {
  return Parser(tree).parse(words);
}

}  // namespace mayfly::cli
