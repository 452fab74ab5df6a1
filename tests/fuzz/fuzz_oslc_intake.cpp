// Bodies of requests: Turtle, so that what is mutated is mostly still a graph.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "oslc/intake.h"
#include "rdf/reader.h"

using namespace mayfly;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kHere = "http://mayfly.test/oslc/users/ann/requests";
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  oslc::text_of_markup(text);
  const Result<rdf::Graph> graph = rdf::read_turtle(text, kHere);
  if (!graph) return 0;
  if (!oslc::says_nothing_new(*graph, *graph, kHere)) std::abort();
  oslc::desired_state(*graph, kHere);
  const oslc::Addresses addresses("http://mayfly.test", oslc::Dialect::both);
  const auto intake = oslc::read_intake(*graph, kHere, addresses);
  if (!intake) return 0;
  for (const Kind kind : {Kind::vm, Kind::cluster})
    oslc::read_request(kind, nullptr, intake->parameters);
  return 0;
}
