// What becomes of a call that arrives: refused, lost, late or simply done.
#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/operations.h"
#include "clouds/sim/world.h"

namespace mayfly::sim {
namespace {

// What names the service of a call in policies, and how that service speaks.
std::string_view service_of(const CallSite& site) {
  const std::string_view name = site.operation;
  if (site.cloud == "emr") return "elasticmapreduce";
  if (name == "GetParameter") return "ssm";
  if (name == "GetServiceQuota") return "servicequotas";
  if (name == "GetRole" || name == "GetInstanceProfile") return "iam";
  return name == "GetCallerIdentity" ? "sts" : "ec2";
}
bool speaks_json(std::string_view service) {
  return service != "ec2" && service != "sts" && service != "iam";
}

CloudError unauthorized(const CallSite& site) {
  if (site.cloud == "digitalocean") return {401, "unauthorized", "Unable to authenticate you", {}};
  const std::string_view service = service_of(site);
  if (service == "sts" || service == "iam") {
    return {
        403, "InvalidClientTokenId", "The security token included in the request is invalid.", {}};
  }
  if (speaks_json(service)) {
    return {400,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            {}};
  }
  return {401, "AuthFailure", "AWS was not able to validate the provided access credentials", {}};
}

// Who somebody is may always be asked.
bool can_be_forbidden(const CallSite& site) {
  return site.operation != "GetCallerIdentity" && site.operation != "read account";
}

CloudError forbidden(const CallSite& site) {
  if (site.cloud == "digitalocean") {
    return {403, "forbidden", "You are not authorized to perform this operation", {}};
  }
  if (const std::string_view service = service_of(site); service != "ec2") {
    const bool json = speaks_json(service);
    return {json ? 400 : 403,
            json ? "AccessDeniedException" : "AccessDenied",
            fmt::format("User is not authorized to perform: {}:{}", service, site.operation),
            {}};
  }
  return {403, "UnauthorizedOperation", "You are not authorized to perform this operation.", {}};
}

CloudError throttled(const CallSite& site) {
  if (site.cloud == "digitalocean") {
    return {429, "too_many_requests", "API Rate limit exceeded.", Duration{2s}};
  }
  if (site.cloud == "emr") return {400, "ThrottlingException", "Rate exceeded", {}};
  return {503, "RequestLimitExceeded", "Request limit exceeded.", {}};
}

CloudError emr_server_error(bool unavailable) {
  if (unavailable)
    return {503, "ServiceUnavailable", "The service is temporarily unavailable.", {}};
  return {500, "InternalServerException", "An internal service error occurred.", {}};
}

CloudError server_error(const CallSite& site, Random& random) {
  const bool aws = site.cloud == "aws";
  const std::uint64_t which = random.below(3);
  if (site.cloud == "emr" && which < 2) return emr_server_error(which == 1);
  switch (which) {
    case 0:
      return aws ? CloudError{500, "InternalError", "An internal error has occurred", {}}
                 : CloudError{500, "server_error", "Server was unable to give you a response.", {}};
    case 1:
      return aws ? CloudError{503,
                              "Unavailable",
                              "The service is unavailable. Please try again shortly.",
                              {}}
                 : CloudError{503, "service_unavailable", "Service Unavailable", {}};
    // From a gateway in front: no code of the cloud's.
    default:
      return {502, "", "Bad Gateway", {}};
  }
}

CloudError unreachable() {
  return {0, "Unreachable", "could not connect", {}};
}

CloudError timed_out() {
  return {0, "Timeout", "no answer before the deadline", {}};
}

}  // namespace

// Refusals that come before anything is done; the throttle counts every call that comes this far.
std::optional<CloudError> World::draw_refusal(const CallSite& site) {
  if (const auto found = partitions_.find(site.cloud); found != partitions_.end()) {
    if (now_ < found->second) return unreachable();
    partitions_.erase(found);
  }
  if (settings_.throttling) {
    if (auto refusal = throttle_.take(site, now_)) return refusal;
  }
  if (const auto longest = faults_.draw(FaultKind::unauthorized_for_a_while, site)) {
    revoke(site.account, now_ + pick_up_to(*longest));
  }
  if (const auto found = revoked_.find(site.account); found != revoked_.end()) {
    if (now_ < found->second) return unauthorized(site);
    revoked_.erase(found);
  }
  if (can_be_forbidden(site) && faults_.draw(FaultKind::forbidden, site)) return forbidden(site);
  if (faults_.draw(FaultKind::throttle, site)) return throttled(site);
  if (faults_.draw(FaultKind::timeout_before, site)) return timed_out();
  if (faults_.draw(FaultKind::server_error_before, site)) return server_error(site, random_);
  return std::nullopt;
}

// The repeat of this launch will hear that its zone has no room, and this one is still on its way.
void World::draw_zonal_token(const CallSite& site, CallFate& fate) {
  if (fate.masked || site.zone.empty()) return;
  const auto longest = faults_.draw(FaultKind::zonal_token, site);
  if (!longest) return;
  fate.effect_at = now_ + settings_.deadline + pick_up_to(*longest);
  fate.masked = timed_out();
  exhaust(site.region, site.zone, site.instance_type, fate.effect_at);
}

CallFate World::receive(const CallSite& site) {
  settle();
  Duration takes = pick(settings_.latency);
  if (const auto longest = faults_.draw(FaultKind::slow_answer, site))
    takes += pick_up_to(*longest);
  CallFate fate{.effect_at = now_ + pick({0s, takes}), .answer_at = now_ + takes};
  if ((fate.refused = draw_refusal(site))) {
    if (fate.refused->code == "Timeout") fate.answer_at = now_ + settings_.deadline;
    return fate;
  }
  if (is_launch(site.operation)) {
    if (const auto longest = faults_.draw(FaultKind::late_arrival, site)) {
      fate.effect_at = now_ + settings_.deadline + pick_up_to(*longest);
      fate.masked = random_.below(2) == 0 ? timed_out() : server_error(site, random_);
    }
    draw_zonal_token(site, fate);
  }
  if (!fate.masked && faults_.draw(FaultKind::timeout_after_success, site))
    fate.masked = timed_out();
  if (!fate.masked && faults_.draw(FaultKind::server_error_after, site)) {
    fate.masked = server_error(site, random_);
  }
  if (fate.masked && fate.masked->status == 0) fate.answer_at = now_ + settings_.deadline;
  return fate;
}

}  // namespace mayfly::sim
