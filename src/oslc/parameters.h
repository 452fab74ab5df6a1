// Requests as parameters of plans. Every field of model/request.h that means something for a plan
// is one of its parameters, with bounds and words taken from the rules there, so that neither can
// say what the other does not. Also what a plan brings out: read-only parameters.
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/request.h"
#include "oslc/description.h"
#include "service/automations.h"
#include "service/views.h"

namespace mayfly::oslc {

using service::GivenParameter;

struct ParameterRule {
  std::string name;
  std::string doc;
  std::string_view datatype;  // an IRI
  bool required = false;      // must be given, or has a default
  bool many = false;
  bool read_only = false;  // comes out
  std::vector<std::string> allowed;
  std::vector<std::string> defaults;
  std::optional<std::int64_t> max_size;
};

// The fields that a plan of this kind takes. With `saved`, its values are the defaults.
std::vector<ParameterRule> input_rules(Kind kind, const Request* saved);
std::vector<ParameterRule> output_rules(Kind kind);

// As oslc:Property: parameterDefinition of plans.
void describe_rule(const ParameterRule& rule, Description property);

inline constexpr std::size_t kOthersMax = 64;
inline constexpr std::size_t kOtherBytesMax = 2000;

struct ReadRequest {
  Request request;
  std::vector<GivenParameter> others;  // that mean nothing to us: kept, copied, without effect
};
// invalid, with every wrong field named.
Result<ReadRequest> read_request(Kind kind, const Request* saved,
                                 const std::vector<GivenParameter>& given);

// What the request says, field by field.
std::vector<GivenParameter> inputs_of(const Request& request);
std::vector<GivenParameter> outputs_of(const service::ReservationView& view);

// What a client said of its request and means nothing to us.
void describe_properties(const std::vector<GivenParameter>& properties, Description& resource);
// An oslc_auto:ParameterInstance inside `property` of the resource.
void describe_parameter(const GivenParameter& parameter, std::string_view property,
                        Description& resource);

}  // namespace mayfly::oslc
