#include <fmt/format.h>

#include <memory>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/prompt.h"
#include "cli/resolve.h"
#include "cli/utf8.h"
#include "model/clouds.h"

namespace mayfly::cli {
namespace {

struct KeyAddOptions {
  bool from_stdin = false;
  bool from_env = false;
  std::optional<std::string> region;
};

// One value that makes up a key, and where it can come from.
struct KeyPart {
  std::string_view field;
  std::string_view question;
  std::vector<std::string> variables;
  bool secret = true;
  bool optional = false;
};

std::vector<KeyPart> parts_of(std::string_view cloud) {
  if (cloud == "aws") {
    return {{"access_key_id", "AWS access key id: ", {"AWS_ACCESS_KEY_ID"}, false, false},
            {"secret_access_key",
             "AWS secret access key (not shown): ",
             {"AWS_SECRET_ACCESS_KEY"},
             true,
             false},
            {"session_token",
             "AWS session token (not shown; empty for none): ",
             {"AWS_SESSION_TOKEN"},
             true,
             true}};
  }
  return {{"token",
           "DigitalOcean token (not shown): ",
           {"DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"},
           true,
           false}};
}

Secret from_environment(const KeyPart& part, const Surroundings& world) {
  for (const std::string& name : part.variables) {
    if (Secret value(world.environment(name)); !value.empty()) return value;
  }
  return Secret();
}

Result<Secret> from_stdin(const KeyPart& part, const Surroundings& world) {
  Result<Secret> line = read_secret_line(world.in);
  if (!line && part.optional) return Secret();
  return line;
}

Result<Secret> from_person(const KeyPart& part, Surroundings& world) {
  if (part.secret) return ask_secret(world, part.question);
  TRY(const std::string line, ask(world, part.question));
  return Secret(line);
}

Result<Secret> read_part(const KeyPart& part, const KeyAddOptions& options, Surroundings& world) {
  if (options.from_env) return from_environment(part, world);
  if (options.from_stdin) return from_stdin(part, world);
  if (world.in_is_terminal) return from_person(part, world);
  return fail(ErrorCode::invalid, "There is no terminal to ask for the key on",
              "Use --stdin or --from-env.");
}

Result<json::value> read_key(std::string_view cloud, const KeyAddOptions& options,
                             Surroundings& world) {
  json::object key;
  key["cloud"] = cloud;
  for (const KeyPart& part : parts_of(cloud)) {
    TRY(const Secret value, read_part(part, options, world));
    if (!value.empty()) {
      key[part.field] = value.reveal();
    } else if (!part.optional) {
      return fail(ErrorCode::invalid, fmt::format("The key has no {}", part.field),
                  options.from_env ? "Set " + part.variables.front() + "." : "");
    }
  }
  if (options.region) key["region"] = *options.region;
  return key;
}

void print_key(Session& session, const KeyView& key, std::string_view done) {
  session.print_line(fmt::format("{} {}: {} account {}, {}", done, printable(key.id),
                                 cloud_title(key.cloud), printable(key.account),
                                 printable(key.identity)));
}

Result<ExitCode> keys_add(Session& session, std::string_view cloud, const KeyAddOptions& options) {
  if (options.from_stdin && options.from_env) {
    return session.usage_mistake(fmt::format("keys add {}", cloud),
                                 "--stdin and --from-env exclude each other");
  }
  TRY(Client client, session.client());
  TRY(const json::value key, read_key(cloud, options, session.surroundings()));
  TRY(const Reply reply, client.post("keys", key));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const KeyView view, read_answer<KeyView>(reply.body));
  print_key(session, view,
            reply.status == 200 ? "Tested, and replaced key" : "Tested and stored key");
  return ExitCode::ok;
}

Result<ExitCode> keys_ls(Session& session) {
  TRY(Client client, session.client());
  TRY(const json::value keys, client.list("keys", "keys"));
  if (session.json()) {
    session.print_json(keys);
    return ExitCode::ok;
  }
  Table table({{"ID"}, {"CLOUD"}, {"ACCOUNT"}, {"STATUS"}, {"TESTED"}, {"IDENTITY"}});
  for (const json::value& key : keys.at("keys").get_array()) {
    TRY(const KeyView view, read_answer<KeyView>(key));
    table.add({view.id, view.cloud, view.account,
               Cell(view.status, view.status == "active" ? Tone::good : Tone::quiet),
               view.tested_at ? distance_text(*view.tested_at, session.now()) : "", view.identity});
  }
  if (table.empty()) session.print_line("No keys yet: mayfly keys add aws");
  session.print_table(table);
  return ExitCode::ok;
}

Result<ExitCode> keys_rm(Session& session, const std::string& given) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_key(client, given));
  TRY(const Reply reply, client.erase(fmt::format("keys/{}", path_segment(id))));
  if (session.json()) {
    session.print_json(reply.body);
  } else {
    session.print_line("Removed key " + printable(id));
  }
  return ExitCode::ok;
}

