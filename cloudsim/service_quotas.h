// Service Quotas as far as somebody who asks for the vCPUs of on-demand machines can see.
#pragma once

#include <string>
#include <string_view>

#include "aws_account.h"
#include "clouds/sim/call.h"
#include "json/value.h"

namespace mayfly::cloudsim {

// The JSON of the answer. target: "ServiceQuotasV20190624.GetServiceQuota".
sim::Outcome<std::string> quota_answer(const AwsAccount& account, std::string_view region,
                                       std::string_view target, const json::object& body);

}  // namespace mayfly::cloudsim
