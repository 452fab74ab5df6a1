// EMR refuses with two codes, ValidationException and InvalidRequestException, and lets clusters
// die of one, VALIDATION_ERROR. What it means is in the text, and the text is the same in both
// places. It is written for people and promised nowhere, so a rule looks for as little of it as
// tells it apart, and what no rule knows is treated by where it was said.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "clouds/aws_words.h"
#include "clouds/classify.h"

namespace mayfly::clouds {
namespace {

constexpr std::string_view kRolesRemedy =
    " EMR's default roles are missing or may not be used: run `aws emr create-default-roles` once "
    "in this account; the key's policy must allow iam:PassRole on EMR_DefaultRole and "
    "EMR_EC2_DefaultRole.";
constexpr std::string_view kSubnetRemedy =
    " Check the subnet and its route to the internet, or name another one in `subnet`.";
constexpr std::string_view kGroupRemedy =
    " Check the rules of the security groups named mayfly: EMR's Block Public Access allows port "
    "22 alone to be open to everybody.";

struct EmrMeaning {
  Reaction reaction;
  std::string_view remedy = {};
};

bool says_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return says(text, word); });
}

bool is_about_roles(std::string_view text) {
  return says_any(text, {"_defaultrole", "instance profile", "instanceprofile", "service role",
                         "servicerole", "iam role", "iam:passrole"});
}

bool is_about_missing_cluster(std::string_view text) {
  return says_any(text, {"job flow", "jobflow", "cluster id", "clusterid"}) &&
         says_any(text, {"not valid", "invalid", "does not exist", "not found"});
}

// "m5.large is not supported": nowhere in the region, unless it says that it is the zone's fault.
EmrMeaning misfit_of_type(std::string_view text) {
  const bool zone = says_any(text, {"availability zone", "requested zone"});
  return {zone ? Reaction::next_zone : Reaction::next_offer};
}

bool is_about_type(std::string_view text) {
  return says(text, "instance type") && says_any(text, {"not supported", "unsupported", "not valid",
                                                        "invalid", "not available", "not offered"});
}

// nullopt: a text that no rule knows. The first rule that fits counts: "The subnet does not have
// enough free addresses" is about room, not about a wrong subnet.
std::optional<EmrMeaning> meaning_of(std::string_view text) {
  if (says_any(text, {"termination protect", "termination-protect"})) {
    return EmrMeaning{Reaction::unprotect};
  }
  if (says_any(text, {"throttl", "rate exceeded", "request limit", "requestlimit"})) {
    return EmrMeaning{Reaction::again};
  }
  if (says_any(text, {"capacity", "free address", "free private", "freeaddresses"})) {
    return EmrMeaning{Reaction::next_zone};
  }
  if (is_about_missing_cluster(text)) return EmrMeaning{Reaction::gone};
  if (is_about_roles(text)) return EmrMeaning{Reaction::fatal, kRolesRemedy};
  if (says_any(text, {"public access", "publicaccess"})) {
    return EmrMeaning{Reaction::fatal, kGroupRemedy};
  }
  if (says(text, "spot") && says_any(text, {"limit", "exceed", "price"})) {
    return EmrMeaning{Reaction::next_offer};
  }
  if (says_any(text, {"limit", "quota"})) {
    return EmrMeaning{Reaction::skip_quota, " Ask for a higher limit under Service Quotas."};
  }
  if (is_about_type(text)) return misfit_of_type(text);
  if (says_any(text, {"subnet", "vpc"})) return EmrMeaning{Reaction::fatal, kSubnetRemedy};
  if (says(text, "security group")) return EmrMeaning{Reaction::fatal, kGroupRemedy};
  return std::nullopt;
}

bool leaves_it_to_the_text(std::string_view code) {
  constexpr std::array<std::string_view, 4> kCodes = {"ValidationException", "ValidationError",
                                                      "InvalidRequestException", "NoSuchCluster"};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

// Nothing was started yet when EMR finds a request invalid, so a text that nobody has seen costs
// little when it is taken for this offer's fault alone.
EmrMeaning meaning_of_invalid(std::string_view text) {
  const std::optional<EmrMeaning> known = meaning_of(text);
  // It has no other subject than the nodes that were to be started.
  if (!known && says_any(text, {"not supported", "unsupported"})) return misfit_of_type(text);
  if (!known || known->reaction == Reaction::gone || known->reaction == Reaction::unprotect) {
    return {Reaction::next_offer};
  }
  if (known->reaction == Reaction::again) return {Reaction::next_zone};
  return *known;
}

std::optional<EmrMeaning> meaning_of_end(std::string_view code, std::string_view text) {
  if (code == "VALIDATION_ERROR") return meaning_of_invalid(text);
  // AWS tells of an account's vCPU quota under this code, too.
  if (code == "INTERNAL_ERROR" && says_any(text, {"quota", "vcpu limit"})) {
    return meaning_of_invalid(text);
  }
  if (code == "INSTANCE_FAILURE" || code == "INTERNAL_ERROR" || code == "INSTANCE_FLEET_TIMEOUT") {
    return EmrMeaning{Reaction::next_zone};
  }
  // We give no bootstrap actions of our own, so this is EMR's installation that failed on a node:
  // mostly a bad node or a repository that could not be reached, and seldom applications that do
  // not go together. Only another try can tell the two apart, and tries are few and have a
  // deadline.
  if (code == "BOOTSTRAP_FAILURE") return EmrMeaning{Reaction::next_offer};
  // USER_REQUEST, STEP_FAILURE, ALL_STEPS_COMPLETED: somebody else's doing.
  return std::nullopt;
}

}  // namespace

CloudFailure classify_emr(std::string_view operation, std::string_view code, int http_status,
                          std::string_view message) {
  CloudFailure failure = classify_aws(operation, code, http_status, message);
  // Also for roles that do not exist: EMR cannot say more than that they may not be passed.
  const bool roles = code.starts_with("AccessDenied") && says(message, "iam:passrole");
  if (!leaves_it_to_the_text(code) && !roles) return failure;
  if (const std::optional<EmrMeaning> known = meaning_of(message)) {
    failure.reaction = known->reaction;
    failure.message += known->remedy;
  }
  return failure;
}

ClusterEnd classify_emr_end(std::string_view code, std::string_view message) {
  const std::optional<EmrMeaning> meaning = meaning_of_end(code, message);
  ClusterEnd end{.reason = std::string(code), .means = std::nullopt};
  if (const std::string words = aws_words(message); !words.empty()) {
    if (!end.reason.empty()) end.reason += ": ";
    end.reason += words;
  }
  if (!meaning) return end;
  end.means = meaning->reaction;
  if (!meaning->remedy.empty()) end.reason += fmt::format(".{}", meaning->remedy);
  return end;
}

}  // namespace mayfly::clouds
