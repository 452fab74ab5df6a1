// The readers against the test suites that W3C's working groups made (repositories w3c/rdf-tests
// and w3c/json-ld-api), which are not part of this repository: tests/interop/rdf_w3c.sh fetches
// them.
//
//   rdf_w3c RDF_TESTS_DIRECTORY [JSON_LD_API_DIRECTORY]
//
// Prints what failed, one line for each suite, and fails if anything failed. Of the JSON-LD suite
// only what our subset promises can pass; a document outside of it must be refused, never misread.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "json/parse.h"
#include "rdf/iri.h"
#include "rdf/isomorphic.h"
#include "rdf/reader.h"
#include "rdf/writer.h"

namespace mayfly::rdf {
namespace {

constexpr std::string_view kManifest = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";
constexpr std::string_view kTestVocabulary = "http://www.w3.org/ns/rdftest#";

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fmt::print(stderr, "cannot read {}\n", path);
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Count {
  int passed = 0;
  int total = 0;
};

class Suite {
 public:
  Suite(std::string name, std::string folder)
      : name_(std::move(name)), folder_(std::move(folder)) {}

  void run() {
    const std::string manifest = contents(folder_ + "/manifest.ttl");
    const Result<Graph> graph = read_turtle(manifest, "http://manifest/");
    if (!graph) return failed("manifest", graph.error().message);
    const Id base = graph->find(iri(std::string(kManifest) + "assumedTestBase"));
    for (const Triple& triple : graph->triples()) {
      if (triple.predicate == base) base_ = graph->term(triple.object).text;
    }
    // Only what mf:entries lists counts; the rest is commented out by the working group.
    const auto entries = graph->object(iri("http://manifest/"), std::string(kManifest) + "entries");
    for (std::optional<Term> cell = entries; cell && cell->text != kNil;
         cell = graph->object(*cell, kRest)) {
      test(*graph, *graph->object(*cell, kFirst));
    }
  }

  bool report() const {
    Count all;
    for (const auto& [kind, count] : counts_) {
      fmt::print("{}: {}: {} of {} passed\n", name_, kind, count.passed, count.total);
      all.passed += count.passed;
      all.total += count.total;
    }
    return all.total > 0 && all.passed == all.total;
  }

 private:
  void failed(std::string_view test, std::string_view why) {
    fmt::print("{}: FAILED {}: {}\n", name_, test, why);
    ++counts_["manifest"].total;
  }

  Result<Graph> read(std::string_view file) const {
    const std::string text = contents(folder_ + "/" + std::string(file));
    const std::string base = base_ + std::string(file);
    if (file.ends_with(".rdf")) return read_rdf_xml(text, base);
    return read_turtle(text, base);
  }

  void test(const Graph& manifest, const Term& entry) {
    const auto field = [&](std::string_view property) {
      const auto value = manifest.object(entry, std::string(kManifest) + std::string(property));
      std::string_view text = value ? value->text : "";
      if (text.starts_with("http://manifest/")) text.remove_prefix(16);
      return text;
    };
    const auto type = manifest.object(entry, kType);
    if (!type || !type->text.starts_with(kTestVocabulary)) return;
    const std::string_view kind = type->text.substr(kTestVocabulary.size());
    // What is wrong in N-Triples is often right in Turtle, which is what reads both.
    if (name_ == "N-Triples" && kind.find("Negative") != kind.npos) return;
    const Result<Graph> read_back = read(field("action"));
    Count& count = counts_[kind.find("Negative") != kind.npos ? "negative"
                           : kind.find("Eval") != kind.npos   ? "evaluation"
                                                              : "positive"];
    ++count.total;
    std::string why;
    if (kind.find("Negative") != kind.npos) {
      if (read_back) why = "was accepted";
    } else if (!read_back) {
      why = read_back.error().message;
    } else if (kind.find("Eval") != kind.npos) {
      const Result<Graph> expected = read(field("result"));
      if (!expected || !isomorphic(*expected, *read_back))
        why = "expected\n" + (expected ? write_n_triples(*expected) : "") + "got\n" +
              write_n_triples(*read_back);
    }
    if (why.empty()) {
      ++count.passed;
    } else {
      fmt::print("{}: FAILED {}: {}\n", name_, field("name"), why);
    }
  }

  std::string name_;
  std::string folder_;
  std::string base_;
  std::map<std::string, Count> counts_;
};

// What our subset does not have (src/rdf/README.md), as its refusals say it: a document may be
// refused for nothing else.
constexpr std::array<std::string_view, 2> kUnsupported[] = {
    {"containers but @list, @set and @language", "the container of"},
    {"contexts of a term", "@context in the definition of"},
    {"contexts to fetch", "is not fetched"},
    {"named graphs", "named graphs"},
    {"named graphs", "graphs inside of nodes"},
    {"@json", "@type of "},
    {"@json", "'@json' is no datatype"},
    {"@json", "@value must be"},
    {"@nest", "@nest"},
    {"@direction", "@direction"},
    {"@import", "@import"},
    {"@propagate", "@propagate"},
    {"a relative @vocab", "@vocab must be"},
    {"@type as a term", "@type may not be defined anew"},
    {"what JSON-LD drops in silence", "is no IRI"},
    {"what JSON-LD drops in silence", "is no language tag"},
    {"what JSON-LD drops in silence", "must be an object or an array"},
    {"what JSON-LD drops in silence", "@language stands beside no @value"},
};

// Each document is read rightly, or refused for what our subset does not have; tests whose
// expectation we contradict fail.
class JsonLdSuite {
 public:
  explicit JsonLdSuite(std::string folder) : folder_(std::move(folder)) {}

