// Requests and results as candidates: of launches and of what followed them.
#include <algorithm>
#include <array>
#include <span>

#include "oslc/follow_ups.h"
#include "oslc/handlers.h"
#include "oslc/query_candidates.h"
#include "oslc/query_walk.h"
#include "oslc/states.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

using service::Record;

// Counting further would take a good part of what a page of members takes.
constexpr std::size_t kCountMost = 5000;

bool tells_outputs(const Selection& selection) {
  return selection.all || std::ranges::any_of(selection.properties, [](const Selected& selected) {
           return selected.property.empty() || selected.property == automation::kOutputParameter ||
                  (selected.opens && tells_outputs(selected.inside));
         });
}

constexpr std::array kPlanLinks = {automation::kReportsOnAutomationPlan,
                                   automation::kExecutesAutomationPlan};
constexpr std::array kNames = {dublin::kTitle, dublin::kIdentifier};
constexpr std::array kOutline = {automation::kState,
                                 automation::kVerdict,
                                 automation::kDesiredState,
                                 dublin::kCreated,
                                 core::kServiceProvider,
                                 core::kInstanceShape,
                                 automation::kProducedByAutomationRequest,
                                 automation::kProducedAutomationResult};

bool is_one_of(std::span<const std::string_view> properties, std::string_view property) {
  return std::ranges::find(properties, property) != properties.end();
}

// Whether the question looks at nothing but what a brief description has.
bool is_brief(const Question& question) {
  return std::ranges::all_of(question.paths, [](const std::vector<std::string>& path) {
    if (is_one_of(kPlanLinks, path[0])) return true;
    return path.size() == 1 && (is_one_of(kNames, path[0]) || is_one_of(kOutline, path[0]));
  });
}

bool is_brief_of_plans(const Question& question) {
  return std::ranges::all_of(question.paths, [](const std::vector<std::string>& path) {
    return path.size() == 1 || !is_one_of(kPlanLinks, path[0]) ||
           (path.size() == 2 && is_one_of(kNames, path[1]));
  });
}

// Until the first page has been asked for, every question begins at the beginning; sorted ones do
// so on each page.
std::string walk_begin(const Question& question) {
  return question.start && question.in_order_of_list() ? question.start->id : "";
}

class RecordCandidates final : public Candidates {
 public:
  RecordCandidates(Visit& visit, const Question& question)
      : visit_(visit),
        question_(question),
        results_(visit.address.place == Place::results),
        narrowing_(narrow(question.where, visit.address.place, visit.addresses, visit.user())),
        walk_(visit, narrowing_,
              {.by_identifier = question.by_identifier(), .descending = question.newest_first()},
              walk_begin(question)),
        briefly_(is_brief(question)),
        plans_briefly_(is_brief_of_plans(question)) {}

  Later<std::vector<Candidate>> next(std::size_t most) override;
  bool at_end() const override { return walk_.at_end(); }
  Later<std::vector<Candidate>> find(std::vector<std::string> ids) override;
  bool goes_before(const std::string& id, const std::string& other) const override {
    return question_.newest_first() ? service::is_older(other, id) : service::is_older(id, other);
  }
  Later<std::optional<std::size_t>> count() override;
  Later<std::optional<service::WordsFound>> find_by_words(const std::vector<std::string>& terms,
                                                          Time until, std::size_t most) override;
  std::vector<std::string> search_texts(const Candidate& candidate) const override {
    return service::search_texts_of(candidate.record);
  }
  Later<void> prepare(const std::vector<Candidate>& candidates) override;
  std::string iri_of(const Candidate& candidate) const override;
  void describe(const Candidate& candidate, rdf::Graph& graph) const override;
  void describe_briefly(const Candidate& candidate, rdf::Graph& graph) const override;
  Later<void> keep_what_is_told(std::vector<Candidate>& candidates) override;

 private:
  bool opens(std::initializer_list<std::string_view> properties) const;
  bool opens_plan() const;
  bool opens_contribution() const;
  Launch launch_of_record(const Record& record) const;
  Asked asked_of(const Record& record) const;
  void describe_plan_of(const Record& record, rdf::Graph& graph) const;
  void describe_contributions(const std::string& member, rdf::Graph& graph) const;
  Later<void> learn_plan(std::string id);
  Later<void> learn_records(std::vector<std::string> ids);

  Visit& visit_;
  const Question& question_;
  const bool results_;
  const Narrowing narrowing_;
  RecordWalk walk_;
  // The question looks at nothing but what a brief description has.
  const bool briefly_;
  const bool plans_briefly_;
  // What members point to, as far as it was needed.
  std::map<std::string, std::optional<Plan>> plans_;
  std::map<std::string, Record> launches_;
};

