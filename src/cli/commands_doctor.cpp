#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/resolve.h"
#include "cli/utf8.h"
#include "model/clouds.h"

// src/cli/aws_policy.S
extern "C" const char mayfly_aws_policy[];
extern "C" const char mayfly_aws_policy_end[];

namespace mayfly::cli {
namespace {

struct DoctorOptions {
  std::string key;
  std::optional<std::string> region;
  bool policy = false;
};

// "emr_service_role" as people say it.
std::string words_of_check(std::string text) {
  std::ranges::replace(text, '_', ' ');
  return text;
}

Tone tone_of(std::string_view outcome) {
  if (outcome == "ok") return Tone::good;
  if (outcome == "missing") return Tone::bad;
  return Tone::warning;
}

std::string needed_text(std::string_view needed_for) {
  if (needed_for == "vm") return "machines";
  if (needed_for == "cluster") return "clusters";
  return "everything";
}

std::string_view conclusion(std::string_view outcome) {
  if (outcome == "ok") return "everything that they need is there.";
  if (outcome == "warning") return "everything that they need is there; look at the warnings.";
  if (outcome == "missing") return "something is missing.";
  return "nothing is missing as far as can be seen.";
}

void print_findings(Session& session, const DoctorView& view) {
  Table table({{"CHECK"}, {"NEEDED FOR"}, {"RESULT"}, {"DETAIL"}});
  for (const FindingView& finding : view.findings) {
    table.add({words_of_check(finding.check), needed_text(finding.needed_for),
               Cell(finding.outcome, tone_of(finding.outcome)), finding.detail});
  }
  session.print_table(table);
}

// A table may have to cut what it says; whoever has something to mend needs all of it. One remedy
// can mend several things, and is told once.
void print_remedies(Session& session, const DoctorView& view) {
  std::vector<std::string> told;
  for (const FindingView& finding : view.findings) {
    if (!finding.remedy || std::ranges::find(told, *finding.remedy) != told.end()) continue;
    told.push_back(*finding.remedy);
    session.print_line("");
    for (const FindingView& same : view.findings) {
      if (same.remedy != finding.remedy) continue;
      session.print_line(
          session.painted(words_of_check(printable(same.check)) + ": ", tone_of(same.outcome)) +
          printable(same.detail));
    }
    session.print_line("  " + session.painted(printable(*finding.remedy), Tone::strong));
  }
}

void print_examination(Session& session, const DoctorView& view) {
  session.print_line(fmt::format("Key {} of {}{}{}", printable(view.key), cloud_title(view.cloud),
                                 view.region ? " in " : "", printable(view.region.value_or(""))));
  print_findings(session, view);
  print_remedies(session, view);
  session.print_line("");
  session.print_line(fmt::format("Machines: {}", conclusion(view.vm)));
  if (view.cluster) session.print_line(fmt::format("Clusters: {}", conclusion(*view.cluster)));
}

Result<ExitCode> print_policy(Session& session, const DoctorOptions& options) {
  if (options.key != "aws") {
    return session.usage_mistake("keys doctor", "Only AWS has policies: keys doctor aws --policy");
  }
  session.print(std::string_view(mayfly_aws_policy, mayfly_aws_policy_end));
  return ExitCode::ok;
}

Result<ExitCode> examine(Session& session, const DoctorOptions& options) {
  if (options.policy) return print_policy(session, options);
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_key(client, options.key));
  json::object body;
  if (options.region) body["region"] = *options.region;
  TRY(const Reply reply, client.examine(id, body));
  TRY(const DoctorView view, read_answer<DoctorView>(reply.body));
  if (session.json()) {
    session.print_json(reply.body);
  } else {
    print_examination(session, view);
  }
  const bool missing =
      std::ranges::find(view.findings, "missing", &FindingView::outcome) != view.findings.end();
  return missing ? ExitCode::cloud : ExitCode::ok;
}

}  // namespace

void add_doctor_command(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<DoctorOptions>();
  tree.commands.push_back(
      {.path = "keys doctor",
       .summary = "Look whether a key has everything that machines and clusters need.",
       .details =
           "The server looks at each right of the key and each thing of its account that is needed "
           "in one region, and says how to mend what is missing. It only reads and makes dry runs: "
           "nothing is started, made or paid for. What the cloud does not let be found out is "
           "'unknown'. Ends with exit code 7 when something is missing.",
       .arguments = {argument("ID", options->key,
                              "Its id, the beginning of it, or the name of the cloud.")},
       .options = {option("--region", "REGION", options->region,
                          "The region to look at (the key's own)."),
                   flag("--policy", options->policy,
                        "Print the least that a key of AWS must be allowed, as an IAM policy; asks "
                        "no server.")},
       .examples = {{"mayfly keys doctor aws", "In the key's own region."},
                    {"mayfly keys doctor aws --region eu-west-1 --json", "In a script."},
                    {"mayfly keys doctor aws --policy > mayfly.json",
                     "For `aws iam create-policy --policy-document file://mayfly.json`."}},
       .run = [&session, options] { return examine(session, *options); }});
}

}  // namespace mayfly::cli
