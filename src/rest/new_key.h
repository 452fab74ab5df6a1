// What POST /users/:UserId/keys takes: another set of fields for each cloud. Nothing of it is ever
// answered, logged or put into an error.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "json/codec.h"
#include "json/schema.h"
#include "service/service.h"

namespace mayfly::rest {

enum class OnlyAws { aws };
BOOST_DESCRIBE_ENUM(OnlyAws, aws)
enum class OnlyDigitalOcean { digitalocean };
BOOST_DESCRIBE_ENUM(OnlyDigitalOcean, digitalocean)

struct AwsKey {
  OnlyAws cloud = OnlyAws::aws;
  std::string access_key_id;
  std::string secret_access_key;
  std::optional<std::string> session_token;
  std::optional<std::string> region;
};
BOOST_DESCRIBE_STRUCT(AwsKey, (), (cloud, access_key_id, secret_access_key, session_token, region))

inline constexpr json::FieldRule kAwsKeyRules[] = {
    {.name = "cloud", .required = true},
    {.name = "access_key_id", .required = true, .min = 1, .max = 128, .text = json::Text::name},
    {.name = "secret_access_key", .required = true, .min = 1, .max = 256, .text = json::Text::line},
    {.name = "session_token",
     .doc = "Of temporary credentials.",
     .min = 1,
     .max = 8192,
     .text = json::Text::line},
    {.name = "region",
     .doc = "Where the key is tested; us-east-1 unless given.",
     .min = 1,
     .max = 64,
     .text = json::Text::name},
};
constexpr std::span<const json::FieldRule> rules(const AwsKey*) {
  return kAwsKeyRules;
}

struct DigitalOceanKey {
  OnlyDigitalOcean cloud = OnlyDigitalOcean::digitalocean;
  std::string token;
};
BOOST_DESCRIBE_STRUCT(DigitalOceanKey, (), (cloud, token))

inline constexpr json::FieldRule kDigitalOceanKeyRules[] = {
    {.name = "cloud", .required = true},
    {.name = "token",
     .doc = "A personal access token.",
     .required = true,
     .min = 1,
     .max = 256,
     .text = json::Text::line},
};
constexpr std::span<const json::FieldRule> rules(const DigitalOceanKey*) {
  return kDigitalOceanKeyRules;
}

// Precondition: the body is an object.
Result<service::NewKey> read_new_key(const json::value& body);
json::object new_key_schema(json::Schemas& schemas);

}  // namespace mayfly::rest
