#include "json/schema.h"

#include <gtest/gtest.h>

#include "json/parse.h"
#include "json/print.h"

namespace mayfly::json {
namespace {

enum class Shade { light, dark };
BOOST_DESCRIBE_ENUM(Shade, light, dark)

struct Leaf {
  int size = 0;
};
BOOST_DESCRIBE_STRUCT(Leaf, (), (size))

struct TreeView {
  std::string id;
  std::optional<Time> felled_at;
  std::vector<Leaf> leaves;
  std::map<std::string, std::string> tags;
  value anything;
};
BOOST_DESCRIBE_STRUCT(TreeView, (), (id, felled_at, leaves, tags, anything))

struct Planting {
  std::string name;
  Shade shade = Shade::dark;
  Money price;
  std::optional<Duration> growth;
  std::optional<std::vector<std::string>> regions;
  Leaf leaf;
};
BOOST_DESCRIBE_STRUCT(Planting, (), (name, shade, price, growth, regions, leaf))
constexpr FieldRule kPlantingRules[] = {
    {.name = "name",
     .doc = "What it is.",
     .required = true,
     .min = 1,
     .max = 8,
     .text = Text::name},
    {.name = "price", .min = 0, .max = 10},
    {.name = "regions", .max = 2, .text = Text::pattern},
};
constexpr std::span<const FieldRule> rules(const Planting*) {
  return kPlantingRules;
}
void refine_schema(const Planting*, object& schema) {
  schema["minProperties"] = 1;
}

value json_of(std::string_view text) {
  return *parse(text);
}

TEST(Schema, OfWhatPeopleSendHasItsRulesDefaultsAndNothingElse) {
  Schemas schemas;
  EXPECT_EQ(print(schemas.of<Planting>()), R"({"$ref":"#/components/schemas/Planting"})");
  EXPECT_EQ(value(schemas.components().at("Planting")), json_of(R"({
    "type": "object",
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 8, "pattern": "^[A-Za-z0-9_.-]*$",
               "description": "What it is."},
      "shade": {"type": "string", "enum": ["light", "dark"], "default": "dark"},
      "price": {"type": "number", "minimum": 0, "maximum": 10, "default": 0.0},
      "growth": {"type": "string", "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$",
                 "minLength": 2, "examples": ["45m", "1h30m", "3d"]},
      "regions": {"type": "array", "maxItems": 2,
                  "items": {"type": "string", "pattern": "^[A-Za-z0-9_.*?:-]*$"}},
      "leaf": {"$ref": "#/components/schemas/Leaf"}},
    "required": ["name"],
    "additionalProperties": false,
    "minProperties": 1})"));
}

TEST(Schema, OfWhatWeAnswerRequiresAllButTheOptionals) {
  Schemas schemas;
  schemas.of<std::vector<TreeView>>();
  EXPECT_EQ(value(schemas.components().at("TreeView")), json_of(R"({
    "type": "object",
    "properties": {
      "id": {"type": "string"},
      "felled_at": {"type": "string", "format": "date-time"},
      "leaves": {"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}},
      "tags": {"type": "object", "additionalProperties": {"type": "string"}},
      "anything": {}},
    "required": ["id", "leaves", "tags", "anything"]})"));
  EXPECT_TRUE(schemas.components().contains("Leaf"));
}

}  // namespace
}  // namespace mayfly::json
