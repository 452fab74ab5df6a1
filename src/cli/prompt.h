// Asks people, and reads what scripts hand over. Secrets are typed without echo; while one is being
// typed, Ctrl-C still gives the terminal its echo back (interrupt.h).
#pragma once

#include <string>

#include "cli/surroundings.h"
#include "core/result.h"
#include "core/secret.h"

namespace mayfly::cli {

inline constexpr std::size_t kLineMax = 8 << 10;

// One line without its end. Fails when the input ends before it has begun.
Result<std::string> read_line(int fd);
Result<Secret> read_secret_line(int fd);
// Everything, up to `max` bytes.
Result<std::string> read_all(int fd, std::size_t max);

// Precondition: surroundings.in_is_terminal. The question goes to standard error, because standard
// output may be a pipe.
Result<std::string> ask(Surroundings& surroundings, std::string_view question);
Result<Secret> ask_secret(Surroundings& surroundings, std::string_view question);

}  // namespace mayfly::cli
