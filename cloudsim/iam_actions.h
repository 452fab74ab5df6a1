// IAM as far as somebody who looks for EMR's default roles can see.
#pragma once

#include <string>

#include "aws_account.h"
#include "clouds/sim/call.h"
#include "form.h"

namespace mayfly::cloudsim {

// The XML of the answer.
sim::Outcome<std::string> iam_answer(const AwsAccount& account, const Form& form,
                                     const std::string& request_id);

}  // namespace mayfly::cloudsim