Result<ExitCode> keys_test(Session& session, const std::string& given) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_key(client, given));
  TRY(const Reply reply,
      client.post(fmt::format("keys/{}/test", path_segment(id)), json::object()));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const KeyView view, read_answer<KeyView>(reply.body));
  print_key(session, view, "Works: key");
  return ExitCode::ok;
}

Command add_command(Session& session, const std::string& cloud, std::string details,
                    std::vector<Example> examples) {
  const auto options = std::make_shared<KeyAddOptions>();
  Command command{
      .path = "keys add " + cloud,
      .summary = fmt::format("Test and store a key of {}.", cloud_title(cloud)),
      .details = std::move(details),
      .options = {flag("--stdin", options->from_stdin,
                       "Read the values from standard input, one a line, in the order asked for."),
                  flag("--from-env", options->from_env, "Take them from the environment.")},
      .examples = std::move(examples),
      .run = [&session, cloud, options] { return keys_add(session, cloud, *options); }};
  if (cloud == "aws") {
    command.options.push_back(
        option("--region", "REGION", options->region, "Where the key is tested (us-east-1)."));
  }
  return command;
}

}  // namespace

void add_key_commands(CommandTree& tree, Session& session) {
  tree.commands.push_back(
      {.path = "keys", .section = "Account", .summary = "Your keys of the clouds."});
  tree.commands.push_back({.path = "keys add", .summary = "Test and store a key of a cloud."});
  tree.commands.push_back(add_command(
      session, "aws",
      "Asks for the access key id, the secret access key and the session token. Secrets are typed "
      "without echo and are never part of the command line. The server tries the key, and stores "
      "it only if it works; it replaces your present key of this cloud.",
      {{"mayfly keys add aws", "Asks for everything."},
       {"mayfly keys add aws --from-env",
        "From AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."}}));
  tree.commands.push_back(add_command(
      session, "digitalocean",
      "Asks for a personal access token. It is typed without echo and is never part of the command "
      "line. The server tries it, and stores it only if it works; it replaces your present key of "
      "this cloud.",
      {{"mayfly keys add digitalocean", "Asks for the token."},
       {"mayfly keys add digitalocean --stdin < token", "In a script."},
       {"mayfly keys add digitalocean --from-env",
        "From DIGITALOCEAN_TOKEN or DIGITALOCEAN_ACCESS_TOKEN."}}));
  tree.commands.push_back({.path = "keys ls",
                           .summary = "List your keys.",
                           .examples = {{"mayfly keys ls", "No secrets are shown."}},
                           .run = [&session] { return keys_ls(session); }});
  const auto id = std::make_shared<std::string>();
  const std::string id_help = "Its id, the beginning of it, or the name of the cloud.";
  tree.commands.push_back(
      {.path = "keys rm",
       .summary = "Remove a key.",
       .details = "Refused while anything that was started with it lives: without the key it could "
                  "not be torn down.",
       .arguments = {argument("ID", *id, id_help)},
       .examples = {{"mayfly keys rm digitalocean", "The key of that cloud."}},
       .run = [&session, id] { return keys_rm(session, *id); }});
  tree.commands.push_back({.path = "keys test",
                           .summary = "Try whether a key still works.",
                           .arguments = {argument("ID", *id, id_help)},
                           .examples = {{"mayfly keys test aws", "Asks AWS who you are."}},
                           .run = [&session, id] { return keys_test(session, *id); }});
}

}  // namespace mayfly::cli