std::vector<Candidate> as_candidates(std::vector<Record> records) {
  std::vector<Candidate> candidates;
  candidates.reserve(records.size());
  for (Record& record : records)
    candidates.push_back({.id = record.id, .record = std::move(record)});
  return candidates;
}

Later<std::vector<Candidate>> RecordCandidates::next(std::size_t most) {
  auto walking = walk_.next(most);
  auto records = co_await std::move(walking);
  if (!records) co_return std::unexpected(std::move(records).error());
  co_return as_candidates(*std::move(records));
}

Later<std::vector<Candidate>> RecordCandidates::find(std::vector<std::string> ids) {
  auto records = co_await visit_.service.find_records(visit_.user(), std::move(ids));
  if (!records) co_return std::unexpected(std::move(records).error());
  co_return as_candidates(*std::move(records));
}

Later<std::optional<service::WordsFound>> RecordCandidates::find_by_words(
    const std::vector<std::string>& terms, Time until, std::size_t most) {
  service::WordSearch search{.terms = terms,
                             .from = narrowing_.from.value_or(Time{}),
                             .until = std::min(until, narrowing_.until.value_or(kNever)),
                             .most = most};
  auto found = co_await visit_.service.find_by_words(visit_.user(), std::move(search));
  if (!found) co_return std::unexpected(std::move(found).error());
  co_return *std::move(found);
}

Later<std::optional<std::size_t>> RecordCandidates::count() {
  auto counted = co_await visit_.service.count_records(visit_.user(), kCountMost);
  if (!counted) co_return std::unexpected(std::move(counted).error());
  co_return *counted < kCountMost ? std::optional(*counted) : std::nullopt;
}

// ---- what lies behind
// -------------------------------------------------------------------------------------

bool RecordCandidates::opens(std::initializer_list<std::string_view> properties) const {
  return std::ranges::any_of(
      properties, [&](std::string_view property) { return question_.opened.contains(property); });
}

bool RecordCandidates::opens_plan() const {
  return opens(
      {automation::kReportsOnAutomationPlan, automation::kExecutesAutomationPlan, ours::kPlan, ""});
}

bool RecordCandidates::opens_contribution() const {
  return opens({automation::kContribution, ""});
}

Later<void> RecordCandidates::learn_plan(std::string id) {
  if (plans_.contains(id)) co_return Outcome<void>{};
  auto plan = co_await find_plan(visit_, id);
  if (!plan && plan.error().status != 404) co_return std::unexpected(std::move(plan).error());
  plans_[id] = plan ? std::optional(*std::move(plan)) : std::nullopt;
  co_return Outcome<void>{};
}

Later<void> RecordCandidates::learn_records(std::vector<std::string> ids) {
  std::erase_if(ids, [&](const std::string& id) { return launches_.contains(id); });
  std::ranges::sort(ids);
  const auto again = std::ranges::unique(ids);
  ids.erase(again.begin(), again.end());
  auto records = co_await visit_.service.find_records(visit_.user(), std::move(ids));
  if (!records) co_return std::unexpected(std::move(records).error());
  for (Record& record : *records) {
    const std::string id = record.id;
    launches_[id] = std::move(record);
  }
  co_return Outcome<void>{};
}

Later<void> RecordCandidates::prepare(const std::vector<Candidate>& candidates) {
  launches_.clear();  // those of the last chunk
  std::vector<std::string> targets;
  for (const Candidate& candidate : candidates) {
    const Record& record = candidate.record;
    if (record.is_follow_up) {
      targets.push_back(record.said->reservation);
      if (!record.said->replacement.empty()) targets.push_back(record.said->replacement);
    } else if (opens_plan()) {
      auto learning = learn_plan(launch_of_record(record).plan());
      auto learnt = co_await std::move(learning);
      if (!learnt) co_return std::unexpected(std::move(learnt).error());
    }
  }
  if (!opens_contribution() && !opens_plan()) co_return Outcome<void>{};
  auto learning = learn_records(std::move(targets));
  co_return co_await std::move(learning);
}

Launch RecordCandidates::launch_of_record(const Record& record) const {
  return launch_of(*record.reservation, record.said, visit_.service.now());
}

Asked RecordCandidates::asked_of(const Record& record) const {
  return {*record.said, *record.reservation, record.replacement.get()};
}

std::string RecordCandidates::iri_of(const Candidate& candidate) const {
  const Record& record = candidate.record;
  if (!record.is_follow_up) {
    return visit_.addresses.of({.place = results_ ? Place::result : Place::request,
                                .user = visit_.user(),
                                .id = record.id});
  }
  return visit_.addresses.of({.place = results_ ? Place::action_result : Place::action_request,
                              .user = visit_.user(),
                              .plan = record.said->plan,
                              .id = record.id,
                              .follow_up = record.said->kind});
}