  bool run() {
    each("toRdf", [this](const json::object& test) { to_rdf(test); });
    fmt::print("JSON-LD: evaluation and positive: {} of {} right, {} refused\n", right_, total_,
               total_ - right_ - wrong_);
    for (const auto& [feature, count] : refused_)
      fmt::print("JSON-LD:   {} refused: {}\n", count, feature);
    fmt::print("JSON-LD: negative: {} of {} refused\n", negative_refused_, negative_);
    each("fromRdf", [this](const json::object& test) { from_rdf(test); });
    fmt::print("JSON-LD: graphs written and read again: {}\n", written_);
    return wrong_ == 0 && right_ > 0 && negative_refused_ == negative_ && written_ > 0;
  }

 private:
  template <class Run>
  void each(std::string_view name, Run run_one) {
    const auto manifest =
        json::parse(contents(fmt::format("{}/{}-manifest.jsonld", folder_, name)));
    if (!manifest) return wrong(name, manifest.error().message);
    for (const json::value& test : manifest->as_object().at("sequence").as_array())
      run_one(test.as_object());
  }

  static std::string text(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
  }

  static json::object options_of(const json::object& test) {
    const json::value* options = test.if_contains("option");
    return options != nullptr ? options->as_object() : json::object();
  }

  void wrong(std::string_view test, std::string_view why) {
    ++wrong_;
    fmt::print("JSON-LD: FAILED {}: {}\n", test, why);
  }

  void refused(const json::object& test, std::string_view why) {
    for (const auto& [feature, phrase] : kUnsupported) {
      if (why.find(phrase) == why.npos) continue;
      ++refused_[feature];
      return;
    }
    wrong(text(test, "@id"), fmt::format("refused: {}", why));
  }

  void to_rdf(const json::object& test) {
    const json::object options = options_of(test);
    // Of an older version, or with what callers of ours cannot ask for.
    const bool extended =
        options.contains("expandContext") || options.contains("produceGeneralizedRdf") ||
        options.contains("rdfDirection") || text(options, "processingMode") == "json-ld-1.0" ||
        text(options, "specVersion") == "json-ld-1.0";
    if (extended) return;
    std::string base = text(options, "base");
    if (base.empty()) base = "https://w3c.github.io/json-ld-api/tests/" + text(test, "input");
    const Result<Graph> graph = read_json_ld(contents(folder_ + "/" + text(test, "input")), base);
    if (test.contains("expectErrorCode")) {
      ++negative_;
      negative_refused_ += graph ? 0 : 1;
      if (graph) wrong(text(test, "@id"), "accepted, but " + text(test, "expectErrorCode"));
      return;
    }
    ++total_;
    if (!graph) return refused(test, graph.error().message);
    const std::string expected = text(test, "expect");
    if (!expected.empty()) {
      const Result<Graph> wanted = read_turtle(contents(folder_ + "/" + expected), base);
      if (!wanted || !isomorphic(*wanted, *graph))
        return wrong(text(test, "@id"), "got\n" + write_n_triples(*graph));
    }
    ++right_;
  }

  // The graphs, by our writer and our reader; and W3C's documents of them, by our reader.
  void from_rdf(const json::object& test) {
    const Result<Graph> graph = read_turtle(contents(folder_ + "/" + text(test, "input")), "");
    if (!graph) return;  // of several graphs
    const Result<std::string> ours = write_json_ld(*graph);
    const Result<Graph> back = ours ? read_json_ld(*ours, "") : Result<Graph>(Graph());
    if (!ours || !back || !isomorphic(*graph, *back))
      return wrong(text(test, "@id"), "is not written as it is");
    ++written_;
    const std::string expected = text(test, "expect");
    // Their writer makes other numbers when told to, and forgets that a list is an rdf:List.
    const bool lossy = options_of(test).contains("useNativeTypes") ||
                       graph->find(iri(std::string(kRdf) + "List")) != kNone;
    if (expected.empty() || lossy) return;
    const Result<Graph> theirs = read_json_ld(contents(folder_ + "/" + expected), "");
    if (!theirs) return refused(test, theirs.error().message);
    if (!isomorphic(*graph, *theirs)) wrong(text(test, "@id"), "is read otherwise");
  }

  std::string folder_;
  std::map<std::string_view, int> refused_;
  int right_ = 0, wrong_ = 0, total_ = 0, negative_ = 0, negative_refused_ = 0, written_ = 0;
};

bool run(int argc, char** argv) {
  const std::string root = argv[1];
  bool good = true;
  for (const auto& [name, folder] : {std::pair("Turtle", "/rdf/rdf11/rdf-turtle"),
                                     std::pair("N-Triples", "/rdf/rdf11/rdf-n-triples"),
                                     std::pair("RDF/XML", "/rdf/rdf11/rdf-xml")}) {
    Suite suite(name, root + folder);
    suite.run();
    good = suite.report() && good;
  }
  if (argc > 2) good = JsonLdSuite(std::string(argv[2]) + "/tests").run() && good;
  return good;
}

}  // namespace
}  // namespace mayfly::rdf

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: rdf_w3c RDF_TESTS_DIRECTORY [JSON_LD_API_DIRECTORY]\n");
    return 2;
  }
  return mayfly::rdf::run(argc, argv) ? 0 : 1;
}
