#include "oslc/query_question.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "oslc/query_search.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

// What these lead to is made from the reservation that is looked at anyway, or is a plan. Behind
// all others nothing can be looked for.
constexpr std::array kAnswerable = {automation::kProducedByAutomationRequest,
                                    automation::kProducedAutomationResult,
                                    automation::kReportsOnAutomationPlan,
                                    automation::kExecutesAutomationPlan,
                                    automation::kContribution,
                                    automation::kInputParameter,
                                    automation::kOutputParameter,
                                    automation::kParameterDefinition,
                                    automation::kFutureAction,
                                    core::kFutureAction,
                                    core::kAction,
                                    ours::kPlan};

Outcome<void> open_property(const std::string& property, std::string_view parameter,
                            Question& question) {
  // `*{...}` looks behind whatever the description of the member has.
  if (!property.empty() && std::ranges::find(kAnswerable, property) == kAnswerable.end()) {
    return refuse(501, fmt::format("{} cannot look behind <{}>", parameter, property),
                  "What can be looked behind is in docs/oslc.md.");
  }
  question.opened.insert(property);
  return {};
}

Outcome<void> open_terms(const std::vector<QueryTerm>& where, Question& question) {
  for (const QueryTerm& term : where) {
    if (!term.nested()) continue;
    TRY_VOID(open_property(term.property, "oslc.where", question));
    TRY_VOID(open_terms(term.inside, question));
  }
  return {};
}

Outcome<void> open_order(const std::vector<SortTerm>& order, Question& question) {
  for (const SortTerm& term : order) {
    for (std::size_t at = 0; at + 1 < term.path.size(); ++at)
      TRY_VOID(open_property(term.path[at], "oslc.orderBy", question));
  }
  return {};
}

// Where it looks, from the member on.
using Path = std::vector<std::string>;

void add_paths(const std::vector<QueryTerm>& where, const Path& outer, Question& question) {
  for (const QueryTerm& term : where) {
    Path path = outer;
    path.push_back(term.property);
    if (term.nested()) add_paths(term.inside, path, question);
    question.paths.insert(std::move(path));
  }
}

void add_paths(const Selection& selection, const Path& outer, Question& question) {
  for (const Selected& selected : selection.properties) {
    Path path = outer;
    path.push_back(selected.property);
    if (selected.opens) add_paths(selected.inside, path, question);
    question.paths.insert(std::move(path));
  }
  if (!selection.all) return;
  Path any = outer;
  any.emplace_back();
  question.paths.insert(std::move(any));
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// What cannot be looked behind stays unsaid here, as with oslc.properties.
void open_selection(const Selection& selection, Question& question) {
  for (const Selected& selected : selection.properties) {
    if (!selected.opens) continue;
    question.opened.insert(selected.property);
    open_selection(selected.inside, question);
  }
}

Outcome<std::size_t> read_page_size(const std::string& text) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc{} || end != text.data() + text.size() || size == 0)
    return refuse(400, "oslc.pageSize must be a whole number from 1");
  return std::min(size, kPageMost);
}

Outcome<void> read_paging(const Visit& visit, Question& question) {
  const std::string* paging = visit.parameter("oslc.paging");
  const std::string* size = visit.parameter("oslc.pageSize");
  question.paged = size || (paging && *paging == "true");
  if (question.paged) question.page = kPageDefault;
  if (size) {
    TRY(question.page, read_page_size(*size));
  }
  const std::string* cursor = visit.parameter("cursor");
  if (!cursor || cursor->empty()) return {};
  question.start = parse_start(*cursor);
  const bool sorted = !question.in_order_of_list() || visit.address.place == Place::plans;
  const std::size_t keys = sorted ? question.whole_order().size() : 0;
  if (!question.start || (question.start->keys.size() != keys && question.start->keys.size() != 0))
    return refuse(400, "The cursor is none of ours", "Follow oslc:nextPage as it is.");
  return {};
}

}  // namespace

std::string print_start(const PageStart& start) {
  std::string text = std::to_string(start.before);
  if (start.until) text += fmt::format("@{}", start.until->time_since_epoch().count());
  text += "," + http::percent_encode(start.id);
  for (const SortKey& key : start.keys)
    text += fmt::format(",{}", http::percent_encode(print_key(key)));
  return text;
}

std::optional<PageStart> parse_start(std::string_view text) {
  PageStart start;
  if (!take_number(text, start.before)) return std::nullopt;
  if (text.starts_with('@')) {
    text.remove_prefix(1);
    std::int64_t until = 0;
    if (!take_number(text, until)) return std::nullopt;
    start.until = Time{} + Duration(until);
  }
  if (!text.starts_with(',')) return std::nullopt;
  for (bool first = true; !text.empty(); first = false) {
    text.remove_prefix(1);
    const auto part = http::percent_decode(text.substr(0, text.find(',')));
    if (!part) return std::nullopt;
    text.remove_prefix(std::min(text.find(','), text.size()));
    if (first) {
      start.id = *part;
      continue;
    }
    const auto key = parse_key(*part);
    if (!key) return std::nullopt;
    start.keys.push_back(*key);
  }
  if (start.id.empty()) return std::nullopt;
  return start;
}

bool Question::in_order_of_list() const {
  const bool by_creation =
      order.size() == 1 && order[0].path == Path{std::string(dublin::kCreated)};
  return search.empty() && (order.empty() || by_creation || by_identifier());
}

bool Question::by_identifier() const {
  return order.size() == 1 && order[0].path == Path{std::string(dublin::kIdentifier)};
}

bool Question::newest_first() const {
  if (by_identifier()) return order[0].descending;
  return std::ranges::none_of(order, [](const SortTerm& term) {
    return term.path.size() == 1 && term.path[0] == dublin::kCreated && !term.descending;
  });
}

std::vector<SortTerm> Question::whole_order() const {
  std::vector<SortTerm> whole = order;
  if (!search.empty())
    whole.insert(whole.begin(), {.path = {std::string(core::kScore)}, .descending = true});
  return whole;
}

Outcome<Question> read_question(const Visit& visit) {
  const std::string* prefix = visit.parameter("oslc.prefix");
  TRY(const rdf::Prefixes prefixes, read_prefixes(prefix ? *prefix : ""));
  Question question;
  if (const std::string* where = visit.parameter("oslc.where")) {
    TRY(question.where, read_where(*where, prefixes));
    TRY_VOID(open_terms(question.where, question));
    add_paths(question.where, {}, question);
  }
  if (const std::string* select = visit.parameter("oslc.select")) {
    TRY(question.select, read_selection("oslc.select", *select, prefixes));
    open_selection(*question.select, question);
    add_paths(*question.select, {}, question);
  }
  if (const std::string* order = visit.parameter("oslc.orderBy")) {
    TRY(question.order, read_order(*order, prefixes));
    TRY_VOID(open_order(question.order, question));
    for (const SortTerm& term : question.order) question.paths.insert(term.path);
  }
  if (const std::string* search = visit.parameter("oslc.searchTerms")) {
    TRY(question.search, read_search_terms(*search, prefixes));
  }
  TRY_VOID(read_paging(visit, question));
  return question;
}

}  // namespace mayfly::oslc
