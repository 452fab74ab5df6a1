#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "oslc/follow_ups.h"
#include "oslc/handlers.h"
#include "oslc/query.h"
#include "oslc/selection.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

constexpr std::size_t kPageDefault = 100;
constexpr std::size_t kPageMost = 1000;
constexpr std::size_t kLookedAtMax = 5000;  // by one question; the next page goes on from there
constexpr std::string_view kCursor = "cursor";

// What a client asked of a collection.
struct Question {
  std::vector<QueryTerm> where;
  std::optional<Selection> select;
  bool paged = false;
  std::size_t page = kPageMost;
  std::string cursor;
};

// Whether more of a resource has to be looked at than is said unasked.
bool needs_all(const Question& question) {
  return !question.where.empty() || question.select.has_value();
}

// What was found so far: the members, in order, each with what is said about it.
struct Members {
  rdf::Graph graph = new_graph();
  std::vector<std::string> iris;
  std::size_t looked_at = 0;
  std::string next_cursor;  // empty: that was all
};

Outcome<std::size_t> read_page_size(const std::string& text) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc{} || end != text.data() + text.size() || size == 0)
    return refuse(400, "oslc.pageSize must be a whole number from 1");
  return std::min(size, kPageMost);
}

Outcome<Question> read_question(const Visit& visit) {
  for (const char* name : {"oslc.orderBy", "oslc.searchTerms"}) {
    if (visit.parameter(name)) return refuse(501, fmt::format("{} is not supported", name));
  }
  const std::string* prefix = visit.parameter("oslc.prefix");
  TRY(const rdf::Prefixes prefixes, read_prefixes(prefix ? *prefix : ""));
  Question question;
  if (const std::string* where = visit.parameter("oslc.where")) {
    TRY(question.where, read_where(*where, prefixes));
  }
  if (const std::string* select = visit.parameter("oslc.select")) {
    TRY(question.select, read_selection("oslc.select", *select, prefixes));
  }
  const std::string* paging = visit.parameter("oslc.paging");
  const std::string* size = visit.parameter("oslc.pageSize");
  question.paged = size || (paging && *paging == "true");
  if (question.paged) question.page = kPageDefault;
  if (size) {
    TRY(question.page, read_page_size(*size));
  }
  if (const std::string* cursor = visit.parameter(kCursor)) question.cursor = *cursor;
  return question;
}

// Takes a resource in when the question is about it. `brief` is what is said of it unasked.
void consider(const Question& question, const std::string& iri, const rdf::Graph& full,
              const rdf::Graph& brief, Members& members) {
  if (!fits(full, iri, question.where)) return;
  members.iris.push_back(iri);
  if (question.select) {
    select(full, iri, *question.select, members.graph);
  } else {
    members.graph.add_all(brief);
  }
}

std::string with_cursor(const Visit& visit, const std::string& cursor) {
  std::string iri = visit.iri + "?oslc.paging=true";
  for (const http::Parameter& parameter : visit.query) {
    if (parameter.name == kCursor || parameter.name == "oslc.paging") continue;
    iri += fmt::format("&{}={}", http::percent_encode(parameter.name),
                       http::percent_encode(parameter.value));
  }
  if (!cursor.empty()) iri += fmt::format("&{}={}", kCursor, http::percent_encode(cursor));
  return iri;
}

std::string_view type_of_members(Place place) {
  if (place == Place::plans) return automation::kAutomationPlan;
  return place == Place::requests ? automation::kAutomationRequest : automation::kAutomationResult;
}

