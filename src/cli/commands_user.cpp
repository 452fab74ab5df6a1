#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/utf8.h"
#include "json/codec.h"

namespace mayfly::cli {
namespace {

struct RegionsOptions {
  std::vector<std::string> patterns;
  bool none = false;
};

Result<Reply> read_or_change(Client& client, const RegionsOptions& options) {
  if (options.patterns.empty() && !options.none) return client.get("");
  json::object change;
  change["regions"] = json::encode(options.patterns);
  return client.patch("", change, true);
}

Result<ExitCode> user_regions(Session& session, const RegionsOptions& options) {
  if (options.none && !options.patterns.empty()) {
    return session.usage_mistake("user regions", "--none and regions exclude each other");
  }
  TRY(Client client, session.client());
  TRY(const Reply reply, read_or_change(client, options));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const UserView user, read_answer<UserView>(reply.body));
  if (user.regions.empty()) {
    session.print_line(
        fmt::format("{} has no default regions: the server's count.", printable(user.id)));
  } else {
    session.print_line(fmt::format("Default regions of {}: {}", printable(user.id),
                                   printable(fmt::format("{}", fmt::join(user.regions, ", ")))));
  }
  return ExitCode::ok;
}

struct EmailOptions {
  std::optional<std::string> address;
  std::vector<std::string> events;
  bool none = false;
};

Result<Reply> read_or_change_email(Client& client, const EmailOptions& options) {
  json::object change;
  if (options.none) change["email"] = "";
  if (options.address) change["email"] = *options.address;
  if (!options.events.empty()) change["email_events"] = json::encode(options.events);
  if (change.empty()) return client.get("");
  return client.patch("", change, true);
}

Result<ExitCode> user_email(Session& session, const EmailOptions& options) {
  if (options.none && (options.address || !options.events.empty()))
    return session.usage_mistake("user email", "--none excludes an address and --events");
  TRY(Client client, session.client());
  TRY(const Reply reply, read_or_change_email(client, options));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const UserView user, read_answer<UserView>(reply.body));
  if (!user.email) {
    session.print_line(fmt::format("{} gets no e-mail.", printable(user.id)));
    return ExitCode::ok;
  }
  const std::vector<std::string> events = user.email_events.value_or(std::vector<std::string>());
  session.print_line(fmt::format(
      "E-mail for {} goes to {}, about: {}", printable(user.id), printable(*user.email),
      events.empty() ? "everything" : printable(fmt::format("{}", fmt::join(events, ", ")))));
  return ExitCode::ok;
}

}  // namespace

void add_user_commands(CommandTree& tree, Session& session) {
  const auto email = std::make_shared<EmailOptions>();
  const auto options = std::make_shared<RegionsOptions>();
  tree.commands.push_back({.path = "user",
                           .section = "Account",
                           .summary = "Your defaults; and, at the server, its users."});
  tree.commands.push_back(
      {.path = "user regions",
       .summary = "Show or change where your machines may be.",
       .details = "They count whenever a request names no regions. Globs: eu-*, nyc?; for one "
                  "cloud aws:eu-*.",
       .arguments = {arguments("REGION", options->patterns, "The new regions; none: show them.")},
       .options = {flag("--none", options->none, "Have no defaults: the server's count.")},
       .examples = {{"mayfly user regions", "Show them."},
                    {"mayfly user regions 'eu-*' fra1 ams3", "Stay in Europe."}},
       .run = [&session, options] { return user_regions(session, *options); }});
  tree.commands.push_back(
      {.path = "user email",
       .summary = "Show or change where e-mail goes about what happens.",
       .details = "Unless --events says otherwise it is about what is ready, what failed, what a "
                  "lease ended or will end soon, and machines that were lost.",
       .arguments = {optional_argument("ADDRESS", email->address, "Where it goes; none: show it.")},
       .options = {list("--events", "TYPE", email->events,
                        "Only about these types, such as reservation.ready."),
                   flag("--none", email->none, "Have no e-mail.")},
       .examples = {{"mayfly user email", "Show it."},
                    {"mayfly user email ann@example.com", "Where it goes."},
                    {"mayfly user email ann@example.com --events reservation.failed",
                     "Only when something failed."}},
       .run = [&session, email] { return user_email(session, *email); }});
}

}  // namespace mayfly::cli
