// What a script learns from the end of the command. The numbers are a promise: they are in
// `mayfly --help` and docs/cli.md, and never change their meaning.
#pragma once

#include <span>
#include <string_view>

#include "core/result.h"

namespace mayfly::cli {

enum class ExitCode {
  ok = 0,
  failed = 1,              // the server or this command failed in a way nobody foresaw
  usage = 2,               // the command line itself is wrong; nothing was sent
  not_allowed = 3,         // not logged in, or refused (401, 403)
  not_found = 4,           // 404
  invalid = 5,             // the request is wrong or no offer satisfies it (400, 422)
  conflict = 6,            // 409
  cloud = 7,               // a cloud refused or could not be reached
  reservation_failed = 8,  // it never became ready; nothing is left running
  unreachable = 9,         // the server did not answer, or cannot now (503)
  timed_out = 10,
  over_limit = 11,    // a quota or a budget is used up (403 over_limit)
  interrupted = 130,  // Ctrl-C; what was begun at the server goes on
};

ExitCode exit_code_of(const Error& error);

struct ExitCodeMeaning {
  ExitCode code;
  std::string_view meaning;
};
// All of them, in order; what the help prints.
std::span<const ExitCodeMeaning> exit_code_meanings();

}  // namespace mayfly::cli
