// The handlers of queries: from a question to the container of its members.
#include <fmt/format.h>

#include "oslc/handlers.h"
#include "oslc/query_page.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

constexpr std::size_t kAddressMost = 4000;  // longer ones are refused on the way, somewhere

bool is_about_paging(const http::Parameter& parameter) {
  return parameter.name == "cursor" || parameter.name == "oslc.paging";
}

// Everything that was asked, so that a client that follows it asks the same.
std::string parameters_of(const Visit& visit) {
  std::string text;
  for (const http::Parameter& parameter : visit.query) {
    if (is_about_paging(parameter)) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", http::percent_encode(parameter.name),
                        http::percent_encode(parameter.value));
  }
  return text;
}

std::string page_address(const Visit& visit, const std::optional<PageStart>& start) {
  std::string iri = visit.iri + "?oslc.paging=true";
  const std::string parameters = parameters_of(visit);
  // What was posted because it is long is said by oslc:postBody.
  const bool too_long = visit.is_form && parameters.size() > kAddressMost;
  if (!parameters.empty() && !too_long) iri += "&" + parameters;
  if (start) iri += fmt::format("&cursor={}", http::percent_encode(print_start(*start)));
  return iri;
}

std::string_view type_of_members(Place place) {
  if (place == Place::plans) return automation::kAutomationPlan;
  return place == Place::requests ? automation::kAutomationRequest : automation::kAutomationResult;
}

// Exactly one ResponseInfo, about this very request.
void describe_response(const Visit& visit, const Page& page, rdf::Graph& graph) {
  Description info(graph, visit.addresses.base() + visit.http.target);
  info.a(core::kResponseInfo);
  if (page.next) {
    info.link(core::kNextPage, page_address(visit, page.next));
    if (visit.is_form) info.text(core::kPostBody, parameters_of(visit));
  }
  if (page.total) info.number(core::kTotalCount, static_cast<std::int64_t>(*page.total));
}

void describe_member(const Question& question, const Candidates& candidates,
                     const Candidate& member, rdf::Graph& graph) {
  if (!question.select) return candidates.describe_briefly(member, graph);
  rdf::Graph full;
  candidates.describe(member, full);
  select(full, candidates.iri_of(member), *question.select, graph);
}

Later<Answered> answer_page(Visit& visit, const Question& question, Candidates& candidates,
                            Page page) {
  auto kept = co_await candidates.keep_what_is_told(page.members);
  if (!kept) co_return std::unexpected(std::move(kept).error());
  if (question.select) {
    auto prepared = co_await candidates.prepare(page.members);
    if (!prepared) co_return std::unexpected(std::move(prepared).error());
  }
  Answered answered{.graph = new_graph(), .root = visit.iri};
  Description container(answered.graph, visit.iri);
  container.a(ldp::kBasicContainer);
  describe_response(visit, page, answered.graph);
  for (std::size_t at = 0; at < page.members.size(); ++at) {
    const std::string iri = candidates.iri_of(page.members[at]);
    container.link(kMember, iri).link(ldp::kContains, iri);
    describe_member(question, candidates, page.members[at], answered.graph);
    Description member(answered.graph, iri);
    if (at < page.scores.size()) member.number(core::kScore, page.scores[at]);
    if (!question.order.empty())
      member.number(core::kOrder, static_cast<std::int64_t>(page.before + at + 1));
  }
  answered.headers.push_back(
      {"Link", fmt::format("<{}>; rel=\"type\", <{}>; rel=\"{}resourceType\"", ldp::kBasicContainer,
                           type_of_members(visit.address.place), core::kNamespace)});
  co_return answered;
}

Later<Answered> query_members(Visit& visit) {
  CO_TRY(const Question question, read_question(visit));
  const std::unique_ptr<Candidates> candidates = candidates_of(visit, question);
  auto finding = find_page(visit, question, *candidates);
  auto page = co_await std::move(finding);
  if (!page) co_return std::unexpected(std::move(page).error());
  // Too many for one answer. A form is not sent again to where a client is redirected, so it is
  // answered by the first page.
  if (!question.paged && page->next && !visit.is_form)
    co_return Answered{.status = 302,
                       .headers = {{"Location", page_address(visit, question.start)}}};
  auto answering = answer_page(visit, question, *candidates, *std::move(page));
  co_return co_await std::move(answering);
}

}  // namespace

Later<Answered> query_plans(Visit& visit) {
  return query_members(visit);
}
Later<Answered> query_requests(Visit& visit) {
  return query_members(visit);
}
Later<Answered> query_results(Visit& visit) {
  return query_members(visit);
}

Later<Answered> post_query(Visit& visit) {
  if (!visit.is_form)
    co_return refuse(415, "Only queries are sent here",
                     "Send them as application/x-www-form-urlencoded.");
  auto answering = query_members(visit);
  co_return co_await std::move(answering);
}

Later<Answered> post_to_requests(Visit& visit) {
  auto answering = visit.is_form ? query_members(visit) : post_request(visit);
  co_return co_await std::move(answering);
}

}  // namespace mayfly::oslc