// The container, and one ResponseInfo about this very request.
Answered answer_members(const Visit& visit, const Question& question, Members members) {
  if (!question.paged && !members.next_cursor.empty()) {
    return {.status = 302, .headers = {{"Location", with_cursor(visit, question.cursor)}}};
  }
  Answered answered{.graph = new_graph(), .root = visit.iri};
  Description container(answered.graph, visit.iri);
  container.a(ldp::kBasicContainer);
  const std::string request = visit.addresses.base() + visit.http.target;
  Description info(answered.graph, request);
  info.a(core::kResponseInfo);
  if (!members.next_cursor.empty()) {
    info.link(core::kNextPage, with_cursor(visit, members.next_cursor));
  } else if (question.cursor.empty()) {
    info.number(core::kTotalCount, static_cast<std::int64_t>(members.iris.size()));
  }
  for (const std::string& iri : members.iris)
    container.link(kMember, iri).link(ldp::kContains, iri);
  answered.graph.add_all(members.graph);
  answered.headers.push_back(
      {"Link", fmt::format("<{}>; rel=\"type\", <{}>; rel=\"{}resourceType\"", ldp::kBasicContainer,
                           type_of_members(visit.address.place), core::kNamespace)});
  return answered;
}

// ---- requests and results
// --------------------------------------------------------------------------

void consider_launch(const Visit& visit, const Question& question, const Launch& launch,
                     Members& members) {
  ++members.looked_at;
  const bool results = visit.address.place == Place::results;
  const std::string iri = visit.addresses.of({.place = results ? Place::result : Place::request,
                                              .user = visit.user(),
                                              .id = launch.reservation.id});
  rdf::Graph full;
  if (needs_all(question)) {
    (results ? &describe_result : &describe_request)(launch, visit.addresses, full);
  }
  rdf::Graph brief;
  if (!question.select) {
    (results ? &describe_result_briefly : &describe_request_briefly)(launch, visit.addresses,
                                                                     brief);
  }
  consider(question, iri, needs_all(question) ? full : brief, brief, members);
}

void consider_asked(const Visit& visit, const Question& question, const FoundAsked& found,
                    Members& members) {
  const bool results = visit.address.place == Place::results;
  rdf::Graph full;
  (results ? &describe_asked_result : &describe_asked_request)(found.asked(), visit.addresses,
                                                               full);
  const std::string iri =
      visit.addresses.of({.place = results ? Place::action_result : Place::action_request,
                          .user = visit.user(),
                          .plan = found.automation.plan,
                          .id = found.automation.id,
                          .follow_up = found.automation.kind});
  consider(question, iri, full, full, members);
}

// The ids that the question itself names, so that nothing else need be looked at.
std::optional<std::vector<std::string>> named_ids(const Visit& visit, const Question& question) {
  std::vector<std::string> ids;
  if (const auto requests = wanted(question.where, automation::kProducedByAutomationRequest)) {
    for (const QueryValue& value : *requests) {
      const auto address = visit.addresses.read(value.text);
      const bool ours =
          address && address->user == visit.user() &&
          (address->place == Place::request || address->place == Place::action_request);
      if (ours) ids.push_back(address->id);
    }
    return ids;
  }
  const auto identifiers = wanted(question.where, dublin::kIdentifier);
  if (!identifiers) return std::nullopt;
  for (const QueryValue& value : *identifiers) ids.push_back(value.text);
  return ids;
}

bool can_be_an_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && json::matches(json::Text::name, text);
}

Later<void> consider_named(Visit& visit, const Question& question, std::vector<std::string> ids,
                           Members& members) {
  for (const std::string& id : ids) {
    if (!can_be_an_id(id)) continue;
    if (service::is_id_of_follow_up(id)) {
      auto found = co_await find_asked(visit, id);
      if (found) consider_asked(visit, question, *found, members);
      if (!found && found.error().status != 404)
        co_return std::unexpected(std::move(found).error());
      continue;
    }
    auto found = co_await find_launch(visit, id);
    if (found) consider_launch(visit, question, launch_of(*found, visit.service.now()), members);
    if (!found && found.error().status != 404) co_return std::unexpected(std::move(found).error());
  }
  co_return Outcome<void>{};
}

std::optional<service::Automation> said_about(const std::vector<service::Automation>& launches,
                                              const std::string& reservation) {
  const auto found = std::ranges::find(launches, reservation, &service::Automation::id);
  return found == launches.end() ? std::nullopt : std::optional(*found);
}

