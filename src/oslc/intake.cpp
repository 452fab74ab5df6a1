#include "oslc/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

struct Reference {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Reference, 5> kReferences{
    {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&apos;", "'"}}};

// Looks no further than the longest name: a text may be full of ampersands.
const Reference* reference_at(std::string_view markup) {
  const auto* found = std::ranges::find_if(
      kReferences, [&](const Reference& one) { return markup.starts_with(one.name); });
  return found == kReferences.end() ? nullptr : found;
}

}  // namespace

Outcome<rdf::Term> find_sent(const rdf::Graph& graph, std::string_view type, std::string_view iri) {
  std::vector<rdf::Term> found;
  for (const rdf::Id subject : graph.subjects()) {
    const rdf::Term& term = graph.term(subject);
    if (graph.contains(term, rdf::iri(rdf::kType), rdf::iri(type))) found.push_back(term);
  }
  if (found.size() == 1) return found.front();
  const auto here = std::ranges::find(found, rdf::iri(iri));
  if (here != found.end()) return *here;
  return refuse(
      400, fmt::format("The body holds {} oslc_auto:{}", found.empty() ? "no" : "more than one",
                       type.substr(type.find('#') + 1)));
}

std::string text_of(const rdf::Term& term) {
  if (term.datatype == rdf::kXmlLiteral) return text_of_markup(term.text);
  return std::string(term.text);
}

Outcome<std::string> read_title(const rdf::Graph& graph, const rdf::Term& sent,
                                std::size_t bytes_max) {
  const auto title = graph.object(sent, dublin::kTitle);
  if (!title || !title->is_literal()) return refuse(400, "There is no dcterms:title");
  std::string text = text_of(*title);
  if (text.empty() || text.size() > bytes_max)
    return refuse(400, fmt::format("dcterms:title must have 1-{} bytes", bytes_max));
  return text;
}

namespace {

Outcome<void> read_parameter(const rdf::Graph& graph, const rdf::Term& instance,
                             std::vector<GivenParameter>& parameters) {
  const std::vector<rdf::Term> names = graph.objects(instance, core::kName);
  if (instance.is_literal() || names.size() != 1 || !names.front().is_literal())
    return refuse(400, "An oslc_auto:inputParameter has no oslc:name, or more than one");
  for (const rdf::Term& value : graph.objects(instance, kValue)) {
    if (value.is_blank())
      return refuse(400, fmt::format("The value of {} is a blank node", names.front().text));
    const std::string_view datatype = !value.is_literal()                  ? ""
                                      : value.datatype == rdf::kLangString ? rdf::kString
                                                                           : value.datatype;
    parameters.push_back({.name = std::string(names.front().text),
                          .value = std::string(value.text),
                          .datatype = std::string(datatype)});
  }
  return {};
}

// What a request has that is ours to say, or has been read already.
constexpr std::array kKnown = {std::string_view(rdf::kType),
                               dublin::kTitle,
                               dublin::kDescription,
                               dublin::kIdentifier,
                               dublin::kCreated,
                               dublin::kModified,
                               automation::kState,
                               automation::kDesiredState,
                               automation::kInputParameter,
                               automation::kExecutesAutomationPlan,
                               automation::kProducedAutomationResult,
                               core::kServiceProvider,
                               core::kInstanceShape,
                               kValue,
                               ours::kExpires};

// Nodes without a name, and texts with a language, are more than a value: they are not kept.
void read_properties(const rdf::Graph& graph, const rdf::Term& request, Intake& intake) {
  for (const std::uint32_t at : graph.of(graph.find(request))) {
    const rdf::Triple& triple = graph.triples()[at];
    const std::string_view property = graph.term(triple.predicate).text;
    if (std::ranges::find(kKnown, property) != kKnown.end()) continue;
    const rdf::Term& value = graph.term(triple.object);
    const bool simple = !value.is_blank() && value.datatype != rdf::kLangString &&
                        property.size() + value.text.size() <= kPropertyBytesMax;
    if (!simple || intake.properties.size() == kPropertiesMax) {
      ++intake.dropped;
      continue;
    }
    intake.properties.push_back({std::string(property), std::string(value.text),
                                 value.is_literal() ? std::string(value.datatype) : ""});
  }
}

}  // namespace

Outcome<Intake> read_intake(const rdf::Graph& graph, std::string_view iri,
                            const Addresses& addresses) {
  TRY(const rdf::Term request, find_sent(graph, automation::kAutomationRequest, iri));
  Intake intake;
  if (const auto description = graph.object(request, dublin::kDescription))
    intake.description = text_of(*description);
  if (intake.description.size() > kDescriptionBytesMax) {
    return refuse(
        400, fmt::format("dcterms:description must have at most {} bytes", kDescriptionBytesMax));
  }
  const std::vector<rdf::Term> plans = graph.objects(request, automation::kExecutesAutomationPlan);
  if (plans.size() != 1 || !plans.front().is_iri())
    return refuse(400, "The request needs one oslc_auto:executesAutomationPlan, a resource");
  const auto plan = addresses.read(plans.front().text);
  const bool follows = plan && plan->place == Place::future_action && plan->target;
  if (!plan || (plan->place != Place::plan && !follows)) {
    return refuse(400, fmt::format("<{}> is no Automation Plan here", plans.front().text),
                  "The plans of a service provider are found by its query capability.");
  }
  intake.plan = *plan;
  TRY(intake.title, read_title(graph, request, follows ? kDeedBytesMax : kTitleBytesMax));
  for (const rdf::Term& instance : graph.objects(request, automation::kInputParameter))
    TRY_VOID(read_parameter(graph, instance, intake.parameters));
  read_properties(graph, request, intake);
  return intake;
}

std::optional<std::string> desired_state(const rdf::Graph& graph, std::string_view iri) {
  const auto wish = graph.object(rdf::iri(iri), automation::kDesiredState);
  if (!wish || !wish->is_iri()) return std::nullopt;
  return std::string(wish->text);
}

bool says_nothing_new(const rdf::Graph& sent, const rdf::Graph& known, std::string_view iri) {
  const rdf::Id subject = sent.find(rdf::iri(iri));
  if (subject == rdf::kNone) return true;
  const auto chain = sent.of(subject);
  return std::all_of(chain.begin(), chain.end(), [&](std::uint32_t at) {
    const rdf::Triple& triple = sent.triples()[at];
    const rdf::Term& property = sent.term(triple.predicate);
    const rdf::Term& object = sent.term(triple.object);
    return object.is_blank() || property.text == automation::kDesiredState ||
           known.contains(rdf::iri(iri), property, object);
  });
}

std::string text_of_markup(std::string_view markup) {
  std::string text;
  for (std::size_t at = 0; at < markup.size(); ++at) {
    const char c = markup[at];
    if (c == '<') {
      const std::size_t end = markup.find('>', at);
      if (end == std::string_view::npos) break;
      at = end;
    } else if (const Reference* reference = reference_at(markup.substr(at))) {
      text += reference->text;
      at += reference->name.size() - 1;
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace mayfly::oslc
