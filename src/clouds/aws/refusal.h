// What an AWS service says when it refuses, in whichever of its three spellings: EC2's XML, the
// other XML of STS, or JSON.
#pragma once

#include <string>
#include <string_view>

namespace mayfly::clouds::aws {

struct Refusal {
  std::string code;  // empty when the body carries none
  std::string message;
};

Refusal read_refusal(std::string_view body);

}  // namespace mayfly::clouds::aws
