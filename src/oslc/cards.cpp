#include "oslc/cards.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "oslc/intake.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

struct RowRule {
  std::string_view property;
  std::string_view label;
  bool essential = false;
  std::string_view unit = {};
};

// In the order of their importance to whoever wonders what this is.
constexpr std::array kRowRules = {
    RowRule{automation::kState, "State", true},
    RowRule{automation::kVerdict, "Verdict", true},
    RowRule{ours::kState, "What it does", true},
    RowRule{ours::kExpires, "Ends by itself at", true},
    RowRule{ours::kCost, "Cost so far", true, " USD"},
    RowRule{ours::kCostTail, "Cost of its end", false, " USD"},
    RowRule{ours::kCostFinal, "Cost is final"},
    RowRule{dublin::kDescription, "Description"},
    RowRule{ours::kReason, "Reason"},
    RowRule{automation::kProgress, "Progress", false, " %"},
    RowRule{automation::kDesiredState, "Desired state"},
    RowRule{ours::kTeardown, "Teardown"},
    RowRule{ours::kMayTearDown, "May tear it down"},
    RowRule{ours::kChargingStopped, "Not charged since"},
    RowRule{ours::kTornDownAt, "Gone since"},
    RowRule{dublin::kCreated, "Created"},
    RowRule{dublin::kModified, "Changed"},
    RowRule{automation::kExecutesAutomationPlan, "Plan"},
    RowRule{automation::kReportsOnAutomationPlan, "Plan"},
    RowRule{ours::kPlan, "Plan"},
    RowRule{automation::kProducedByAutomationRequest, "Request"},
    RowRule{automation::kProducedAutomationResult, "Result"},
    RowRule{automation::kContribution, "Made"},
    RowRule{core::kAction, "Can be done now"},
    RowRule{core::kFutureAction, "Can be done later"},
    RowRule{core::kServiceProvider, "Service provider"},
    RowRule{core::kDetails, "Details"},
};

// What people connect to.
constexpr std::array<std::string_view, 6> kAddresses = {"public_ip",  "dns_name",     "master_dns",
                                                        "private_ip", "zeppelin_url", "ssh_tunnel"};

std::string title_in(const rdf::Graph& graph, const rdf::Term& resource) {
  const auto title = graph.object(resource, dublin::kTitle);
  return title ? text_of(*title) : "";
}

class CardMaker {
 public:
  CardMaker(const rdf::Graph& graph, const Addresses& addresses)
      : graph_(graph), addresses_(addresses) {}

  void add_properties(const rdf::Term& resource) {
    for (const RowRule& rule : kRowRules) {
      for (const rdf::Term& value : graph_.objects(resource, rule.property)) {
        CardRow row = row_of(std::string(rule.label), value);
        row.text += rule.unit;
        row.essential = rule.essential;
        add(std::move(row));
      }
    }
  }

  void add_parameters(const rdf::Term& resource) {
    for (const std::string_view property :
         {automation::kOutputParameter, automation::kInputParameter}) {
      for (const rdf::Term& instance : graph_.objects(resource, property)) {
        const auto name = graph_.object(instance, core::kName);
        const auto value = graph_.object(instance, kValue);
        if (!name || !value) continue;
        CardRow row = row_of(std::string(name->text), *value);
        row.essential = std::ranges::find(kAddresses, name->text) != kAddresses.end();
        add(std::move(row));
      }
    }
    for (const rdf::Term& definition : graph_.objects(resource, automation::kParameterDefinition)) {
      const auto name = graph_.object(definition, core::kName);
      const auto value = graph_.object(definition, core::kDefaultValue);
      if (name && value) add({std::string(name->text), text_of(*value)});
    }
  }

  std::vector<CardRow> rows() && { return std::move(rows_); }

