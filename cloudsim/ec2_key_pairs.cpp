// Key pairs over the wire.
#include <fmt/format.h>

#include <algorithm>

#include "decode_base64.h"
#include "ec2_actions.h"
#include "filters.h"
#include "instance_xml.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

using sim::Outcome;
using sim::refuse;

void put_key_pair(pugi::xml_node item, const KeyPair& pair) {
  put(item, "keyPairId", pair.id);
  put(item, "keyName", pair.name);
  put(item, "keyFingerprint", pair.fingerprint);
}

}  // namespace

Outcome<std::string> import_key_pair(Ec2& ec2, const Ec2Call& call) {
  const Form& form = call.form;
  const std::string name = form.text("KeyName");
  if (name.empty())
    return refuse(400, "MissingParameter", "The request must contain the parameter KeyName");
  auto line = decode_base64(form.text("PublicKeyMaterial"));
  if (!line)
    return refuse(400, "InvalidKey.Format", "Key is not in valid OpenSSH public key format");
  const auto pair = ec2.key_pairs.import(call.region, name, *std::move(line),
                                         form.tags("TagSpecification.1.Tag"));
  if (!pair) return std::unexpected(pair.error());
  XmlAnswer answer("ImportKeyPair", call.request_id);
  put_key_pair(answer.root(), *pair);
  put_tags(answer.root(), pair->tags);
  return answer.text();
}

Outcome<std::string> describe_key_pairs(Ec2& ec2, const Ec2Call& call) {
  const std::vector<std::string> names = call.form.list("KeyName");
  const std::vector<Filter> filters = filters_of(call.form);
  for (const std::string& name : names) {
    if (!ec2.key_pairs.find(call.region, name))
      return refuse(400, "InvalidKeyPair.NotFound",
                    fmt::format("The key pair '{}' does not exist", name));
  }
  XmlAnswer answer("DescribeKeyPairs", call.request_id);
  pugi::xml_node set = answer.root().append_child("keySet");
  for (const auto& [name, pair] : ec2.key_pairs.in(call.region)) {
    if (!names.empty() && std::ranges::find(names, name) == names.end()) continue;
    const auto pass =
        passes(filters, [&](std::string_view field) -> std::optional<std::vector<std::string>> {
          if (field == "key-name") return {{pair.name}};
          if (field == "key-pair-id") return {{pair.id}};
          if (field == "fingerprint") return {{pair.fingerprint}};
          if (!field.starts_with("tag:")) return std::nullopt;
          const auto tag = pair.tags.find(std::string(field.substr(4)));
          return tag == pair.tags.end() ? std::vector<std::string>{} : std::vector{tag->second};
        });
    if (!pass) return std::unexpected(pass.error());
    if (!*pass) continue;
    pugi::xml_node item = set.append_child("item");
    put_key_pair(item, pair);
    put(item, "keyType", pair.type);
    put_tags(item, pair.tags);
  }
  return answer.text();
}

// Also says yes to one that is not there.
Outcome<std::string> delete_key_pair(Ec2& ec2, const Ec2Call& call) {
  ec2.key_pairs.erase(call.region, call.form.text("KeyName"));
  return say_true("DeleteKeyPair", call.request_id);
}

}  // namespace mayfly::cloudsim
