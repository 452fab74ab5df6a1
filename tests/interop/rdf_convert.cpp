// Our side of rdf_rdflib.py.
//
//   rdf_convert write COUNT FOLDER   random graphs, each in every format: FOLDER/7.nt, 7.ttl, ...;
//                                    the odd numbers are such as people write, the others odd
//   rdf_convert compare              reads lines "FILE EXPECTED" from its input, both read by us;
//                                    says which pairs differ, and fails if any does
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "rdf/format.h"
#include "rdf/isomorphic.h"
#include "rdf/random_graphs.h"

namespace mayfly::rdf {
namespace {

constexpr std::pair<std::string_view, Format> kEndings[] = {
    {".nt", Format::n_triples},   {".ttl", Format::turtle},
    {".rdf", Format::rdf_xml},    {".xml", Format::rdf_xml_abbreviated},
    {".jsonld", Format::json_ld},
};

int write_random(int count, const std::string& folder) {
  for (int seed = 1; seed <= count; ++seed) {
    RandomGraphs random(static_cast<std::uint64_t>(seed));
    const Graph graph = seed % 2 == 1 ? random.tame() : random.next(true);
    for (const auto& [ending, format] : kEndings) {
      const Result<std::string> text = write(format, graph);
      if (!text) {
        fmt::print("{}{}: {}\n", seed, ending, text.error().message);
        return 1;
      }
      std::ofstream(fmt::format("{}/{}{}", folder, seed, ending), std::ios::binary) << *text;
    }
  }
  return 0;
}

Result<Graph> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const auto& [ending, format] : kEndings) {
    if (path.ends_with(ending)) return read(format, text, "http://base.example/");
  }
  return fail(ErrorCode::invalid, "no format has this ending");
}

int compare() {
  int differing = 0;
  std::string file;
  std::string expected;
  while (std::cin >> file >> expected) {
    const Result<Graph> got = read_file(file);
    const Result<Graph> wanted = read_file(expected);
    if (got && wanted && isomorphic(*got, *wanted)) continue;
    ++differing;
    fmt::print("{} is not {}: {}\n", file, expected,
               !got      ? got.error().message
               : !wanted ? wanted.error().message
                         : "they differ");
  }
  return differing == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mayfly::rdf

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "write" && argc == 4) return mayfly::rdf::write_random(std::atoi(argv[2]), argv[3]);
  if (what == "compare" && argc == 2) return mayfly::rdf::compare();
  fmt::print(stderr, "usage: rdf_convert write COUNT FOLDER | rdf_convert compare\n");
  return 2;
}
