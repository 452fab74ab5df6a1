#include <memory>

#include "cli/commands.h"

namespace mayfly::cli {
namespace {

void add_serve(CommandTree& tree, const ServerCommands& commands) {
  struct Given {
    ServeOptions options;
    std::optional<std::string> auth;
    std::optional<std::string> log_level;
  };
  const auto given = std::make_shared<Given>();
  ServeOptions& options = given->options;
  tree.commands.push_back(
      {.path = "serve",
       .section = "Server",
       .summary = "Run the server.",
       .details = "What is not given is as the configuration says. SIGTERM and Ctrl-C end it; what "
                  "it has started keeps running and is taken up again at the next start.",
       .options = {option("--config", "FILE", options.config, "The configuration (TOML)."),
                   option("--listen", "ADDRESS:PORT", options.listen,
                          "Where to listen: 127.0.0.1:8080."),
                   option("--data", "DIR", options.data, "Where the state is kept."),
                   choice("--auth", {"token", "none"}, given->auth,
                          "Whether users need a token; none is for trying it out alone."),
                   choice("--log-level", {"debug", "info", "warning", "error"}, given->log_level,
                          "How much to say."),
                   flag("--log-json", options.log_json, "One JSON object a line.")},
       .examples = {{"mayfly serve --auth none --data ./data", "Try it out on your own machine."},
                    {"mayfly serve --config /etc/mayfly/mayfly.toml --log-json", "As a service."}},
       .run = [&commands, given]() -> Result<ExitCode> {
         given->options.auth = given->auth.value_or("");
         given->options.log_level = given->log_level.value_or("");
         return static_cast<ExitCode>(commands.serve(given->options));
       },
       .asks_server = false});
}

void add_user_add(CommandTree& tree, const ServerCommands& commands) {
  const auto options = std::make_shared<UserAddOptions>();
  tree.commands.push_back(
      {.path = "user add",
       .summary = "At the server: make a user, and print the token once.",
       .arguments = {argument("NAME", options->name, "Letters, digits, _ . - (at most 64).")},
       .options = {flag("--admin", options->admin,
                        "An admin, who may do everything for everybody."),
                   option("--config", "FILE", options->config, "The server's configuration."),
                   option("--data", "DIR", options->data, "Where the server's state is kept.")},
       .examples = {{"mayfly user add ann > token", "The token is shown only now."},
                    {"mayfly user add root --admin --data /var/lib/mayfly", "An admin."}},
       .run = [&commands, options]() -> Result<ExitCode> {
         return static_cast<ExitCode>(commands.user_add(*options));
       },
       .asks_server = false});
}

void add_user_token(CommandTree& tree, const ServerCommands& commands) {
  const auto options = std::make_shared<UserTokenOptions>();
  tree.commands.push_back(
      {.path = "user token",
       .summary = "At the server: give a user another token, and print it once.",
       .details = "The one before is refused from then on, and so are the access tokens that were "
                  "had for it. The server may run meanwhile. What the user has started stays.",
       .arguments = {argument("NAME", options->name, "A user that there is.")},
       .options = {option("--config", "FILE", options->config, "The server's configuration."),
                   option("--data", "DIR", options->data, "Where the server's state is kept.")},
       .examples = {{"mayfly user token ann > token", "Somebody else may know the old one."}},
       .run = [&commands, options]() -> Result<ExitCode> {
         return static_cast<ExitCode>(commands.user_token(*options));
       },
       .asks_server = false});
}

void add_config_check(CommandTree& tree, const ServerCommands& commands) {
  const auto options = std::make_shared<ConfigCheckOptions>();
  tree.commands.push_back({.path = "config",
                           .section = "Server",
                           .summary = "The server's configuration.",
                           .asks_server = false});
  tree.commands.push_back(
      {.path = "config check",
       .summary = "Read the configuration and say what is wrong with it.",
       .options = {option("--config", "FILE", options->config, "The file to read.")},
       .examples = {{"mayfly config check --config /etc/mayfly/mayfly.toml",
                     "Before restarting the server."}},
       .run = [&commands, options]() -> Result<ExitCode> {
         return static_cast<ExitCode>(commands.config_check(*options));
       },
       .asks_server = false});
}

}  // namespace

void add_server_commands(CommandTree& tree, const ServerCommands& commands) {
  add_serve(tree, commands);
  add_user_add(tree, commands);
  add_user_token(tree, commands);
  add_config_check(tree, commands);
}

}  // namespace mayfly::cli
