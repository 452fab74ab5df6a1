#include "service_quotas.h"

#include <fmt/format.h>

#include "json/print.h"
#include "simulator.h"

namespace mayfly::cloudsim {
namespace {

constexpr std::string_view kStandardVcpus = "L-1216C47A";

bool says(const json::object& body, std::string_view name, std::string_view wanted) {
  const json::value* found = body.if_contains(name);
  return found && found->is_string() && std::string_view(found->get_string()) == wanted;
}

}  // namespace

sim::Outcome<std::string> quota_answer(const AwsAccount& account, std::string_view region,
                                       std::string_view target, const json::object& body) {
  if (target != "ServiceQuotasV20190624.GetServiceQuota") {
    return sim::refuse(400, "UnknownOperationException", "");
  }
  if (!says(body, "ServiceCode", "ec2") || !says(body, "QuotaCode", kStandardVcpus)) {
    return sim::refuse(400, "NoSuchResourceException",
                       "The request failed because the specified quota does not exist.");
  }
  const std::string arn =
      fmt::format("arn:aws:servicequotas:{}:{}:ec2/{}", region, kAwsAccount, kStandardVcpus);
  return json::print(json::object{
      {"Quota",
       {{"Adjustable", true},
        {"GlobalQuota", false},
        {"QuotaArn", arn},
        {"QuotaCode", kStandardVcpus},
        {"QuotaName", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"},
        {"ServiceCode", "ec2"},
        {"ServiceName", "Amazon Elastic Compute Cloud (Amazon EC2)"},
        {"Unit", "None"},
        {"Value", static_cast<double>(account.standard_vcpus)}}}});
}

}  // namespace mayfly::cloudsim
