#include "core/result.h"

namespace mayfly {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::over_limit:
      return "over_limit";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::unsupported_media:
      return "unsupported_media";
    case ErrorCode::method_not_allowed:
      return "method_not_allowed";
    case ErrorCode::unsatisfiable:
      return "unsatisfiable";
    case ErrorCode::rejected_by_cloud:
      return "rejected_by_cloud";
    case ErrorCode::cloud_unreachable:
      return "cloud_unreachable";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

std::unexpected<Error> fail_field(std::string field, std::string message) {
  Error error{.code = ErrorCode::invalid, .message = "The field '" + field + "' " + message};
  error.fields.push_back({std::move(field), std::move(message)});
  return std::unexpected(std::move(error));
}

}  // namespace mayfly
