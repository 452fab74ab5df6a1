#include "rest/new_key.h"

namespace mayfly::rest {
namespace {

Result<service::NewKey> read_aws_key(const json::value& body) {
  TRY(const AwsKey key, json::decode<AwsKey>(body));
  return service::NewKey{.cloud = "aws",
                         .id = key.access_key_id,
                         .secret = Secret(key.secret_access_key),
                         .session_token = Secret(key.session_token.value_or("")),
                         .region = key.region.value_or("")};
}

Result<service::NewKey> read_digitalocean_key(const json::value& body) {
  TRY(const DigitalOceanKey key, json::decode<DigitalOceanKey>(body));
  return service::NewKey{.cloud = "digitalocean", .secret = Secret(key.token)};
}

}  // namespace

Result<service::NewKey> read_new_key(const json::value& body) {
  const json::value* cloud = body.get_object().if_contains("cloud");
  const boost::json::string* name = cloud ? cloud->if_string() : nullptr;
  if (name && *name == "aws") return read_aws_key(body);
  if (name && *name == "digitalocean") return read_digitalocean_key(body);
  return fail_field("cloud", cloud ? "must be 'aws' or 'digitalocean'" : "is required");
}

json::object new_key_schema(json::Schemas& schemas) {
  json::object aws = schemas.of<AwsKey>();
  json::object digitalocean = schemas.of<DigitalOceanKey>();
  json::object mapping{{"aws", aws.at("$ref")}, {"digitalocean", digitalocean.at("$ref")}};
  return {
      {"oneOf", json::array{std::move(aws), std::move(digitalocean)}},
      {"discriminator", json::object{{"propertyName", "cloud"}, {"mapping", std::move(mapping)}}}};
}

}  // namespace mayfly::rest
