// What one answer and one request cost: a resource of some forty triples, written and read.
#include <benchmark/benchmark.h>

#include "rdf/format.h"

namespace mayfly::rdf {
namespace {

// Like the result of an automation: a resource, its parameters and its link labels.
Graph sample() {
  Graph graph;
  graph.prefixes = {{"dcterms", "http://purl.org/dc/terms/"},
                    {"rdf", std::string(kRdf)},
                    {"v", "http://example.com/ns/core#"},
                    {"w", "http://example.com/ns/auto#"},
                    {"xsd", std::string(kXsd)}};
  const Term result = iri("https://mayfly.example.com/plans/web-pool/results/67890");
  const auto add = [&](std::string_view predicate, const Term& object) {
    graph.add(result, iri(predicate), object);
  };
  add(kType, iri("http://example.com/ns/auto#AutomationResult"));
  add("http://purl.org/dc/terms/title", literal("Deploy web pool &amp; cache", kXmlLiteral));
  add("http://purl.org/dc/terms/identifier", literal("web-pool:67890"));
  add("http://purl.org/dc/terms/created", literal("2026-11-22T10:50:35Z", kDateTime));
  add("http://purl.org/dc/terms/modified", literal("2026-11-22T10:53:07Z", kDateTime));
  add("http://purl.org/dc/terms/creator", iri("https://mayfly.example.com/users/ada"));
  add("http://example.com/ns/core#provider", iri("https://mayfly.example.com/providers/ada"));
  add("http://example.com/ns/auto#state", iri("http://example.com/ns/auto#complete"));
  add("http://example.com/ns/auto#verdict", iri("http://example.com/ns/auto#passed"));
  add("http://example.com/ns/auto#progress", literal("100", kInteger));
  for (int parameter = 0; parameter < 10; ++parameter) {
    const Id node = graph.fresh_blank();
    graph.add(graph.intern(result), graph.intern(iri("http://example.com/ns/auto#output")), node);
    const std::string name = "parameter_" + std::to_string(parameter);
    graph.add(node, graph.intern(iri("http://example.com/ns/core#name")),
              graph.intern(literal(name)));
    graph.add(node, graph.intern(iri("http://www.w3.org/1999/02/22-rdf-syntax-ns#value")),
              graph.intern(literal("203.0.113." + std::to_string(parameter))));
  }
  return graph;
}

void written(benchmark::State& state, Format format) {
  const Graph graph = sample();
  for (auto _ : state) benchmark::DoNotOptimize(write(format, graph));
  state.counters["triples"] = static_cast<double>(graph.size());
}

void parsed(benchmark::State& state, Format format) {
  const std::string text = *write(format, sample());
  for (auto _ : state) benchmark::DoNotOptimize(read(format, text, "https://mayfly.example.com/"));
  state.counters["bytes"] = static_cast<double>(text.size());
}

void written_and_parsed(benchmark::State& state, Format format) {
  const Graph graph = sample();
  for (auto _ : state) {
    const Result<std::string> text = write(format, graph);
    benchmark::DoNotOptimize(read(format, *text, "https://mayfly.example.com/"));
  }
}

BENCHMARK_CAPTURE(written_and_parsed, turtle, Format::turtle);
BENCHMARK_CAPTURE(written_and_parsed, rdf_xml, Format::rdf_xml);
BENCHMARK_CAPTURE(written_and_parsed, abbreviated, Format::rdf_xml_abbreviated);
BENCHMARK_CAPTURE(written, turtle, Format::turtle);
BENCHMARK_CAPTURE(parsed, turtle, Format::turtle);
BENCHMARK_CAPTURE(written, rdf_xml, Format::rdf_xml);
BENCHMARK_CAPTURE(parsed, rdf_xml, Format::rdf_xml);
BENCHMARK_CAPTURE(written, json_ld, Format::json_ld);
BENCHMARK_CAPTURE(parsed, json_ld, Format::json_ld);
BENCHMARK_CAPTURE(written, legacy_json, Format::legacy_json);
BENCHMARK_CAPTURE(parsed, legacy_json, Format::legacy_json);

}  // namespace
}  // namespace mayfly::rdf
