#include "cli/cli.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/parser.h"
#include "cli/run.h"

namespace mayfly::cli {
namespace {

int code(ExitCode exit_code) {
  return static_cast<int>(exit_code);
}

int run_command(Session& session, const Command& command) {
  const Result<ExitCode> done = command.run();
  if (done) return code(*done);
  session.report(done.error());
  return code(exit_code_of(done.error()));
}

}  // namespace

int run(const std::vector<std::string>& words, std::string_view version,
        const ServerCommands& commands, Surroundings& surroundings) {
  Session session(surroundings);
  const CommandTree tree = make_command_tree(session, std::string(version), commands);
  const Parsed parsed = parse(tree, words);
  if (const auto* command = std::get_if<const Command*>(&parsed)) {
    return run_command(session, **command);
  }
  if (const auto* help = std::get_if<HelpWanted>(&parsed)) {
    session.print(help_text(tree, help->path));
    return code(ExitCode::ok);
  }
  if (std::holds_alternative<VersionWanted>(parsed)) {
    session.print_line(fmt::format("{} {}", tree.program, tree.version));
    return code(ExitCode::ok);
  }
  const auto& mistake = std::get<UsageMistake>(parsed);
  return code(session.usage_mistake(mistake.path, mistake.message));
}

int run(int argc, char** argv, std::string_view version, const ServerCommands& commands) {
  Surroundings surroundings = process_surroundings();
  return run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), version, commands,
             surroundings);
}

}  // namespace mayfly::cli
