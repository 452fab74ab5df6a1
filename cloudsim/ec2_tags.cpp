#include <fmt/format.h>

#include "clouds/sim/ec2.h"
#include "ec2_actions.h"
#include "filters.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

using sim::Outcome;
using sim::refuse;
using Tags = std::map<std::string, std::string>;
using Texts = std::optional<std::vector<std::string>>;

// The tags of an instance or a security group; nullptr when there is no such thing.
Outcome<Tags*> tags_of(Ec2& ec2, const Ec2Call& call, const std::string& id) {
  if (id.starts_with("sg-")) {
    Group* group = ec2.groups.find(call.region, id);
    if (group) return &group->tags;
    return refuse(400, "InvalidGroup.NotFound",
                  fmt::format("The security group '{}' does not exist", id));
  }
  if (id.starts_with("i-")) {
    const auto machines = sim::ec2::describe_ids(ec2.world, call.account, call.region, {id});
    if (!machines) return std::unexpected(machines.error());
    return &machines->front()->tags;
  }
  return refuse(400, "InvalidID", fmt::format("The ID '{}' is not valid", id));
}

Outcome<void> put_tag_rows(pugi::xml_node set, const std::vector<Filter>& filters,
                           const std::string& id, std::string type, const Tags& tags) {
  for (const auto& [key, value] : tags) {
    const auto pass = passes(filters, [&](std::string_view name) -> Texts {
      if (name == "resource-id") return {{id}};
      if (name == "resource-type") return {{type}};
      if (name == "key") return {{key}};
      if (name == "value") return {{value}};
      return std::nullopt;
    });
    if (!pass) return std::unexpected(pass.error());
    if (!*pass) continue;
    pugi::xml_node item = set.append_child("item");
    put(item, "resourceId", id);
    put(item, "resourceType", type);
    put(item, "key", key);
    put(item, "value", value);
  }
  return {};
}

}  // namespace

Outcome<std::string> create_tags(Ec2& ec2, const Ec2Call& call) {
  std::vector<Tags*> things;
  for (const std::string& id : call.form.list("ResourceId")) {
    const auto tags = tags_of(ec2, call, id);
    if (!tags) return std::unexpected(tags.error());
    things.push_back(*tags);
  }
  const Tags wanted = call.form.tags("Tag");
  if (things.empty() || wanted.empty()) {
    return refuse(400, "MissingParameter",
                  "The request must contain the parameters ResourceId and Tag");
  }
  for (Tags* tags : things) {
    for (const auto& [key, value] : wanted) (*tags)[key] = value;
  }
  return say_true("CreateTags", call.request_id);
}

Outcome<std::string> describe_tags(Ec2& ec2, const Ec2Call& call) {
  const std::vector<Filter> filters = filters_of(call.form);
  XmlAnswer answer("DescribeTags", call.request_id);
  pugi::xml_node set = answer.root().append_child("tagSet");
  for (const sim::Machine* machine : sim::ec2::describe(ec2.world, call.account, call.region)) {
    if (auto put_all = put_tag_rows(set, filters, machine->id, "instance", machine->tags);
        !put_all) {
      return std::unexpected(put_all.error());
    }
  }
  for (const auto& [id, group] : ec2.groups.in(call.region)) {
    if (auto put_all = put_tag_rows(set, filters, id, "security-group", group.tags); !put_all) {
      return std::unexpected(put_all.error());
    }
  }
  return answer.text();
}

}  // namespace mayfly::cloudsim
