// What Ctrl-C (SIGINT) and SIGTERM do. A command that waits for the server leaves the reservation
// as it is, so its last words must say how to go on; a terminal that was silenced for a secret must
// echo again. Both are done in the signal's handler, whatever the command is blocked in, and then
// the process ends with 128 + signal (130 for Ctrl-C).
//
// One thread of the process uses these, one object of each class at a time.
#pragma once

#include <string_view>

namespace mayfly::cli {

// While it lives, an interrupt prints these words to standard error. Without one it is silent.
class LastWords {
 public:
  explicit LastWords(std::string_view words);
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

  // Instead of the words so far.
  void change(std::string_view words);
};

// While it lives, the terminal does not show what is typed. Not a terminal: does nothing.
class EchoOff {
 public:
  explicit EchoOff(int fd);
  ~EchoOff();
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
};

}  // namespace mayfly::cli
