#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/prompt.h"
#include "cli/utf8.h"

namespace mayfly::cli {
namespace {

struct LoginOptions {
  std::string url;
  bool token_stdin = false;
};

// What is still missing is asked for, when there is somebody to ask.
Result<std::string> login_user(Session& session) {
  Surroundings& world = session.surroundings();
  std::string user = session.options.user.value_or(world.environment("MAYFLY_USER"));
  if (user.empty() && world.in_is_terminal) {
    TRY(user, ask(world, "User: "));
  }
  if (user.empty()) {
    return fail(ErrorCode::invalid, "It is not known who logs in", "Add --user NAME.");
  }
  return user;
}

Result<Secret> login_token(Session& session, const LoginOptions& options, const std::string& user) {
  Surroundings& world = session.surroundings();
  if (options.token_stdin) return read_secret_line(world.in);
  if (Secret token(world.environment("MAYFLY_TOKEN")); !token.empty()) return token;
  if (!world.in_is_terminal) {
    return fail(ErrorCode::invalid, "There is no terminal to ask for the token on",
                "Pipe it in with --token-stdin, or set MAYFLY_TOKEN.");
  }
  return ask_secret(world, fmt::format("Token of {} (not shown; empty for a server that asks "
                                       "for none): ",
                                       printable(user)));
}

// Whole, because later commands run elsewhere.
std::string login_authority(Session& session) {
  const std::string ca =
      session.options.ca.value_or(session.surroundings().environment("MAYFLY_CA"));
  return ca.empty() ? ca : std::filesystem::absolute(ca).string();
}

Result<ExitCode> login(Session& session, const LoginOptions& options) {
  Settings settings;
  TRY(settings.url, checked_url(options.url));
  TRY(settings.user, login_user(session));
  TRY(settings.token, login_token(session, options, settings.user));
  settings.ca = login_authority(session);
  if (!settings.token.empty() && is_exposed(settings.url)) {
    session.warn("Without https the token can be read by everybody on the way.");
  }
  TRY(Reply reply, Client(settings, session.surroundings()).get(""));
  TRY(const UserView user, read_answer<UserView>(reply.body));
  TRY(const auto path, store_settings(session.surroundings().environment, settings));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  session.print_line(fmt::format("Logged in to {} as {}{}.", settings.url, printable(settings.user),
                                 user.admin ? ", an admin" : ""));
  session.print_line(fmt::format("Stored in {}, readable by you only.", path.string()));
  return ExitCode::ok;
}

Result<ExitCode> logout(Session& session) {
  TRY(const bool removed, remove_settings(session.surroundings().environment));
  if (!session.json()) {
    session.print_line(removed ? "Logged out: the stored token is removed."
                               : "Nothing to do: nobody was logged in.");
  }
  return ExitCode::ok;
}

}  // namespace

void add_login_commands(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<LoginOptions>();
  tree.commands.push_back(
      {.path = "login",
       .section = "Account",
       .summary = "Say which server to use, and who you are.",
       .details = "Asks for the token without showing it, tries it, and stores address, user and "
                  "token where only you can read them: $XDG_CONFIG_HOME/mayfly/client.toml or "
                  "~/.config/mayfly/client.toml. The token is never part of the command line.",
       .arguments = {argument("URL", options->url, "The server: https://mayfly.example.com")},
       .options = {flag("--token-stdin", options->token_stdin,
                        "Read the token from standard input.")},
       .examples = {{"mayfly login http://127.0.0.1:8080 --user ann", "Asks for ann's token."},
                    {"mayfly login https://mayfly.example.com --user ci --token-stdin < token",
                     "In a script."}},
       .run = [&session, options] { return login(session, *options); }});
  tree.commands.push_back({.path = "logout",
                           .section = "Account",
                           .summary = "Forget the stored token.",
                           .examples = {{"mayfly logout", "Removes client.toml."}},
                           .run = [&session] { return logout(session); }});
}

}  // namespace mayfly::cli
