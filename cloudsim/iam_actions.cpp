#include "iam_actions.h"

#include <fmt/format.h>

#include "simulator.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

// What `aws emr create-default-roles` makes; the instance profile has its role's name.
constexpr char kServiceRole[] = "EMR_DefaultRole";
constexpr char kNodesRole[] = "EMR_EC2_DefaultRole";
constexpr char kCreated[] = "2026-01-02T03:04:05Z";

struct IamDocument {
  pugi::xml_document document;
  pugi::xml_node result;

  IamDocument(const std::string& action, const std::string& request_id) {
    pugi::xml_node response = document.append_child((action + "Response").c_str());
    response.append_attribute("xmlns").set_value("https://iam.amazonaws.com/doc/2010-05-08/");
    result = response.append_child((action + "Result").c_str());
    put(response.append_child("ResponseMetadata"), "RequestId", request_id);
  }
};

void put_role(pugi::xml_node role, std::string_view name, std::string_view trusts) {
  put(role, "Path", "/");
  put(role, "RoleName", std::string(name));
  put(role, "RoleId", fmt::format("AROA{:0>17}", name.size()));
  put(role, "Arn", fmt::format("arn:aws:iam::{}:role/{}", kAwsAccount, name));
  put(role, "CreateDate", kCreated);
  // IAM gives documents percent-encoded.
  put(role, "AssumeRolePolicyDocument",
      fmt::format("%7B%22Version%22%3A%222008-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22"
                  "Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22{}%22%7D%2C%22Action%22%3A%22"
                  "sts%3AAssumeRole%22%7D%5D%7D",
                  trusts));
}

std::unexpected<sim::CloudError> no_entity(std::string_view what, const std::string& name) {
  return sim::refuse(404, "NoSuchEntity", fmt::format("{} {} cannot be found.", what, name));
}

sim::Outcome<std::string> get_role(const AwsAccount& account, const std::string& name,
                                   const std::string& request_id) {
  const bool service = name == kServiceRole;
  if (!account.emr_roles || (!service && name != kNodesRole)) {
    return no_entity("The role with name", name);
  }
  IamDocument answer("GetRole", request_id);
  put_role(answer.result.append_child("Role"), name,
           service ? "elasticmapreduce.amazonaws.com" : "ec2.amazonaws.com");
  return to_text(answer.document);
}

sim::Outcome<std::string> get_instance_profile(const AwsAccount& account, const std::string& name,
                                               const std::string& request_id) {
  if (!account.emr_roles || name != kNodesRole) {
    return no_entity("Instance Profile", name);
  }
  IamDocument answer("GetInstanceProfile", request_id);
  pugi::xml_node profile = answer.result.append_child("InstanceProfile");
  put(profile, "Path", "/");
  put(profile, "InstanceProfileName", name);
  put(profile, "InstanceProfileId", "AIPAEXAMPLE0000000001");
  put(profile, "Arn", fmt::format("arn:aws:iam::{}:instance-profile/{}", kAwsAccount, name));
  put(profile, "CreateDate", kCreated);
  put_role(profile.append_child("Roles").append_child("member"), name, "ec2.amazonaws.com");
  return to_text(answer.document);
}

}  // namespace

sim::Outcome<std::string> iam_answer(const AwsAccount& account, const Form& form,
                                     const std::string& request_id) {
  const std::string action = form.text("Action");
  if (action == "GetRole") return get_role(account, form.text("RoleName"), request_id);
  if (action == "GetInstanceProfile") {
    return get_instance_profile(account, form.text("InstanceProfileName"), request_id);
  }
  return sim::refuse(400, "InvalidAction",
                     fmt::format("Could not find operation {} for version 2010-05-08", action));
}

}  // namespace mayfly::cloudsim
