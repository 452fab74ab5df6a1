// Filling a dialog in beforehand: whatever somebody sends is taken as far as it is understood, and
// nothing is missing (OSLC Core, DD-26).
#include <algorithm>

#include "oslc/dialogs.h"
#include "oslc/intake.h"
#include "oslc/parameters.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

std::string plain_text(const std::optional<rdf::Term>& term) {
  if (!term || !term->is_literal()) return {};
  if (term->datatype == rdf::kXmlLiteral) return text_of_markup(term->text);
  return std::string(term->text);
}

// What the representation is about: the request in it, what was sent to this address, or else the
// only thing there is.
std::optional<rdf::Term> subject_of(const rdf::Graph& graph, std::string_view iri) {
  std::optional<rdf::Term> first;
  std::optional<rdf::Term> here;
  for (const rdf::Id id : graph.subjects()) {
    const rdf::Term& term = graph.term(id);
    if (graph.contains(term, rdf::iri(rdf::kType), rdf::iri(automation::kAutomationRequest)))
      return term;
    if (!first) first = term;
    if (term == rdf::iri(iri)) here = term;
  }
  return here ? here : first;
}

std::vector<GivenParameter> parameters_of(const rdf::Graph& graph, const rdf::Term& subject) {
  std::vector<GivenParameter> all;
  for (const rdf::Term& instance : graph.objects(subject, automation::kInputParameter)) {
    if (instance.is_literal()) continue;
    const std::string name = plain_text(graph.object(instance, core::kName));
    for (const rdf::Term& value : graph.objects(instance, kValue)) {
      if (name.empty() || value.is_blank()) continue;
      all.push_back({.name = name,
                     .value = std::string(value.text),
                     .datatype = value.is_literal() ? std::string(rdf::kString) : ""});
    }
  }
  return all;
}

service::Prefill read_prefill(const rdf::Graph& graph, std::string_view iri) {
  service::Prefill prefill;
  const auto subject = subject_of(graph, iri);
  if (!subject) return prefill;
  prefill.title = plain_text(graph.object(*subject, dublin::kTitle));
  prefill.description = plain_text(graph.object(*subject, dublin::kDescription));
  const auto plan = graph.object(*subject, automation::kExecutesAutomationPlan);
  if (plan && plan->is_iri()) prefill.plan = plan->text;
  prefill.parameters = parameters_of(graph, *subject);
  return prefill;
}

}  // namespace

void describe_prefill(const service::Prefill& prefill, const std::string& iri,
                      const Addresses& addresses, rdf::Graph& graph) {
  Description request(graph, iri);
  request.a(automation::kAutomationRequest);
  if (!prefill.title.empty()) request.markup(dublin::kTitle, prefill.title, addresses.dialect());
  if (!prefill.description.empty())
    request.markup(dublin::kDescription, prefill.description, addresses.dialect());
  if (!prefill.plan.empty()) request.link(automation::kExecutesAutomationPlan, prefill.plan);
  for (const GivenParameter& parameter : prefill.parameters)
    describe_parameter(parameter, automation::kInputParameter, request);
}

Later<Answered> post_dialog(Visit& visit) {
  if (!find_dialog(visit.address.id) && !is_action_dialog(visit.address.id))
    co_return refuse(404, "There is no such dialog");
  if (visit.http.body.size() > service::kPrefillBytesMax)
    co_return refuse(413, "Nobody fills in so much beforehand", "Send at most 64 KiB.");
  service::Prefill prefill;
  if (!visit.http.body.empty()) {
    CO_TRY(const rdf::Graph sent, read_body(visit));
    prefill = read_prefill(sent, visit.iri);
  }
  prefill.dialog = visit.address.id;
  prefill.target = visit.address.target.value_or("");
  auto kept = co_await visit.service.keep_prefill(visit.user(), std::move(prefill));
  if (!kept) co_return std::unexpected(std::move(kept).error());
  const std::string iri =
      visit.addresses.of({.place = Place::prefilled, .user = visit.user(), .id = kept->id});
  co_return Answered{.status = 201, .headers = {{"Location", iri}}};
}

}  // namespace mayfly::oslc
