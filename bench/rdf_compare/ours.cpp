// What one conversion costs with src/rdf: a document read and written again in the same syntax.
//
//   rdf_compare write FILE.ttl FOLDER    the document in each syntax, for the others
//   rdf_compare time FOLDER SECONDS      microseconds of each, the median
//   rdf_compare repeat FOLDER/document.X COUNT    nothing but that, so often: for callgrind and
//   perf
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "rdf/format.h"

namespace mayfly::rdf {
namespace {

constexpr std::string_view kBase = "https://mayfly.example.com/";
constexpr std::pair<Format, std::string_view> kForms[] = {{Format::turtle, "document.ttl"},
                                                          {Format::rdf_xml, "document.rdf"},
                                                          {Format::json_ld, "document.jsonld"}};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Every way of working has to end with a graph of this size.
std::size_t convert(Format format, const std::string& text, std::string& written) {
  const Result<Graph> graph = read(format, text, kBase);
  if (!graph) return 0;
  written = *write(format, *graph);
  return graph->size();
}

double median_us(Format format, const std::string& text, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  std::vector<double> took;
  std::string written;
  while (Clock::now() < end) {
    const auto begun = Clock::now();
    convert(format, text, written);
    took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
  }
  std::ranges::nth_element(took, took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2));
  return took[took.size() / 2];
}

int write_all(const std::string& source, const std::string& folder) {
  const Result<Graph> graph = read_turtle(contents(source), kBase);
  if (!graph) return 1;
  for (const auto& [format, name] : kForms)
    std::ofstream(fmt::format("{}/{}", folder, name), std::ios::binary) << *write(format, *graph);
  return 0;
}

int time_all(const std::string& folder, double seconds) {
  for (const auto& [format, name] : kForms) {
    const std::string text = contents(fmt::format("{}/{}", folder, name));
    std::string written;
    const std::size_t triples = convert(format, text, written);
    fmt::print("{} {} {:.1f}\n", name, triples, median_us(format, text, seconds));
  }
  return 0;
}

int repeat(const std::string& path, int count) {
  const auto* const form =
      std::ranges::find_if(kForms, [&](const auto& one) { return path.ends_with(one.second); });
  if (form == std::end(kForms)) return 1;
  const std::string text = contents(path);
  std::string written;
  for (int i = 0; i < count; ++i) {
    if (convert(form->first, text, written) == 0) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace mayfly::rdf

int main(int argc, char** argv) {
  const std::string_view what = argc == 4 ? argv[1] : "";
  if (what == "write") return mayfly::rdf::write_all(argv[2], argv[3]);
  if (what == "time") return mayfly::rdf::time_all(argv[2], std::stod(argv[3]));
  if (what == "repeat") return mayfly::rdf::repeat(argv[2], std::stoi(argv[3]));
  fmt::print(stderr,
             "usage: rdf_compare write FILE.ttl FOLDER | time FOLDER SECONDS | repeat "
             "FOLDER/document.X COUNT\n");
  return 2;
}