void RecordCandidates::describe_plan_of(const Record& record, rdf::Graph& graph) const {
  if (record.is_follow_up) {
    const auto target = launches_.find(record.said->reservation);
    if (target == launches_.end()) return;
    const Launch launch = launch_of_record(target->second);
    describe_target_plan(
        {follow_up_of(record.said->kind), launch.reservation, record.said->plan, launch.title()},
        visit_.addresses, graph);
    return;
  }
  const std::string id = launch_of_record(record).plan();
  const auto known = plans_.find(id);
  if (known != plans_.end() && known->second) {
    const Plan& plan = *known->second;
    if (plans_briefly_) {
      describe_common(
          visit_.addresses.of({.place = Place::plan, .user = visit_.user(), .plan = id}),
          automation::kAutomationPlan, plan.title, plan.id, visit_.user(), visit_.addresses, graph);
      return;
    }
    return describe_plan(plan, visit_.user(), visit_.addresses, graph);
  }
  // It was deleted; who it was is known.
  Description(graph, visit_.addresses.of({.place = Place::plan, .user = visit_.user(), .plan = id}))
      .text(dublin::kIdentifier, id);
}

// Of a follow-up, whose own description does not have them.
void RecordCandidates::describe_contributions(const std::string& member, rdf::Graph& graph) const {
  for (const rdf::Term& link : graph.objects(rdf::iri(member), automation::kContribution)) {
    const auto address = visit_.addresses.read(link.text);
    const auto target = address ? launches_.find(address->id) : launches_.end();
    if (target == launches_.end()) continue;
    const Launch launch = launch_of_record(target->second);
    (address->place == Place::result ? &describe_result : &describe_deployment)(
        launch, visit_.addresses, graph);
  }
}

void RecordCandidates::describe(const Candidate& candidate, rdf::Graph& graph) const {
  const Record& record = candidate.record;
  if (briefly_) {
    describe_briefly(candidate, graph);
    if (opens_plan()) describe_plan_of(record, graph);
    return;
  }
  const bool both =
      opens({automation::kProducedByAutomationRequest, automation::kProducedAutomationResult, ""});
  if (record.is_follow_up) {
    const Asked asked = asked_of(record);
    if (results_ || both) describe_asked_result(asked, visit_.addresses, graph);
    if (!results_ || both) describe_asked_request(asked, visit_.addresses, graph);
    if (opens_contribution()) {
      describe_contributions(visit_.addresses.of({.place = Place::action_result,
                                                  .user = visit_.user(),
                                                  .plan = record.said->plan,
                                                  .id = record.id,
                                                  .follow_up = record.said->kind}),
                             graph);
    }
  } else {
    const Launch launch = launch_of_record(record);
    if (results_ || both) describe_result(launch, visit_.addresses, graph);
    if (!results_ || both) describe_request(launch, visit_.addresses, graph);
    if (opens_contribution()) describe_deployment(launch, visit_.addresses, graph);
  }
  if (opens_plan()) describe_plan_of(record, graph);
}

void RecordCandidates::describe_briefly(const Candidate& candidate, rdf::Graph& graph) const {
  const Record& record = candidate.record;
  if (record.is_follow_up) {
    (results_ ? &describe_asked_result : &describe_asked_request)(asked_of(record),
                                                                  visit_.addresses, graph);
    return;
  }
  (results_ ? &describe_result_briefly : &describe_request_briefly)(launch_of_record(record),
                                                                    visit_.addresses, graph);
}

Later<void> RecordCandidates::keep_what_is_told(std::vector<Candidate>& candidates) {
  if (!question_.select || !tells_outputs(*question_.select)) co_return Outcome<void>{};
  std::vector<service::CameOut> all;
  for (const Candidate& candidate : candidates) {
    const Record& record = candidate.record;
    const bool kept = record.said && record.said->outputs;
    if (record.is_follow_up || kept || !is_finished(launch_progress(*record.reservation))) continue;
    all.push_back({record.id, outputs_of(launch_of_record(record).view)});
  }
  if (all.empty()) co_return Outcome<void>{};
  auto kept = co_await visit_.service.keep_all_outputs(visit_.user(), std::move(all));
  if (!kept) co_return std::unexpected(std::move(kept).error());
  // Whoever was quicker has said what is told.
  std::vector<std::string> ids;
  for (const Candidate& candidate : candidates) ids.push_back(candidate.id);
  auto finding = find(std::move(ids));
  auto found = co_await std::move(finding);
  if (!found) co_return std::unexpected(std::move(found).error());
  candidates = *std::move(found);
  co_return Outcome<void>{};
}

}  // namespace

std::unique_ptr<Candidates> record_candidates(Visit& visit, const Question& question) {
  return std::make_unique<RecordCandidates>(visit, question);
}

}  // namespace mayfly::oslc
