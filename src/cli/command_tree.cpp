#include "cli/commands.h"

namespace mayfly::cli {

CommandTree make_command_tree(Session& session, std::string version,
                              const ServerCommands& commands) {
  CommandTree tree{.program = "mayfly",
                   .version = std::move(version),
                   .summary =
                       "Machines from whichever cloud is cheapest, for exactly as long as they are "
                       "needed, and proof that they are gone."};
  tree.first_steps = {
      {"mayfly login http://127.0.0.1:8080 --user ann", "Which server, and who you are."},
      {"mayfly keys add aws", "Let it use your account of a cloud."},
      {"mayfly up --vcpus 2 --memory 4 --lease 2h --ssh-key ~/.ssh/id_ed25519.pub",
       "Get a machine for two hours."},
      {"mayfly down --all", "End it earlier."}};
  tree.options = {
      option("--url", "URL", session.options.url, "The server, instead of the one logged in to."),
      option("--user", "NAME", session.options.user, "The user, instead of the one logged in."),
      option("--ca", "FILE", session.options.ca,
             "Trust the authorities of this PEM file, instead of the system's."),
      flag("--json", session.options.json,
           "Print the server's answer as JSON; errors as JSON on standard error."),
      flag("--no-color", session.options.no_color, "No colours, also on a terminal."),
  };
  add_login_commands(tree, session);
  add_key_commands(tree, session);
  add_doctor_command(tree, session);
  add_price_command(tree, session);
  add_up_command(tree, session);
  add_reservation_commands(tree, session);
  add_open_command(tree, session);
  add_down_command(tree, session);
  add_sweep_command(tree, session);
  add_template_commands(tree, session);
  add_webhook_commands(tree, session);
  add_user_commands(tree, session);
  add_cost_commands(tree, session);
  add_server_commands(tree, commands);
  return tree;
}

}  // namespace mayfly::cli
