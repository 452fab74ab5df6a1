#include "rest/openapi.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "json/parse.h"
#include "json/print.h"

namespace mayfly::rest {
namespace {

using json::object;
using json::value;

const object& document() {
  static const value made = openapi_document(operations(), "1.2.3");
  return made.get_object();
}

// What a JSON pointer reference of the document refers to; nullptr when it is dangling.
const value* referred(std::string_view reference) {
  if (!reference.starts_with("#/")) return nullptr;
  boost::system::error_code error;
  static const value whole = document();
  return whole.find_pointer(reference.substr(1), error);
}

void collect_references(const value& tree, std::set<std::string>& references) {
  if (const auto* items = tree.if_array()) {
    for (const value& item : *items) collect_references(item, references);
  }
  if (const auto* members = tree.if_object()) {
    for (const auto& member : *members) {
      if (member.key() == "$ref") references.insert(std::string(member.value().as_string()));
      collect_references(member.value(), references);
    }
  }
}

const object& operation_at(std::string_view path, std::string_view method) {
  return document().at("paths").at(path).at(method).as_object();
}

TEST(OpenApi, HasTheFrameOfVersion31) {
  EXPECT_EQ(document().at("openapi").as_string(), "3.1.0");
  EXPECT_EQ(document().at("info").at("version").as_string(), "1.2.3");
  EXPECT_FALSE(document().at("info").at("title").as_string().empty());
  EXPECT_TRUE(document().at("components").at("schemas").is_object());
}

TEST(OpenApi, HasEveryOperationUnderANameOfItsOwn) {
  std::set<std::string> names;
  std::size_t count = 0;
  for (const auto& path : document().at("paths").as_object()) {
    for (const auto& [method, operation] : path.value().as_object()) {
      names.insert(std::string(operation.at("operationId").as_string()));
      ++count;
    }
  }
  EXPECT_EQ(count, operations().size());
  EXPECT_EQ(names.size(), operations().size());
  EXPECT_EQ(operation_at("/users/{UserId}/keys/{KeyId}/test", "post").at("operationId").as_string(),
            "testKey");
}

TEST(OpenApi, DeclaresExactlyTheParametersOfEachPath) {
  const std::regex variable("\\{([A-Za-z]+)\\}");
  for (const auto& path : document().at("paths").as_object()) {
    const std::string text(path.key());
    std::set<std::string> in_path;
    for (std::sregex_iterator found(text.begin(), text.end(), variable), end; found != end;
         ++found) {
      in_path.insert((*found)[1]);
    }
    for (const auto& [method, operation] : path.value().as_object()) {
      std::set<std::string> declared;
      const value* parameters = operation.as_object().if_contains("parameters");
      for (const value& parameter : parameters ? parameters->as_array() : json::array()) {
        if (parameter.at("in").as_string() != "path") continue;
        EXPECT_TRUE(parameter.at("required").as_bool());
        declared.insert(std::string(parameter.at("name").as_string()));
      }
      EXPECT_EQ(declared, in_path) << text;
    }
  }
}

TEST(OpenApi, ResolvesEveryReference) {
  std::set<std::string> references;
  collect_references(document(), references);
  EXPECT_GT(references.size(), 20U);
  for (const std::string& reference : references)
    EXPECT_NE(referred(reference), nullptr) << reference;
}

TEST(OpenApi, SaysHowEveryOperationCanFail) {
  for (const Operation& operation : operations()) {
    if (operation.access != Access::owner) continue;
    bool found = false;
    for (const auto& path : document().at("paths").as_object()) {
      for (const auto& [method, described] : path.value().as_object()) {
        if (described.at("operationId").as_string() != operation.name) continue;
        found = true;
        const object& responses = described.at("responses").as_object();
        for (const char* status : {"400", "401", "403", "404", "503"}) {
          EXPECT_TRUE(responses.contains(status)) << operation.name << status;
        }
        for (const char* status : {"413", "415", "422"}) {
          const bool has = responses.contains(status);
          EXPECT_TRUE(has || operation.body == Body::none) << operation.name << status;
        }
      }
    }
    EXPECT_TRUE(found) << operation.name;
  }
}

TEST(OpenApi, DescribesRequestsByTheirRules) {
  const value& request = document().at("components").at("schemas").at("Request");
  EXPECT_EQ(json::print(request.at("required")), R"(["kind"])");
  EXPECT_EQ(json::print(request.at("properties").at("count").at("maximum")), "100");
  EXPECT_EQ(json::print(request.at("properties").at("disk_gib").at("default")), "25");
  EXPECT_FALSE(request.at("additionalProperties").as_bool());
  const value& body = operation_at("/users/{UserId}/keys", "post").at("requestBody");
  EXPECT_EQ(body.at("content").at("application/json").at("schema").at("oneOf").as_array().size(),
            2U);
}

// What is required depends on the kind, and so the document says.
TEST(OpenApi, RequiresOfEachKindOfRequestWhatItNeeds) {
  const value& request = document().at("components").at("schemas").at("Request");
  EXPECT_EQ(json::print(request.at("allOf")),
            R"([{"if":{"properties":{"kind":{"const":"vm"}},"required":["kind"]},)"
            R"("then":{"required":["count"]}},)"
            R"({"if":{"properties":{"kind":{"const":"cluster"}},"required":["kind"]},)"
            R"("then":{"required":["nodes"]}}])");
  for (const char* field : {"nodes", "release", "applications", "idle_timeout", "spot_workers",
                            "log_uri", "subnet", "open_to"}) {
    const value& property = request.at("properties").at(field);
    EXPECT_FALSE(property.at("description").as_string().empty()) << field;
    EXPECT_FALSE(property.as_object().contains("default")) << field << " is of clusters only";
  }
}

TEST(OpenApi, NeverAnswersASecret) {
  const object& schemas = document().at("components").at("schemas").as_object();
  for (const auto& schema : schemas) {
    const bool is_sent = schema.key() == "AwsKey" || schema.key() == "DigitalOceanKey";
    if (is_sent) continue;
    const value* properties = schema.value().as_object().if_contains("properties");
    if (!properties) continue;
    for (const char* secret : {"token", "secret_access_key", "session_token", "sealed"}) {
      EXPECT_FALSE(properties->as_object().contains(secret)) << std::string_view(schema.key());
    }
  }
}

}  // namespace
}  // namespace mayfly::rest
