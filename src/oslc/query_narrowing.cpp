#include "oslc/query_narrowing.h"

#include <algorithm>
#include <array>

#include "core/time.h"
#include "json/rules.h"
#include "oslc/description.h"
#include "oslc/follow_ups.h"
#include "oslc/launches.h"
#include "oslc/states.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

using service::AutomationKind;
using service::Walk;

// An id is made a moment before what it stands for says that it was created.
constexpr Duration kClockRoom = 1min;
constexpr std::size_t kIdBytesMax = 64;
constexpr std::string_view kSubject = "urn:mayfly:oslc:query";

bool can_be_an_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax && json::matches(json::Text::name, text);
}

// What a property must be, said of it or, for a link to something of ours, of its identifier.
std::optional<std::vector<std::string>> wanted_ids(
    const std::vector<QueryTerm>& where, std::string_view link, const Addresses& addresses,
    const std::string& user, std::optional<std::string> (*id_of)(const Address&)) {
  std::vector<std::string> ids;
  if (const auto values = wanted(where, link)) {
    for (const QueryValue& value : *values) {
      const auto address = addresses.read(value.text);
      if (!address || address->user != user) continue;
      if (auto id = id_of(*address)) ids.push_back(*std::move(id));
    }
    return ids;
  }
  for (const QueryTerm& term : where) {
    const auto values = term.nested() && term.property == link
                            ? wanted(term.inside, dublin::kIdentifier)
                            : std::nullopt;
    if (!values) continue;
    for (const QueryValue& value : *values) ids.push_back(value.text);
    return ids;
  }
  return std::nullopt;
}

std::optional<std::string> id_of_record(const Address& address) {
  const bool ours = address.place == Place::request || address.place == Place::result ||
                    address.place == Place::action_request || address.place == Place::action_result;
  return ours ? std::optional(address.id) : std::nullopt;
}

std::optional<std::vector<std::string>> named_ids(const std::vector<QueryTerm>& where,
                                                  const Addresses& addresses,
                                                  const std::string& user) {
  std::optional<std::vector<std::string>> ids;
  for (const std::string_view link :
       {automation::kProducedByAutomationRequest, automation::kProducedAutomationResult}) {
    if (!ids) ids = wanted_ids(where, link, addresses, user, &id_of_record);
  }
  if (!ids) {
    const auto identifiers = wanted(where, dublin::kIdentifier);
    if (!identifiers) return std::nullopt;
    ids.emplace();
    for (const QueryValue& value : *identifiers) ids->push_back(value.text);
  }
  std::erase_if(*ids, [](const std::string& id) { return !can_be_an_id(id); });
  std::ranges::sort(*ids);
  const auto again = std::ranges::unique(*ids);
  ids->erase(again.begin(), again.end());
  return ids;
}

// ---- plans
// -----------------------------------------------------------------------------------------------

// Of a plan of one target: what it says of itself, which begins with the action.
std::optional<std::string> id_of_plan(const Address& address) {
  if (address.place == Place::future_action && address.target) return ":" + *address.target;
  return address.place == Place::plan ? std::optional(address.plan) : std::nullopt;
}

// False when the question does not say from which plan, or when no index knows that plan's.
bool narrow_to_plans(const std::vector<QueryTerm>& where, const Addresses& addresses,
                     const std::string& user, Narrowing& narrowing) {
  std::optional<std::vector<std::string>> plans;
  for (const std::string_view link :
       {automation::kReportsOnAutomationPlan, automation::kExecutesAutomationPlan}) {
    if (!plans) plans = wanted_ids(where, link, addresses, user, &id_of_plan);
  }
  if (!plans) return false;
  std::ranges::sort(*plans);
  const auto again = std::ranges::unique(*plans);
  plans->erase(again.begin(), again.end());
  // What was not launched through this door is of a built-in plan, and no index knows it.
  if (std::ranges::any_of(
          *plans, [](const std::string& plan) { return plan == kVmPlan || plan == kClusterPlan; }))
    return false;
  for (const std::string& plan : *plans) {
    const std::size_t colon = plan.find(':');
    if (plan.starts_with(kTemplatePlan)) {
      narrowing.walks.push_back({.of = Walk::Of::plan, .key = plan});
    } else if (colon != plan.npos && can_be_an_id(plan.substr(colon + 1))) {
      narrowing.followed_up.push_back(plan.substr(colon + 1));
    }
  }
  std::ranges::sort(narrowing.followed_up);
  const auto twice = std::ranges::unique(narrowing.followed_up);
  narrowing.followed_up.erase(twice.begin(), twice.end());
  return true;
}

// ---- states
// ----------------------------------------------------------------------------------------------

// One way a launch can stand, with what is said of it then.
struct Standing {
  engine::Course course;
  std::string_view state;
  std::string_view verdict;
  std::string deployment;
};

Reservation example_of(engine::Course course, bool failing, bool tried) {
  Reservation reservation{.id = "r-1", .user = "u"};
  reservation.phase = course.phase;
  if (course.was_ready) reservation.ready_at = Time{};
  if (course.ending || is_final(course.phase)) reservation.goal = Goal::absent;
  reservation.failing = failing;
  if (tried) reservation.attempts.push_back({.number = 1});
  return reservation;
}

std::string deployment_state_of(const Reservation& reservation) {
  const Addresses nowhere("http://nowhere", Dialect::both);
  rdf::Graph graph;
  describe_deployment(launch_of(reservation, std::nullopt, Time{}), nowhere, graph);
  const std::string iri =
      nowhere.of({.place = Place::deployment, .user = reservation.user, .id = reservation.id});
  const auto state = graph.object(rdf::iri(iri), ours::kState);
  return state ? std::string(state->text) : "";
}

