// Each room's worth of commands. What they capture lives as long as the tree: `session` outlives
// it, options are shared.
#pragma once

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/session.h"

namespace mayfly::cli {

void add_login_commands(CommandTree& tree, Session& session);
void add_key_commands(CommandTree& tree, Session& session);
void add_doctor_command(CommandTree& tree, Session& session);
void add_price_command(CommandTree& tree, Session& session);
void add_up_command(CommandTree& tree, Session& session);
void add_reservation_commands(CommandTree& tree, Session& session);
void add_open_command(CommandTree& tree, Session& session);
void add_down_command(CommandTree& tree, Session& session);
void add_sweep_command(CommandTree& tree, Session& session);
void add_template_commands(CommandTree& tree, Session& session);
void add_webhook_commands(CommandTree& tree, Session& session);
void add_user_commands(CommandTree& tree, Session& session);
void add_cost_commands(CommandTree& tree, Session& session);
void add_server_commands(CommandTree& tree, const ServerCommands& commands);

// All of them, in the order of the help.
CommandTree make_command_tree(Session& session, std::string version,
                              const ServerCommands& commands);

}  // namespace mayfly::cli
