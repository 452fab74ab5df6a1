// One reader of src/rdf for each program, chosen when it is built (MAYFLY_FUZZ_FORMAT).
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rdf/format.h"
#include "rdf/isomorphic.h"

using mayfly::Result;
using mayfly::rdf::Format;
using mayfly::rdf::Graph;

// What is read can be written in Turtle and in the format itself, and says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr Format kFormat = Format::MAYFLY_FUZZ_FORMAT;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Graph> graph = mayfly::rdf::read(kFormat, text, "http://base.example/doc");
  // Comparing is exponential for graphs that are made to be hard.
  if (!graph || graph->size() > 60) return 0;
  const Result<Graph> turtle = mayfly::rdf::read_turtle(mayfly::rdf::write_turtle(*graph), "");
  if (!turtle || !isomorphic(*graph, *turtle)) std::abort();
  if (kFormat == Format::legacy_json) return 0;  // it has no datatypes
  const Result<std::string> again = mayfly::rdf::write(kFormat, *graph);
  if (!again) return 0;  // a predicate that is no XML name
  const Result<Graph> back = mayfly::rdf::read(kFormat, *again, "");
  if (!back || !isomorphic(*graph, *back)) std::abort();
  return 0;
}
