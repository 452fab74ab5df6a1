// EC2's HTTP statuses mislead: "no capacity" is 500, "not allowed in this region" is 401, and both
// "you may not" and "your account is young" are 4xx. So the code decides; the status only speaks
// where there is no code, or one that we have never seen.
#include "clouds/classify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "clouds/aws_words.h"

namespace mayfly::clouds {
namespace {

struct AwsRow {
  std::string_view code;
  Reaction reaction;
};

constexpr std::array kAwsRows{
    // Throttled: certainly nothing happened.
    AwsRow{"RequestLimitExceeded", Reaction::again},
    AwsRow{"EC2ThrottledException", Reaction::again},
    AwsRow{"Throttling", Reaction::again},
    AwsRow{"ThrottlingException", Reaction::again},
    AwsRow{"TooManyRequestsException", Reaction::again},
    AwsRow{"RequestThrottled", Reaction::again},
    AwsRow{"SlowDown", Reaction::again},
    AwsRow{"BandwidthLimitExceeded", Reaction::again},
    AwsRow{"PriorRequestNotComplete", Reaction::again},
    // The server lost its way: anything may have happened.
    AwsRow{"InternalError", Reaction::ambiguous},
    AwsRow{"InternalFailure", Reaction::ambiguous},
    AwsRow{"InternalServerError", Reaction::ambiguous},
    AwsRow{"InternalServerException", Reaction::ambiguous},
    AwsRow{"ServiceUnavailable", Reaction::ambiguous},
    AwsRow{"Unavailable", Reaction::ambiguous},
    // No room here for this type. Repeating only burns the allowance of launches.
    AwsRow{"InsufficientInstanceCapacity", Reaction::next_zone},
    AwsRow{"InsufficientHostCapacity", Reaction::next_zone},
    AwsRow{"InsufficientReservedInstanceCapacity", Reaction::next_zone},
    AwsRow{"UnfulfillableCapacity", Reaction::next_zone},
    AwsRow{"ReservationCapacityExceeded", Reaction::next_zone},
    AwsRow{"InsufficientFreeAddressesInSubnet", Reaction::next_zone},
    AwsRow{"Unsupported", Reaction::next_zone},
    // The account's limits: of a class of types, of spot, of something else in the region.
    AwsRow{"VcpuLimitExceeded", Reaction::skip_quota},
    AwsRow{"InstanceLimitExceeded", Reaction::skip_quota},
    AwsRow{"MaxSpotInstanceCountExceeded", Reaction::next_offer},
    AwsRow{"SpotMaxPriceTooLow", Reaction::next_offer},
    AwsRow{"VolumeLimitExceeded", Reaction::skip_region},
    AwsRow{"AddressLimitExceeded", Reaction::skip_region},
    AwsRow{"SecurityGroupLimitExceeded", Reaction::skip_region},
    AwsRow{"ResourceLimitExceeded", Reaction::skip_region},
    // Known, but not allowed: of this account no other key helps, of this key no waiting.
    AwsRow{"UnauthorizedOperation", Reaction::skip_cloud},
    AwsRow{"AccessDenied", Reaction::skip_cloud},
    AwsRow{"AccessDeniedException", Reaction::skip_cloud},
    AwsRow{"Blocked", Reaction::skip_cloud},
    // Not known who asks: what was started with this key waits for the next. (The driver has ruled
    // out a wrong clock before; what is still expired says that our clock cannot be mended.)
    AwsRow{"AuthFailure", Reaction::key_refused},
    AwsRow{"InvalidClientTokenId", Reaction::key_refused},
    AwsRow{"InvalidAccessKeyId", Reaction::key_refused},
    AwsRow{"SignatureDoesNotMatch", Reaction::key_refused},
    AwsRow{"InvalidSignatureException", Reaction::key_refused},
    AwsRow{"IncompleteSignature", Reaction::key_refused},
    AwsRow{"IncompleteSignatureException", Reaction::key_refused},
    AwsRow{"MissingAuthenticationToken", Reaction::key_refused},
    AwsRow{"MissingAuthenticationTokenException", Reaction::key_refused},
    AwsRow{"ExpiredToken", Reaction::key_refused},
    AwsRow{"ExpiredTokenException", Reaction::key_refused},
    AwsRow{"UnrecognizedClientException", Reaction::key_refused},
    AwsRow{"RequestExpired", Reaction::skip_cloud},
    // The region is not enabled, or not yet. (OptInRequired is told apart by its text.)
    AwsRow{"PendingVerification", Reaction::skip_region},
    // Without a default VPC nothing of ours can start in this region; others have theirs.
    AwsRow{"VPCIdNotSpecified", Reaction::skip_region},
    // Images are published region by region.
    AwsRow{"ParameterNotFound", Reaction::skip_region},
    // The token was used before with other parameters, so its machines may exist: look, never
    // take a new token blindly.
    AwsRow{"IdempotentParameterMismatch", Reaction::ambiguous},
    AwsRow{"InvalidInstanceID.NotFound", Reaction::gone},
    AwsRow{"NoSuchCluster", Reaction::gone},
    AwsRow{"OperationNotPermitted", Reaction::unprotect},
    AwsRow{"IncorrectInstanceState", Reaction::again},
    AwsRow{"DependencyViolation", Reaction::again},
    // The dry run passed: nothing happened, and nothing forbids it.
    AwsRow{"DryRunOperation", Reaction::again},
    // The request itself is wrong.
    AwsRow{"InvalidInstanceID.Malformed", Reaction::fatal},
    AwsRow{"InvalidAMIID.NotFound", Reaction::fatal},
    AwsRow{"InvalidAMIID.Malformed", Reaction::fatal},
    AwsRow{"InvalidAMIID.Unavailable", Reaction::fatal},
    AwsRow{"InvalidParameterValue", Reaction::fatal},
    AwsRow{"InvalidParameterCombination", Reaction::fatal},
    AwsRow{"MissingParameter", Reaction::fatal},
    AwsRow{"UnknownParameter", Reaction::fatal},
    AwsRow{"InvalidKeyPair.NotFound", Reaction::fatal},
    AwsRow{"InvalidSubnetID.NotFound", Reaction::fatal},
    AwsRow{"InvalidGroup.NotFound", Reaction::fatal},
    AwsRow{"ValidationError", Reaction::fatal},
    AwsRow{"ValidationException", Reaction::fatal},
    AwsRow{"InvalidRequestException", Reaction::fatal},
};

// "You are not subscribed to this service" and "you need to accept terms and subscribe" are about
// the whole account, everything else about the region that was asked.
Reaction reaction_to_opt_in(std::string_view message) {
  return says(message, "subscri") ? Reaction::skip_cloud : Reaction::skip_region;
}

// For codes that are not in the table. AWS names its errors by families, so a new member of one is
// understood; another unknown refusal is taken for this offer's, because a request given up that
// another cloud would have met is worse than some free refusals.
Reaction reaction_to_unknown(std::string_view code, int http_status) {
  if (http_status == 429) return Reaction::again;
  if (http_status == 401 || http_status == 403) return Reaction::skip_cloud;
  if (code.starts_with("Insufficient")) return Reaction::next_zone;
  if (code.ends_with("LimitExceeded")) return Reaction::skip_region;
  // Without a code something between us and AWS has spoken, and what AWS did is not known.
  const bool refused = !code.empty() && http_status >= 400 && http_status < 500;
  return refused ? Reaction::next_offer : Reaction::ambiguous;
}

Reaction aws_reaction(std::string_view code, int http_status, std::string_view message) {
  if (code == "OptInRequired") return reaction_to_opt_in(message);
  const auto row = std::ranges::find(kAwsRows, code, &AwsRow::code);
  return row != kAwsRows.end() ? row->reaction : reaction_to_unknown(code, http_status);
}

// "ec2:RunInstances", as policies name it.
std::string action_of(std::string_view operation, std::string_view message) {
  if (says(message, "iam:passrole")) return "iam:PassRole";
  if (operation == "GetParameter") return "ssm:GetParameter";
  if (operation == "GetCallerIdentity") return "sts:GetCallerIdentity";
  if (operation == "GetServiceQuota") return "servicequotas:GetServiceQuota";
  if (operation == "GetRole" || operation == "GetInstanceProfile") {
    return fmt::format("iam:{}", operation);
  }
  const bool emr = operation.contains("JobFlow") || operation.contains("Cluster") ||
                   operation == "ListInstances" || operation == "SetTerminationProtection";
  return fmt::format("{}:{}", emr ? "elasticmapreduce" : "ec2", operation);
}

std::string aws_remedy(std::string_view code, Reaction reaction, std::string_view operation,
                       std::string_view message) {
  if (code == "UnauthorizedOperation" || code.starts_with("AccessDenied")) {
    return fmt::format(
        " The key's policy must allow {}; `mayfly keys doctor aws --policy` prints the whole one.",
        action_of(operation, message));
  }
  if (code == "OptInRequired" && reaction == Reaction::skip_cloud) {
    return " Subscribe the account to what AWS names, or use another image.";
  }
  if (code == "RequestExpired") return " Set this server's clock right.";
  if (code.starts_with("ExpiredToken")) {
    return " The temporary credentials have ended: store new ones.";
  }
  if (code == "Blocked") return " Ask AWS Support why the account is blocked.";
  if (code == "OptInRequired") return " Enable the region or service for the account.";
  if (code == "VPCIdNotSpecified") return " Run `aws ec2 create-default-vpc` for this region.";
  if (reaction == Reaction::skip_quota) return " Ask for a higher limit under Service Quotas.";
  if (reaction == Reaction::key_refused || reaction == Reaction::skip_cloud) {
    return " The access key or its secret is wrong, inactive or deleted: store a valid pair.";
  }
  return {};
}

}  // namespace

CloudFailure classify_aws(std::string_view operation, std::string_view code, int http_status,
                          std::string_view message) {
  const Reaction reaction = aws_reaction(code, http_status, message);
  std::string told = fmt::format("AWS answered '{}' with {}", operation, http_status);
  if (!code.empty()) told += fmt::format(" {}", code);
  if (const std::string words = aws_words(message); !words.empty()) {
    told += fmt::format(": {}", words);
  }
  told += "." + aws_remedy(code, reaction, operation, message);
  return CloudFailure{.reaction = reaction,
                      .code = code.empty() ? fmt::format("Http{}", http_status) : std::string(code),
                      .message = std::move(told)};
}

}  // namespace mayfly::clouds
