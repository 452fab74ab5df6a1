#include "rest/new_key.h"

#include <gtest/gtest.h>

#include "json/parse.h"

namespace mayfly::rest {
namespace {

Result<service::NewKey> read_key(std::string_view text) {
  return read_new_key(*json::parse(text));
}

std::vector<std::string> wrong_key_fields(std::string_view text) {
  std::vector<std::string> names;
  const auto key = read_key(text);
  if (key) return names;
  EXPECT_EQ(key.error().code, ErrorCode::invalid);
  for (const FieldError& field : key.error().fields) names.push_back(field.field);
  return names;
}

using Names = std::vector<std::string>;

TEST(NewKey, OfAws) {
  const auto key = read_key(R"({"cloud":"aws","access_key_id":"AKIA1","secret_access_key":"s/+x",
                           "session_token":"t","region":"eu-central-1"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->cloud, "aws");
  EXPECT_EQ(key->id, "AKIA1");
  EXPECT_EQ(key->secret.reveal(), "s/+x");
  EXPECT_EQ(key->session_token.reveal(), "t");
  EXPECT_EQ(key->region, "eu-central-1");
}

TEST(NewKey, OfDigitalOcean) {
  const auto key = read_key(R"({"cloud":"digitalocean","token":"dop_v1_x"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->cloud, "digitalocean");
  EXPECT_EQ(key->id, "");
  EXPECT_EQ(key->secret.reveal(), "dop_v1_x");
}

TEST(NewKey, NamesWhatIsMissingForItsCloud) {
  EXPECT_EQ(wrong_key_fields(R"({"cloud":"aws"})"), (Names{"access_key_id", "secret_access_key"}));
  EXPECT_EQ(wrong_key_fields(R"({"cloud":"digitalocean"})"), Names{"token"});
  EXPECT_EQ(wrong_key_fields(R"({"token":"x"})"), Names{"cloud"});
  for (const char* body :
       {R"({"cloud":"azure"})", R"({"cloud":null})", R"({"cloud":1})", R"({"cloud":"AWS"})"}) {
    EXPECT_EQ(wrong_key_fields(body), Names{"cloud"}) << body;
  }
}

TEST(NewKey, RefusesFieldsOfAnotherCloud) {
  EXPECT_EQ(wrong_key_fields(
                R"({"cloud":"digitalocean","token":"x","region":"nyc1","secret_access_key":"y"})"),
            (Names{"region", "secret_access_key"}));
  EXPECT_EQ(wrong_key_fields(
                R"({"cloud":"aws","access_key_id":"a","secret_access_key":"b","token":"c"})"),
            Names{"token"});
}

TEST(NewKey, NeverRepeatsASecret) {
  for (const char* body :
       {R"({"cloud":"digitalocean","token":"hush\u0001hush"})",
        R"({"cloud":"digitalocean","token":["hush"]})",
        R"({"cloud":"aws","access_key_id":"hush hush","secret_access_key":"hush\n"})",
        R"({"cloud":"hush"})"}) {
    const auto key = read_key(body);
    ASSERT_FALSE(key) << body;
    EXPECT_EQ(key.error().message.find("hush"), std::string::npos) << key.error().message;
    for (const FieldError& field : key.error().fields) {
      EXPECT_EQ(field.message.find("hush"), std::string::npos) << field.message;
    }
  }
}

}  // namespace
}  // namespace mayfly::rest
