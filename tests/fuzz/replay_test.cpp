// The corpus through its targets, without libFuzzer: every document whole, cut at every byte, and
// changed in ways that are the same every time.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/random.h"

#define MAYFLY_TARGET(name) extern "C" int replay_##name(const std::uint8_t*, std::size_t)
MAYFLY_TARGET(turtle);
MAYFLY_TARGET(rdf_xml);
MAYFLY_TARGET(json_ld);
MAYFLY_TARGET(legacy_json);
MAYFLY_TARGET(negotiate);
MAYFLY_TARGET(oslc_query);
MAYFLY_TARGET(oslc_intake);
MAYFLY_TARGET(oslc_address);

namespace mayfly {
namespace {

constexpr int kChanged = 500;  // documents made from each

struct Target {
  const char* name;  // of its folder in corpus/
  int (*run)(const std::uint8_t*, std::size_t);
};
constexpr Target kTargets[] = {
    {"turtle", &replay_turtle},           {"rdf_xml", &replay_rdf_xml},
    {"json_ld", &replay_json_ld},         {"legacy_json", &replay_legacy_json},
    {"negotiate", &replay_negotiate},     {"oslc_query", &replay_oslc_query},
    {"oslc_intake", &replay_oslc_intake}, {"oslc_address", &replay_oslc_address},
};

void run(const Target& target, const std::string& text) {
  target.run(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

std::string changed(std::string text, SeededRandom& random) {
  for (std::uint64_t left = 1 + random.below(3); left > 0 && !text.empty(); --left) {
    const std::size_t at = random.below(text.size());
    const std::size_t other = random.below(text.size());
    switch (random.below(4)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.erase(at, 1 + random.below(8));
        break;
      case 2:
        text.insert(at, text.substr(other, 1 + random.below(40)));
        break;
      default:
        std::swap(text[at], text[other]);
    }
  }
  return text;
}

class Replay : public testing::TestWithParam<Target> {};

TEST_P(Replay, NoDocumentOfTheCorpusBreaksIt) {
  const std::filesystem::path folder = std::string(MAYFLY_FUZZ_CORPUS) + "/" + GetParam().name;
  SeededRandom random(1);
  int documents = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    ++documents;
    SCOPED_TRACE(entry.path());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::size_t size = 0; size <= text.size(); ++size) run(GetParam(), text.substr(0, size));
    for (int made = 0; made < kChanged; ++made) run(GetParam(), changed(text, random));
  }
  EXPECT_GT(documents, 0) << folder;
}

INSTANTIATE_TEST_SUITE_P(Corpus, Replay, testing::ValuesIn(kTargets),
                         [](const auto& given) { return std::string(given.param.name); });

TEST(Corpus, EveryFolderHasATarget) {
  std::size_t folders = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(MAYFLY_FUZZ_CORPUS))
    ++folders;
  EXPECT_EQ(folders, std::size(kTargets));
}

}  // namespace
}  // namespace mayfly
