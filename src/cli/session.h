// What one run of the command has in common: the options that every command takes, the server, and
// the screen. Everything that goes to a screen goes through here.
#pragma once

#include <optional>
#include <string>

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/surroundings.h"
#include "cli/table.h"

namespace mayfly::cli {

struct GlobalOptions {
  std::optional<std::string> url;
  std::optional<std::string> user;
  std::optional<std::string> ca;
  bool json = false;
  bool no_color = false;
};

class Session {
 public:
  explicit Session(Surroundings& surroundings) : surroundings_(surroundings) {}

  GlobalOptions options;

  Surroundings& surroundings() { return surroundings_; }
  Time now() const { return surroundings_.clock.now(); }
  bool json() const { return options.json; }
  bool colors() const;

  // A client of the server we are logged in to. Fails with ErrorCode::unauthenticated without one.
  Result<Client> client();

  // Standard output. In --json mode only print_json and its callers write there.
  void print(std::string_view text);
  void print_line(std::string_view line) { print(std::string(line) + "\n"); }
  void print_json(const json::value& document);
  void print_table(const Table& table, int indent = 0);
  std::string painted(std::string_view text, Tone tone) const;

  // Standard error.
  void warn(std::string_view sentence);
  void report(const Error& error);
  ExitCode usage_mistake(std::string_view command_path, std::string_view message);

 private:
  bool may_color(bool is_terminal) const;
  std::string painted_error(std::string_view text, Tone tone) const;

  Surroundings& surroundings_;
};

}  // namespace mayfly::cli
