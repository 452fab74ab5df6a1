#include <gtest/gtest.h>

#include <boost/describe.hpp>

#include "json/codec.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::json {
namespace {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Inner {
  int size = 0;
  bool operator==(const Inner&) const = default;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (size))

struct Outer {
  std::string name;
  bool on = false;
  std::int64_t count = 0;
  Money price;
  Colour colour = Colour::red;
  Time at;
  Duration span{};
  std::optional<int> maybe;
  std::vector<Inner> inner;
  std::map<std::string, std::string> tags;
  std::optional<std::vector<std::string>> words;
  bool operator==(const Outer&) const = default;
};
BOOST_DESCRIBE_STRUCT(Outer, (),
                      (name, on, count, price, colour, at, span, maybe, inner, tags, words))
constexpr FieldRule kOuterRules[] = {
    {.name = "name", .required = true, .min = 1, .max = 8, .text = Text::name},
    {.name = "count", .min = 0, .max = 10},
    {.name = "inner", .max = 2},
    {.name = "words", .max = 2, .item_max = 3},
};
constexpr std::span<const FieldRule> rules(const Outer*) {
  return kOuterRules;
}

Outer example() {
  return {.name = "a-1",
          .on = true,
          .count = 7,
          .price = {35'700},
          .colour = Colour::green,
          .at = *parse_time("2026-01-02T03:04:05.5Z"),
          .span = 90min,
          .maybe = 3,
          .inner = {{1}, {2}},
          .tags = {{"mayfly:x", "say \"hi\"\n\t\\"}, {"z", "ü"}}};
}

Result<Outer> read(std::string_view text) {
  TRY(const value tree, parse(text));
  return decode<Outer>(tree);
}

std::vector<std::string> wrong_fields(std::string_view text) {
  std::vector<std::string> names;
  const auto result = read(text);
  if (result) return names;
  for (const FieldError& field : result.error().fields) names.push_back(field.field);
  return names;
}

TEST(Codec, ReadsWhatItWrites) {
  EXPECT_EQ(read(to_text(example())), example());
  EXPECT_EQ(to_text(example()), print(encode(example())));
}

TEST(Codec, WritesPeoplesNumbers) {
  const std::string text = to_text(example());
  EXPECT_NE(text.find("\"price\":0.0357"), std::string::npos) << text;
  EXPECT_NE(text.find("\"span\":\"1h30m\""), std::string::npos) << text;
}

TEST(Codec, NamesEveryWrongFieldAtOnce) {
  EXPECT_EQ(
      wrong_fields(R"({"name":"","on":1,"count":11,"price":"1","colour":"blue","at":"now","span":5,
                            "maybe":"x","inner":[{"size":1.5}],"tags":[],"more":1})"),
      (std::vector<std::string>{"name", "on", "count", "price", "colour", "at", "span", "maybe",
                                "inner.0.size", "tags", "more"}));
}

TEST(Codec, NamesAMissingFieldAndTakesNullForAbsent) {
  EXPECT_EQ(wrong_fields("{}"), std::vector<std::string>{"name"});
  EXPECT_TRUE(wrong_fields(R"({"name":"a","maybe":null})").empty());
}

TEST(Codec, CountsListsAndTexts) {
  EXPECT_EQ(wrong_fields(R"({"name":"123456789","inner":[{},{},{}]})"),
            (std::vector<std::string>{"name", "inner"}));
  EXPECT_EQ(wrong_fields(R"({"name":"a b"})"), std::vector<std::string>{"name"});
}

TEST(Codec, BoundsEachTextOfAList) {
  EXPECT_EQ(wrong_fields(R"({"name":"a","words":["abc","abcd"]})"),
            std::vector<std::string>{"words.1"});
}

TEST(Codec, TakesWholeNumbersHoweverWritten) {
  EXPECT_EQ(read(R"({"name":"a","count":2.0})")->count, 2);
  EXPECT_EQ(wrong_fields(R"({"name":"a","count":2.5})"), std::vector<std::string>{"count"});
  EXPECT_EQ(wrong_fields(R"({"name":"a","count":99999999999999999999})"),
            std::vector<std::string>{"count"});
}

TEST(Codec, KeepsEveryMillionth) {
  for (std::int64_t millionths :
       {std::int64_t{1}, std::int64_t{999'999}, std::int64_t{123'456'789'012'345}}) {
    const Outer outer{.name = "a", .price = {millionths}};
    EXPECT_EQ(read(to_text(outer))->price.value, millionths);
  }
  EXPECT_EQ(wrong_fields(R"({"name":"a","price":0.0000001})"), std::vector<std::string>{"price"});
}

TEST(Parse, RefusesAMemberGivenTwiceByItsPath) {
  const auto twice = parse(R"({"a":[{"b":1,"c":{"b":2},"b":3}]})");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::malformed);
  EXPECT_EQ(twice.error().fields.at(0).field, "a.b");
}

TEST(Parse, RefusesEscapedTwins) {
  EXPECT_FALSE(parse(R"({"ab":1,"\u0061b":2})"));
}

TEST(Parse, RefusesWhatIsNotJson) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  for (const std::string& text :
       {std::string("{"), std::string(""), std::string("{} x"), std::string("\"\xff\""),
        std::string("[1e999]"), std::string("\"\\ud800\""), std::string("{'a':1}"), deep}) {
    const auto parsed = parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::malformed);
  }
}

TEST(Print, NeverUsesExponents) {
  EXPECT_EQ(print(value(1.15)), "1.15");
  EXPECT_EQ(print(value(1e6)), "1000000");
  EXPECT_EQ(print(value(0.000001)), "0.000001");
  EXPECT_EQ(print(value(-0.0)), "0");
}

}  // namespace
}  // namespace mayfly::json
