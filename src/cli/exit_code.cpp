#include "cli/exit_code.h"

namespace mayfly::cli {
namespace {

constexpr ExitCodeMeaning kMeanings[] = {
    {ExitCode::ok, "done"},
    {ExitCode::failed, "failed: the server or the command itself"},
    {ExitCode::usage, "the command line is wrong; nothing was sent"},
    {ExitCode::not_allowed, "not logged in, or refused"},
    {ExitCode::not_found, "no such thing"},
    {ExitCode::invalid, "the request is wrong, or no offer satisfies it"},
    {ExitCode::conflict, "in conflict with what exists"},
    {ExitCode::cloud, "a cloud refused, or could not be reached"},
    {ExitCode::reservation_failed, "the reservation failed; nothing is left running"},
    {ExitCode::unreachable, "the server cannot be reached"},
    {ExitCode::timed_out, "it took longer than allowed"},
    {ExitCode::over_limit, "over a limit of machines, vCPUs or dollars; nothing was started"},
    {ExitCode::interrupted, "interrupted; what was begun goes on"},
};

}  // namespace

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid:
      return error.cloud_code.empty() ? ExitCode::invalid : ExitCode::cloud;
    case ErrorCode::malformed:
    case ErrorCode::too_large:
    case ErrorCode::unsatisfiable:
      return ExitCode::invalid;
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
      return ExitCode::not_allowed;
    case ErrorCode::not_found:
      return ExitCode::not_found;
    case ErrorCode::conflict:
      return ExitCode::conflict;
    case ErrorCode::over_limit:
      return ExitCode::over_limit;
    case ErrorCode::rejected_by_cloud:
    case ErrorCode::cloud_unreachable:
      return ExitCode::cloud;
    case ErrorCode::unavailable:
      return ExitCode::unreachable;
    case ErrorCode::timed_out:
      return ExitCode::timed_out;
    // We and the server speak different languages: nothing the user asked for is wrong.
    case ErrorCode::unsupported_media:
    case ErrorCode::method_not_allowed:
    case ErrorCode::internal:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

std::span<const ExitCodeMeaning> exit_code_meanings() {
  return kMeanings;
}

}  // namespace mayfly::cli
