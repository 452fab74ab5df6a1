#include "cli/session.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/problem.h"
#include "cli/utf8.h"
#include "json/print.h"

namespace mayfly::cli {

bool Session::colors() const {
  return may_color(surroundings_.out_is_terminal);
}

bool Session::may_color(bool is_terminal) const {
  return is_terminal && !options.no_color && !options.json &&
         surroundings_.environment("NO_COLOR").empty() &&
         surroundings_.environment("TERM") != "dumb";
}

std::string Session::painted_error(std::string_view text, Tone tone) const {
  return paint(text, tone, may_color(surroundings_.err_is_terminal));
}

Result<Client> Session::client() {
  TRY(LoadedSettings loaded,
      load_settings(surroundings_.environment,
                    {.url = options.url, .user = options.user, .ca = options.ca}));
  if (!loaded.warning.empty()) warn(loaded.warning);
  if (loaded.settings.url.empty()) {
    return fail(ErrorCode::unauthenticated, "Not logged in: no server is known",
                "Log in: mayfly login URL --user NAME (or set MAYFLY_URL, MAYFLY_USER and "
                "MAYFLY_TOKEN).");
  }
  if (loaded.settings.user.empty()) {
    return fail(ErrorCode::unauthenticated, "Not logged in: no user is known",
                fmt::format("Log in: mayfly login {} --user NAME (or set MAYFLY_USER).",
                            loaded.settings.url));
  }
  return Client(std::move(loaded.settings), surroundings_);
}

void Session::print(std::string_view text) {
  surroundings_.out << text << std::flush;
}

void Session::print_json(const json::value& document) {
  if (!document.is_null()) print_line(json::print_pretty(document));
}

void Session::print_table(const Table& table, int indent) {
  print(table.print({.colors = colors(),
                     .indent = indent,
                     .cells_max = surroundings_.out_is_terminal ? surroundings_.columns : 0}));
}

std::string Session::painted(std::string_view text, Tone tone) const {
  return paint(text, tone, colors());
}

void Session::warn(std::string_view sentence) {
  surroundings_.err << painted_error("warning:", Tone::warning) << " " << printable(sentence)
                    << "\n"
                    << std::flush;
}

void Session::report(const Error& error) {
  surroundings_.err << describe(error, {.json = options.json,
                                        .colors = may_color(surroundings_.err_is_terminal)})
                    << std::flush;
}

ExitCode Session::usage_mistake(std::string_view command_path, std::string_view message) {
  surroundings_.err << painted_error("error:", Tone::bad) << " " << printable(message) << "\n"
                    << painted_error("next:", Tone::strong) << " mayfly " << command_path
                    << (command_path.empty() ? "" : " ") << "--help\n"
                    << std::flush;
  return ExitCode::usage;
}

}  // namespace mayfly::cli
