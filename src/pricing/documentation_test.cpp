// The examples of docs/pricing.md, from its text: each request gives the offers written below it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "json/codec.h"
#include "json/parse.h"
#include "model/clouds.h"
#include "pricing/ranking.h"

namespace mayfly::pricing {
namespace {

std::string read_file(const char* path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The text inside the next fence of that kind; advances `rest` behind it.
std::string next_block(std::string_view& rest, const std::string& kind) {
  const std::string open = "```" + kind + "\n";
  const std::size_t start = rest.find(open);
  if (start == std::string_view::npos) return {};
  rest.remove_prefix(start + open.size());
  const std::size_t end = rest.find("```");
  const std::string block(rest.substr(0, end));
  rest.remove_prefix(end);
  return block;
}

TEST(Documentation, HasExamplesThatAreTrue) {
  const std::string page = read_file("docs/pricing.md");
  std::string_view rest = page;
  int examples = 0;
  while (true) {
    const std::string asked = next_block(rest, "json");
    if (asked.empty()) break;
    const std::string written = next_block(rest, "text");
    const auto tree = json::parse(asked);
    ASSERT_TRUE(tree) << asked;
    const auto request = json::decode<Request>(*tree);
    ASSERT_TRUE(request) << asked;
    const auto lines = static_cast<std::size_t>(std::ranges::count(written, '\n'));
    std::string given;
    for (const RankedOffer& ranked : cheapest(*Catalog::embedded(), *request,
                                              {.clouds = {"aws", "digitalocean", "emr"}}, lines)) {
      given +=
          fmt::format("{} {} {} {} {}\n", cloud_of_driver(ranked.offer.cloud), ranked.offer.region,
                      ranked.offer.instance_type, to_string(ranked.hourly), to_string(ranked.cost));
    }
    EXPECT_EQ(written, given) << asked;
    ++examples;
  }
  EXPECT_EQ(examples, 8);
}

}  // namespace
}  // namespace mayfly::pricing
