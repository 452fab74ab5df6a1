// The writer and the reader of our own documents, against the tree codec and against broken text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/random.h"
#include "json/codec.h"
#include "json/parse.h"
#include "json/print.h"
#include "json/read.h"

namespace mayfly::json {
namespace {

using ::testing::HasSubstr;

enum class Twist { calm, wild };
BOOST_DESCRIBE_ENUM(Twist, calm, wild)

struct Knot {
  int size = 3;
  std::optional<std::string> note;
  bool operator==(const Knot&) const = default;
};
BOOST_DESCRIBE_STRUCT(Knot, (), (size, note))

struct Rope {
  std::string name;
  bool alive = false;
  std::int64_t age = 0;
  Money worth;
  Twist mood = Twist::calm;
  Time planted;
  Duration watered{};
  std::optional<Time> felled;
  std::vector<Knot> knots;
  std::map<std::string, std::string> labels;
  std::vector<std::string> words;
  bool operator==(const Rope&) const = default;
};
BOOST_DESCRIBE_STRUCT(Rope, (),
                      (name, alive, age, worth, mood, planted, watered, felled, knots, labels,
                       words))

Rope full() {
  return {.name = "a \"quoted\" \\ name\n\t\x01 \u00fc \U0001f33f",
          .alive = true,
          .age = std::numeric_limits<std::int64_t>::min(),
          .worth = {-35'700},
          .mood = Twist::wild,
          .planted = *parse_time("2026-01-02T03:04:05.25Z"),
          .watered = 90min,
          .felled = Time{} + 1s,
          .knots = {{1, "x"}, {2, {}}},
          .labels = {{"a", ""}, {"b\"", "c"}},
          .words = {"", "one"}};
}

Rope random_rope(Random& random) {
  const auto text = [&] {
    std::string made(random.below(20), ' ');
    for (char& c : made) c = static_cast<char>(random.below(128));
    return made;
  };
  Rope rope{.name = text(),
            .alive = random.below(2) == 0,
            .age = static_cast<std::int64_t>(random.next()),
            .worth = {static_cast<std::int64_t>(random.below(1'000'000'000))},
            .mood = random.below(2) == 0 ? Twist::calm : Twist::wild,
            .planted = Time{Duration{static_cast<std::int64_t>(random.below(1ULL << 52))}},
            .watered = std::chrono::seconds(random.below(100'000))};
  if (random.below(2) == 0) rope.felled = rope.planted + 1s;
  for (std::uint64_t i = random.below(4); i > 0; --i)
    rope.knots.push_back({static_cast<int>(i), text()});
  for (std::uint64_t i = random.below(4); i > 0; --i) rope.labels[text()] = text();
  for (std::uint64_t i = random.below(4); i > 0; --i) rope.words.push_back(text());
  return rope;
}

TEST(Text, ReadsWhatItWrites) {
  EXPECT_EQ(from_text<Rope>(to_text(full())), full());
  EXPECT_EQ(from_text<Rope>(to_text(Rope{})), Rope{});
}

TEST(Text, IsTheTextOfTheTree) {
  SeededRandom random(7);
  for (int i = 0; i < 500; ++i) {
    const Rope rope = random_rope(random);
    const std::string text = to_text(rope);
    ASSERT_EQ(text, print(encode(rope)));
    ASSERT_EQ(from_text<Rope>(text), rope) << text;
    ASSERT_EQ(decode<Rope>(*parse(text)), rope) << text;
  }
}

TEST(Text, QuotesEveryByteWhereverItStands) {
  for (int c = 0; c < 128; ++c) {
    for (std::size_t at = 0; at < 18; ++at) {
      std::string text(18, 'x');
      text[at] = static_cast<char>(c);
      ASSERT_EQ(to_text(text), quote(text));
      ASSERT_EQ(from_text<std::string>(to_text(text)), text);
      ASSERT_EQ(parse(to_text(text))->as_string(), text);
    }
  }
}

TEST(Text, FindsMembersInAnyOrderAndSkipsUnknownOnes) {
  const auto rope = from_text<Rope>(
      R"( { "newer" : [ { "x" : [ ] , "y" : {} , "z" : -1.5e3 } , null , "\u00e9\"" ] , "age" : 4 ,
           "\u006eame" : "e\u0301\ud83c\udf3f\/" , "felled" : null , "other":true, "alive":false} )");
  ASSERT_TRUE(rope) << rope.error().message;
  EXPECT_EQ(*rope, (Rope{.name = "e\u0301\U0001f33f/", .age = 4}));
}

TEST(Text, SaysWhereItIsNotAsExpected) {
  const auto why = [](std::string_view text) { return from_text<Rope>(text).error().message; };
  EXPECT_THAT(why(R"({"age":"4"})"), HasSubstr("byte 7, near 'age': a whole number"));
  EXPECT_THAT(why(R"({"age":4.5})"), HasSubstr("a whole number"));
  EXPECT_THAT(why(R"({"age":99999999999999999999})"), HasSubstr("a whole number"));
  EXPECT_THAT(why(R"({"knots":[{"size":3000000000}]})"), HasSubstr("a smaller number"));
  EXPECT_THAT(why(R"({"alive":1})"), HasSubstr("true or false"));
  EXPECT_THAT(why(R"({"mood":"tame"})"), HasSubstr("a name that is known"));
  EXPECT_THAT(why(R"({"planted":"soon"})"), HasSubstr("a time"));
  EXPECT_THAT(why(R"({"watered":"long"})"), HasSubstr("a duration"));
  EXPECT_THAT(why(R"({"worth":0.1234567})"), HasSubstr("at most six decimals"));
  EXPECT_THAT(why(R"({"knots":{}})"), HasSubstr("a list"));
  EXPECT_THAT(why(R"({"name":"\ud83c"})"), HasSubstr("an escape"));
  EXPECT_THAT(why(R"({} {})"), HasSubstr("the end"));
  EXPECT_THAT(why("[]"), HasSubstr("an object"));
  EXPECT_THAT(why(R"({"deep":)" + std::string(100, '[')), HasSubstr("less deep"));
}

TEST(Text, RefusesWhatIsCutAnywhere) {
  const std::string text = to_text(full());
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::string cut = text.substr(0, size);
    ASSERT_FALSE(from_text<Rope>(cut)) << cut;
  }
}

TEST(Text, SurvivesWhatIsBroken) {
  SeededRandom random(11);
  const std::string text = to_text(full());
  for (int i = 0; i < 20'000; ++i) {
    std::string broken = text;
    for (int hits = 0; hits < 3; ++hits)
      broken[random.below(broken.size())] = "\"\\{}[],:0x \n"[random.below(12)];
    const auto understood = from_text<Rope>(broken);
    // Whatever it makes of it is a Rope that can be written again.
    if (understood) ASSERT_EQ(from_text<Rope>(to_text(*understood)), *understood);
  }
}

}  // namespace
}  // namespace mayfly::json
