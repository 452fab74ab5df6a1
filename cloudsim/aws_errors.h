// How AWS's services say no, each in its own shape.
#pragma once

#include <string>
#include <string_view>

#include "clouds/sim/call.h"
#include "http/server.h"
#include "signature.h"

namespace mayfly::cloudsim {

// service: as signatures name it, "ec2".
http::Response aws_refusal(std::string_view service, const sim::CloudError& error,
                           const std::string& request_id);
http::Response aws_answer(std::string_view service, std::string body,
                          const std::string& request_id);

// Why a request that is not rightly signed is refused.
sim::CloudError refusal_of(const AuthFailure& failure, std::string_view service, Time real_now);

}  // namespace mayfly::cloudsim
