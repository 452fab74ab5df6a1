// Plans as candidates: the built-in ones, then the templates by their names.
#include "oslc/handlers.h"
#include "oslc/query_candidates.h"
#include "oslc/query_search.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

constexpr std::size_t kTemplatesAtOnce = 250;

// Where a plan stands in the list: names come in the order of their bytes.
std::pair<int, std::string_view> place_of(std::string_view plan) {
  if (plan == kVmPlan) return {0, plan};
  return {plan == kClusterPlan ? 1 : 2, plan};
}

class PlanCandidates final : public Candidates {
 public:
  PlanCandidates(Visit& visit, const Question& question) : visit_(visit) {
    const bool sorted = !question.order.empty() || !question.search.empty();
    if (!question.start || sorted) return;
    place_ = place_of(question.start->id).first + 1;
    if (const auto name = template_name(question.start->id)) cursor_ = *name;
  }

  Later<std::vector<Candidate>> next(std::size_t most) override {
    std::vector<Candidate> found;
    for (; place_ < 2 && found.size() < most; ++place_) {
      Plan plan = built_in_plan(place_ == 0 ? Kind::vm : Kind::cluster);
      found.push_back({.id = plan.id, .plan = std::move(plan)});
    }
    if (found.size() == most || at_end_) co_return found;
    auto saved = co_await visit_.service.list_templates(
        visit_.user(),
        {.limit = std::min(most - found.size(), kTemplatesAtOnce), .cursor = cursor_});
    if (!saved) co_return std::unexpected(std::move(saved).error());
    for (const service::TemplateView& view : saved->items) {
      Plan plan = plan_of(view);
      found.push_back({.id = plan.id, .plan = std::move(plan)});
    }
    at_end_ = !saved->next_cursor;
    cursor_ = saved->next_cursor.value_or("");
    co_return found;
  }

  bool at_end() const override { return at_end_; }

  Later<std::vector<Candidate>> find(std::vector<std::string> ids) override {
    std::vector<Candidate> found;
    for (std::string& id : ids) {
      auto plan = co_await find_plan(visit_, id);
      if (plan) found.push_back({.id = std::move(id), .plan = *std::move(plan)});
      if (!plan && plan.error().status != 404) co_return std::unexpected(std::move(plan).error());
    }
    co_return found;
  }

  bool goes_before(const std::string& id, const std::string& other) const override {
    return place_of(id) < place_of(other);
  }

  Later<std::optional<std::size_t>> count() override { co_return std::nullopt; }

  Later<std::optional<service::WordsFound>> find_by_words(const std::vector<std::string>&, Time,
                                                          std::size_t) override {
    co_return std::nullopt;
  }

  std::vector<std::string> search_texts(const Candidate& candidate) const override {
    rdf::Graph graph;
    describe(candidate, graph);
    return {print_search_texts(search_texts_of(graph, iri_of(candidate)))};
  }

  Later<void> prepare(const std::vector<Candidate>&) override { co_return Outcome<void>{}; }

  std::string iri_of(const Candidate& candidate) const override {
    return visit_.addresses.of({.place = Place::plan, .user = visit_.user(), .plan = candidate.id});
  }

  void describe(const Candidate& candidate, rdf::Graph& graph) const override {
    describe_plan(*candidate.plan, visit_.user(), visit_.addresses, graph);
  }

  void describe_briefly(const Candidate& candidate, rdf::Graph& graph) const override {
    describe_common(iri_of(candidate), automation::kAutomationPlan, candidate.plan->title,
                    candidate.id, visit_.user(), visit_.addresses, graph);
  }

  Later<void> keep_what_is_told(std::vector<Candidate>&) override { co_return Outcome<void>{}; }

 private:
  Visit& visit_;
  int place_ = 0;  // of the next plan: two are built in
  std::string cursor_;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<Candidates> plan_candidates(Visit& visit, const Question& question) {
  return std::make_unique<PlanCandidates>(visit, question);
}

std::unique_ptr<Candidates> candidates_of(Visit& visit, const Question& question) {
  return visit.address.place == Place::plans ? plan_candidates(visit, question)
                                             : record_candidates(visit, question);
}

}  // namespace mayfly::oslc
