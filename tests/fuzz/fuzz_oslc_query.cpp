// The small languages of a query, one parameter on each line: prefix, where, select, orderBy,
// searchTerms, and a key of the order as addresses of pages carry it. What is understood is asked
// of a result.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "oslc/query.h"
#include "oslc/query_order.h"
#include "oslc/query_search.h"
#include "oslc/selection.h"
#include "rdf/reader.h"

using namespace mayfly;

namespace {

constexpr std::string_view kResource = "http://mayfly.test/oslc/users/ann/results/r-1";
constexpr std::string_view kResult = R"(
@prefix oslc: <http://open-services.net/ns/core#> .
@prefix auto: <http://open-services.net/ns/auto#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://mayfly.test/oslc/users/ann/results/r-1> a auto:AutomationResult ;
  dcterms:title "R&amp;D"^^rdf:XMLLiteral ; dcterms:identifier "r-1" ;
  dcterms:created "2026-11-22T10:50:35Z"^^xsd:dateTime ;
  auto:state auto:complete ; auto:progress 100 ; oslc:shortTitle "ü"@de , true , 2.50 ;
  auto:inputParameter _:shared , [ oslc:name "count" ; rdf:value 2 ] ;
  auto:contribution <http://mayfly.test/oslc/users/ann/deployments/r-1> .
<http://mayfly.test/oslc/users/ann/deployments/r-1> dcterms:title "It" ; dcterms:relation _:shared .
_:shared oslc:name "arch" ; rdf:value _:shared .
)";

std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
  return line;
}

// Nothing is shown that is not there.
void check_selected(const rdf::Graph& graph, const oslc::Selection& selection) {
  rdf::Graph selected;
  oslc::select(graph, kResource, selection, selected);
  if (selected.size() > graph.size()) std::abort();
}

void check_order(const rdf::Graph& graph, const std::vector<oslc::SortTerm>& order) {
  const std::vector<oslc::SortKey> keys = oslc::keys_of(graph, kResource, order);
  if (keys.size() != order.size()) std::abort();
  if (oslc::compare_keys(keys, keys, order) != std::strong_ordering::equal) std::abort();
  for (const oslc::SortKey& key : keys) {
    if (oslc::parse_key(oslc::print_key(key)) != key) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const rdf::Graph graph = *rdf::read_turtle(kResult, "");
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto prefixes = oslc::read_prefixes(next_line(text));
  const rdf::Prefixes known = prefixes ? *prefixes : *oslc::read_prefixes("");
  const auto where = oslc::read_where(next_line(text), known);
  if (where && oslc::fits(graph, kResource, *where) != oslc::fits(graph, kResource, *where))
    std::abort();
  if (where) oslc::wanted(*where, "http://purl.org/dc/terms/identifier");
  const auto selection = oslc::read_selection("oslc.select", next_line(text), known);
  if (selection) check_selected(graph, *selection);
  const auto order = oslc::read_order(next_line(text), known);
  if (order) check_order(graph, *order);
  const auto terms = oslc::read_search_terms(next_line(text), known);
  static const std::vector<std::string> texts = {
      print_search_texts(oslc::search_texts_of(graph, kResource))};
  const int score = terms ? oslc::score_of(texts, *terms) : 0;
  if (score < 0 || score > 100) std::abort();
  const auto key = oslc::parse_key(next_line(text));
  if (key && oslc::parse_key(oslc::print_key(*key)) != key) std::abort();
  return 0;
}
