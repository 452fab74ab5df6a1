#include "cli/surroundings.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <thread>

namespace mayfly::cli {
namespace {

int terminal_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string variable(const std::string& name) {
  const char* text = std::getenv(name.c_str());
  return text ? text : "";
}

}  // namespace

Surroundings process_surroundings() {
  static CurlTransport transport;
  static const SystemClock clock;
  static SystemRandom random;
  return {.in = STDIN_FILENO,
          .out = std::cout,
          .err = std::cerr,
          .in_is_terminal = isatty(STDIN_FILENO) == 1,
          .out_is_terminal = isatty(STDOUT_FILENO) == 1,
          .err_is_terminal = isatty(STDERR_FILENO) == 1,
          .columns = terminal_columns(),
          .environment = variable,
          .transport = transport,
          .clock = clock,
          .random = random,
          .sleep = [](Duration time) { std::this_thread::sleep_for(time); }};
}

}  // namespace mayfly::cli