std::vector<engine::Course> all_courses() {
  std::vector<engine::Course> courses;
  for (const Phase phase : {Phase::pending, Phase::provisioning, Phase::ready, Phase::releasing,
                            Phase::released, Phase::failed}) {
    for (const bool was_ready : {false, true}) {
      for (const bool ending : {false, true}) {
        if (!ending || !is_final(phase)) courses.push_back({phase, was_ready, ending});
      }
    }
  }
  return courses;
}

const std::vector<Standing>& all_standings() {
  static const std::vector<Standing> standings = [] {
    std::vector<Standing> all;
    for (const engine::Course course : all_courses()) {
      for (const bool failing : {false, true}) {
        for (const bool tried : {false, true}) {
          const Reservation example = example_of(course, failing, tried);
          const Progress progress = launch_progress(example);
          all.push_back({course, progress.state, progress.verdict, deployment_state_of(example)});
        }
      }
    }
    return all;
  }();
  return standings;
}

bool is_about_state(const QueryTerm& term) {
  return !term.nested() &&
         (term.property == automation::kState || term.property == automation::kVerdict);
}

// The part of a question that is about states; `contribution{mayfly:state=...}` too. Requests have
// no verdict, so what is said of it says nothing of where they are.
std::vector<QueryTerm> state_terms(const std::vector<QueryTerm>& where, Place members,
                                   bool with_deployment) {
  std::vector<QueryTerm> terms;
  for (const QueryTerm& term : where) {
    const bool said = members == Place::results || term.property == automation::kState;
    if (said && is_about_state(term)) terms.push_back(term);
    if (!with_deployment || !term.nested() || term.property != automation::kContribution) continue;
    QueryTerm inner{.property = term.property};
    for (const QueryTerm& inside : term.inside) {
      if (!inside.nested() && inside.property == ours::kState) inner.inside.push_back(inside);
    }
    if (inner.nested()) terms.push_back(std::move(inner));
  }
  return terms;
}

bool could_fit(const std::vector<QueryTerm>& terms, std::string_view state,
               std::string_view verdict, std::string_view deployment) {
  rdf::Graph graph;
  Description example(graph, kSubject);
  example.link(automation::kState, state).link(automation::kVerdict, verdict);
  Description inside = example.inside(automation::kContribution);
  inside.link(ours::kState, deployment);
  return fits(graph, kSubject, terms);
}

std::vector<Walk> launch_walks(const std::vector<QueryTerm>& where, Place members) {
  const std::vector<QueryTerm> terms = state_terms(where, members, true);
  if (terms.empty()) return {Walk{}};
  std::vector<Walk> walks;
  for (const Standing& standing : all_standings()) {
    const bool known = !walks.empty() && walks.back().course == standing.course;
    if (!known && could_fit(terms, standing.state, standing.verdict, standing.deployment))
      walks.push_back({.of = Walk::Of::course, .course = standing.course});
  }
  if (walks.size() == all_courses().size()) return {Walk{}};
  return walks;
}

void add_follow_ups(const std::vector<QueryTerm>& where, Place members, Narrowing& narrowing) {
  using namespace automation;
  const std::vector<QueryTerm> terms = state_terms(where, members, false);
  const auto could = [&](std::string_view state, std::string_view verdict) {
    return could_fit(terms, state, verdict, "");
  };
  const auto walk = [&](AutomationKind kind) {
    narrowing.walks.push_back({.of = Walk::Of::follow_ups, .kind = kind});
  };
  const bool unfinished = could(kInProgress, kUnavailable) || could(kQueued, kUnavailable);
  const bool passed = could(kComplete, kPassed);
  if (passed) {
    walk(AutomationKind::teardown);
  } else {
    narrowing.unfinished_teardowns = unfinished;
  }
  if (passed || could(kComplete, kFailed)) {
    walk(AutomationKind::extension);
  } else {
    narrowing.open_extensions = unfinished;
  }
  // A restart goes as its new launch goes.
  walk(AutomationKind::restart);
}

// ---- creation
// --------------------------------------------------------------------------------------------

void narrow_in_time(const std::vector<QueryTerm>& where, Narrowing& narrowing) {
  for (const QueryTerm& term : where) {
    if (term.nested() || term.property != dublin::kCreated || term.values.size() != 1) continue;
    const auto moment = parse_time(term.values[0].text);
    if (!moment) continue;
    const bool from = term.op == Operator::greater || term.op == Operator::at_least ||
                      term.op == Operator::equal || term.op == Operator::in;
    const bool until = term.op == Operator::less || term.op == Operator::at_most ||
                       term.op == Operator::equal || term.op == Operator::in;
    if (from && *moment - Time{} > kClockRoom)
      narrowing.from = std::max(narrowing.from.value_or(Time{}), *moment - kClockRoom);
    if (until && kNever - *moment > kClockRoom)
      narrowing.until = std::min(narrowing.until.value_or(kNever), *moment + kClockRoom);
  }
}

}  // namespace

Narrowing narrow(const std::vector<QueryTerm>& where, Place members, const Addresses& addresses,
                 const std::string& user) {
  Narrowing narrowing;
  narrowing.ids = named_ids(where, addresses, user);
  if (narrowing.ids) return narrowing;
  narrow_in_time(where, narrowing);
  if (narrow_to_plans(where, addresses, user, narrowing)) return narrowing;
  narrowing.walks = launch_walks(where, members);
  add_follow_ups(where, members, narrowing);
  return narrowing;
}

std::vector<Walk> ending_walks() {
  std::vector<Walk> walks;
  for (const engine::Course course : all_courses()) {
    if (course.ending) walks.push_back({.of = Walk::Of::course, .course = course});
  }
  return walks;
}

}  // namespace mayfly::oslc