 private:
  CardRow row_of(std::string label, const rdf::Term& value) const {
    if (value.is_literal()) return {std::move(label), text_of(value)};
    // Only our own addresses become links: others may say anything.
    const bool ours = value.is_iri() && addresses_.read(value.text).has_value();
    std::string text = title_in(graph_, value);
    if (text.empty()) text = ours ? std::string(value.text) : words_of(value.text);
    return {std::move(label), std::move(text), ours ? std::string(value.text) : ""};
  }

  void add(CardRow row) {
    const bool known = std::ranges::any_of(rows_, [&](const CardRow& other) {
      return other.label == row.label && other.text == row.text;
    });
    if (!known) rows_.push_back(std::move(row));
  }

  const rdf::Graph& graph_;
  const Addresses& addresses_;
  std::vector<CardRow> rows_;
};

std::string kind_of(const rdf::Graph& graph, const rdf::Term& resource) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kKinds = {
      {{automation::kAutomationPlan, "Automation Plan"},
       {automation::kAutomationRequest, "Automation Request"},
       {automation::kAutomationResult, "Automation Result"},
       {ours::kDeployment, "Deployment"},
       {core::kServiceProviderType, "Service Provider"},
       {core::kServiceProviderCatalogType, "Service Provider Catalog"}}};
  for (const auto& [type, name] : kKinds) {
    if (graph.contains(resource, rdf::iri(rdf::kType), rdf::iri(type))) return std::string(name);
  }
  return "Resource";
}

// ---- HTML
// -----------------------------------------------------------------------------------------

// For text and for attributes in double quotes.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string list_of(const std::vector<CardRow>& rows, bool only_essential) {
  std::string list;
  for (const CardRow& row : rows) {
    if (only_essential && !row.essential) continue;
    list += fmt::format("<tr><th scope=\"row\">{}</th><td>", escaped(row.label));
    list += row.href.empty()
                ? escaped(row.text)
                : fmt::format("<a href=\"{}\">{}</a>", escaped(row.href), escaped(row.text));
    list += "</td></tr>\n";
  }
  return list.empty() ? "" : fmt::format("<table>\n{}</table>\n", list);
}

std::string document_of(const Card& card, const PageParts& parts, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n"
      "<link rel=\"stylesheet\" href=\"{}\">\n</head>\n<body>\n<main>\n{}</main>\n</body>\n"
      "</html>\n",
      escaped(card.title), escaped(parts.style), body);
}

std::string more_of(const PageParts& parts) {
  if (parts.more.empty()) return "";
  return fmt::format("<p><a href=\"{}\" target=\"_blank\" rel=\"noopener\">Everything</a></p>\n",
                     escaped(parts.more));
}

}  // namespace

std::string words_of(std::string_view iri) {
  std::string words;
  for (const char c : iri.substr(iri.find_last_of("#/:") + 1)) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !words.empty()) words += ' ';
    words += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

Card card_of(const rdf::Graph& graph, const std::string& root,
             const std::vector<std::string>& others, const Addresses& addresses) {
  const rdf::Term resource = rdf::iri(root);
  CardMaker maker(graph, addresses);
  maker.add_properties(resource);
  for (const std::string& other : others) maker.add_properties(rdf::iri(other));
  maker.add_parameters(resource);
  for (const std::string& other : others) maker.add_parameters(rdf::iri(other));
  std::string title = title_in(graph, resource);
  if (title.empty()) title = root;
  return {kind_of(graph, resource), std::move(title), std::move(maker).rows()};
}

std::string small_preview_of(const Card& card, const PageParts& parts) {
  return document_of(card, parts,
                     fmt::format("<p>{}</p>\n<h1>{}</h1>\n{}{}", escaped(card.kind),
                                 escaped(card.title), list_of(card.rows, true), more_of(parts)));
}

std::string page_of(const Card& card, const PageParts& parts) {
  return document_of(card, parts,
                     fmt::format("<p>{}</p>\n<h1>{}</h1>\n{}{}", escaped(card.kind),
                                 escaped(card.title), list_of(card.rows, false), more_of(parts)));
}

}  // namespace mayfly::oslc
