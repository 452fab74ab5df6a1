// What a question is asked about: plans, or launches and what followed them. Candidates come in the
// order of their list, and each is described as far as the question looks. Owned by one visit,
// which outlives it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oslc/plans.h"
#include "oslc/query_question.h"
#include "oslc/visit.h"
#include "rdf/graph.h"
#include "service/records.h"

namespace mayfly::oslc {

struct Candidate {
  std::string id;
  std::optional<Plan> plan = {};
  service::Record record = {};  // when it is no plan
};

class Candidates {
 public:
  virtual ~Candidates() = default;

  // At most so many; none: there are no more.
  virtual Later<std::vector<Candidate>> next(std::size_t most) = 0;
  virtual bool at_end() const = 0;
  // Those of them that there are, in this order.
  virtual Later<std::vector<Candidate>> find(std::vector<std::string> ids) = 0;
  // In the order of the list.
  virtual bool goes_before(const std::string& id, const std::string& other) const = 0;
  // All that there are, when that is cheap to know.
  virtual Later<std::optional<std::size_t>> count() = 0;

  // What an index of words finds by search terms, made until then; nothing: there is none, so all
  // are to be looked at.
  virtual Later<std::optional<service::WordsFound>> find_by_words(
      const std::vector<std::string>& terms, Time until, std::size_t most) = 0;
  virtual std::vector<std::string> search_texts(const Candidate& candidate) const = 0;

  // Before these are described widely: reads what lies behind the properties that are looked
  // behind.
  virtual Later<void> prepare(const std::vector<Candidate>& candidates) = 0;
  virtual std::string iri_of(const Candidate& candidate) const = 0;
  // As far as the question looks.
  virtual void describe(const Candidate& candidate, rdf::Graph& graph) const = 0;
  // What is said of a member unasked.
  virtual void describe_briefly(const Candidate& candidate, rdf::Graph& graph) const = 0;
  // What is going to be told of these is kept, if it must never change after that.
  virtual Later<void> keep_what_is_told(std::vector<Candidate>& candidates) = 0;
};

// Of the collection that the address of the visit names, from where the question begins.
std::unique_ptr<Candidates> candidates_of(Visit& visit, const Question& question);

std::unique_ptr<Candidates> record_candidates(Visit& visit, const Question& question);
std::unique_ptr<Candidates> plan_candidates(Visit& visit, const Question& question);

}  // namespace mayfly::oslc
