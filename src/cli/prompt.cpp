#include "cli/prompt.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ostream>

#include "cli/interrupt.h"

namespace mayfly::cli {
namespace {

// Byte by byte: what follows the line belongs to whoever reads next.
Result<bool> read_byte(int fd, char& byte) {
  while (true) {
    const ssize_t count = ::read(fd, &byte, 1);
    if (count >= 0) return count == 1;
    if (errno != EINTR) {
      return fail(ErrorCode::internal,
                  std::string("Cannot read standard input: ") + std::strerror(errno));
    }
  }
}

}  // namespace

Result<std::string> read_line(int fd) {
  std::string line;
  char byte = 0;
  while (true) {
    TRY(const bool more, read_byte(fd, byte));
    if (!more && line.empty()) {
      return fail(ErrorCode::invalid, "Standard input ended before the value was read");
    }
    if (!more || byte == '\n') break;
    line += byte;
    if (line.size() > kLineMax) return fail(ErrorCode::invalid, "The line read is too long");
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Result<Secret> read_secret_line(int fd) {
  TRY(std::string line, read_line(fd));
  Secret secret(line);
  explicit_bzero(line.data(), line.size());
  return secret;
}

Result<std::string> read_all(int fd, std::size_t max) {
  std::string text;
  char byte = 0;
  while (true) {
    TRY(const bool more, read_byte(fd, byte));
    if (!more) return text;
    text += byte;
    if (text.size() > max) return fail(ErrorCode::invalid, "Standard input holds too much");
  }
}

Result<std::string> ask(Surroundings& surroundings, std::string_view question) {
  surroundings.err << question << std::flush;
  return read_line(surroundings.in);
}

Result<Secret> ask_secret(Surroundings& surroundings, std::string_view question) {
  const EchoOff silence(surroundings.in);
  surroundings.err << question << std::flush;
  Result<Secret> secret = read_secret_line(surroundings.in);
  surroundings.err << "\n" << std::flush;  // the one that was typed did not show
  return secret;
}

}  // namespace mayfly::cli