// One page of the store: reservations, and what was said about them. What launched something has
// its id, so both lists have the same order.
Later<void> consider_page(Visit& visit, const Question& question, std::size_t limit,
                          Members& members) {
  const service::PageRequest page{.limit = limit, .cursor = members.next_cursor};
  auto listing = co_await visit.service.list(visit.user(), true, page);
  if (!listing) co_return std::unexpected(std::move(listing).error());
  auto launches = co_await visit.service.list_launches(visit.user(), page);
  if (!launches) co_return std::unexpected(std::move(launches).error());
  members.next_cursor = listing->next_cursor.value_or("");
  for (const engine::Snapshot& reservation : listing->items) {
    Outcome<Found> found = Found{reservation, said_about(*launches, reservation->id)};
    if (needs_all(question)) found = co_await with_outputs(visit, *std::move(found));
    if (!found) co_return std::unexpected(std::move(found).error());
    consider_launch(visit, question, launch_of(*found, visit.service.now()), members);
    if (members.iris.size() < question.page) continue;
    const bool last = reservation == listing->items.back();
    if (!last) members.next_cursor = reservation->id;
    co_return Outcome<void>{};
  }
  co_return Outcome<void>{};
}

Later<Answered> query_launches(Visit& visit) {
  CO_TRY(const Question question, read_question(visit));
  Members members;
  if (auto ids = named_ids(visit, question)) {
    auto done = co_await consider_named(visit, question, *std::move(ids), members);
    if (!done) co_return std::unexpected(std::move(done).error());
    co_return answer_members(visit, question, std::move(members));
  }
  members.next_cursor = question.cursor;
  // Where most are passed over, small pages of the store would make many questions of one.
  const std::size_t limit =
      question.where.empty() ? question.page : std::max(question.page, kPageDefault);
  do {
    auto done = co_await consider_page(visit, question, limit, members);
    if (!done) co_return std::unexpected(std::move(done).error());
  } while (!members.next_cursor.empty() && members.iris.size() < question.page &&
           members.looked_at < kLookedAtMax);
  co_return answer_members(visit, question, std::move(members));
}

// ---- plans
// -----------------------------------------------------------------------------------------

void consider_plan(const Visit& visit, const Question& question, const Plan& plan,
                   Members& members) {
  rdf::Graph full;
  describe_plan(plan, visit.user(), visit.addresses, full);
  const std::string iri =
      visit.addresses.of({.place = Place::plan, .user = visit.user(), .plan = plan.id});
  rdf::Graph brief;
  if (!question.select) {
    describe_common(iri, automation::kAutomationPlan, plan.title, plan.id, visit.user(),
                    visit.addresses, brief);
  }
  consider(question, iri, full, brief, members);
}

}  // namespace

Later<Answered> query_requests(Visit& visit) {
  return query_launches(visit);
}
Later<Answered> query_results(Visit& visit) {
  return query_launches(visit);
}

Later<Answered> post_query(Visit& visit) {
  if (!visit.is_form)
    co_return refuse(415, "Only queries are sent here",
                     "Send them as application/x-www-form-urlencoded.");
  auto answering = visit.address.place == Place::plans ? query_plans(visit) : query_launches(visit);
  co_return co_await std::move(answering);
}

Later<Answered> query_plans(Visit& visit) {
  CO_TRY(const Question question, read_question(visit));
  Members members;
  if (question.cursor.empty()) {
    for (const Kind kind : {Kind::vm, Kind::cluster})
      consider_plan(visit, question, built_in_plan(kind), members);
  }
  auto saved = co_await visit.service.list_templates(
      visit.user(), {.limit = question.page, .cursor = question.cursor});
  if (!saved) co_return std::unexpected(std::move(saved).error());
  for (const service::TemplateView& view : saved->items)
    consider_plan(visit, question, plan_of(view), members);
  members.next_cursor = saved->next_cursor.value_or("");
  co_return answer_members(visit, question, std::move(members));
}

}  // namespace mayfly::oslc
