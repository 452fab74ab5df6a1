#include <fmt/format.h>

#include <memory>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/resolve.h"
#include "cli/utf8.h"
#include "cli/views.h"
#include "json/print.h"

namespace mayfly::cli {
namespace {

struct TemplateOptions {
  std::string id;
  std::string name;
};

std::string template_path(const std::string& name) {
  return fmt::format("templates/{}", path_segment(name));
}

// Fields that a cluster's request has, but that mean nothing to it.
bool is_of_machines(std::string_view field) {
  return field == "count" || field == "image" || field == "spread";
}

Result<ExitCode> template_save(Session& session, const TemplateOptions& options) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_reservation(client, options.id, Among::all));
  TRY(const Reply reply,
      client.post(template_path(options.name), json::object{{"reservation", id}}));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const TemplateView view, read_answer<TemplateView>(reply.body));
  session.print_line(fmt::format("{} template {}: {}", reply.status == 200 ? "Replaced" : "Saved",
                                 printable(view.name), printable(request_text(view.request))));
  session.print_line(fmt::format("Launch it: mayfly up --template {}", printable(view.name)));
  return ExitCode::ok;
}

Result<ExitCode> template_ls(Session& session) {
  TRY(Client client, session.client());
  TRY(const json::value document, client.list("templates", "templates"));
  if (session.json()) {
    session.print_json(document);
    return ExitCode::ok;
  }
  Table table({{"NAME"}, {"CHANGED"}, {"REQUEST"}});
  for (const json::value& entry : document.at("templates").get_array()) {
    TRY(const TemplateView view, read_answer<TemplateView>(entry));
    table.add({view.name, view.updated_at ? distance_text(*view.updated_at, session.now()) : "",
               request_text(view.request)});
  }
  if (table.empty()) session.print_line("No templates yet: mayfly template save ID NAME");
  session.print_table(table);
  return ExitCode::ok;
}

Result<ExitCode> template_show(Session& session, const std::string& name) {
  TRY(Client client, session.client());
  TRY(const Reply reply, client.get(template_path(name)));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const TemplateView view, read_answer<TemplateView>(reply.body));
  session.print_line(session.painted(printable(view.name), Tone::strong) + ": " +
                     printable(request_text(view.request)));
  // A template is an exact request, so every field of it is shown.
  Table table({{""}, {""}});
  const json::value* request = reply.body.get_object().if_contains("request");
  if (request && request->is_object()) {
    for (const auto& [field, value] : request->get_object()) {
      if (view.request.is_cluster() && is_of_machines(field)) continue;
      table.add({Cell(std::string(field), Tone::quiet),
                 value.is_string() ? std::string(value.get_string()) : json::print(value)});
    }
  }
  session.print(table.print({.colors = session.colors(), .titles = false, .indent = 2}));
  return ExitCode::ok;
}

Result<ExitCode> template_rm(Session& session, const std::string& name) {
  TRY(Client client, session.client());
  TRY(const Reply reply, client.erase(template_path(name)));
  if (session.json()) {
    session.print_json(reply.body);
  } else {
    session.print_line("Removed template " + printable(name));
  }
  return ExitCode::ok;
}

}  // namespace

void add_template_commands(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<TemplateOptions>();
  tree.commands.push_back({.path = "template",
                           .section = "Machines",
                           .summary = "Requests that can be launched again."});
  tree.commands.push_back(
      {.path = "template save",
       .summary = "Keep a reservation's request under a name.",
       .arguments = {argument("ID", options->id, "The reservation, or the beginning of its id."),
                     argument("NAME", options->name, "Letters, digits, _ . - (at most 64).")},
       .examples = {{"mayfly template save r-0jx5w2 build", "Then: mayfly up --template build"}},
       .run = [&session, options] { return template_save(session, *options); }});
  tree.commands.push_back({.path = "template ls",
                           .summary = "List your templates.",
                           .examples = {{"mayfly template ls", "With what each asks for."}},
                           .run = [&session] { return template_ls(session); }});
  tree.commands.push_back(
      {.path = "template show",
       .summary = "Show one template.",
       .arguments = {argument("NAME", options->name, "The template.")},
       .examples = {{"mayfly template show build", "Every field of it."}},
       .run = [&session, options] { return template_show(session, options->name); }});
  tree.commands.push_back(
      {.path = "template rm",
       .summary = "Remove a template.",
       .details = "What was launched from it is not touched.",
       .arguments = {argument("NAME", options->name, "The template.")},
       .examples = {{"mayfly template rm build", "Only the name is gone."}},
       .run = [&session, options] { return template_rm(session, options->name); }});
}

}  // namespace mayfly::cli
