#include "cli/interrupt.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "core/assert.h"

namespace mayfly::cli {
namespace {

// The handler reads these; they change only while the signals are blocked.
char words_text[2048];
std::size_t words_size = 0;
int silent_terminal = -1;
termios loud_settings;
int users = 0;
struct sigaction action_of_int;
struct sigaction action_of_term;

extern "C" void end_on_signal(int signal) {
  if (silent_terminal >= 0) tcsetattr(silent_terminal, TCSANOW, &loud_settings);
  std::size_t written = 0;
  while (written < words_size) {
    const ssize_t count = ::write(STDERR_FILENO, words_text + written, words_size - written);
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  _exit(128 + signal);
}

class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

// A signal that was ignored when we were started (nohup, a job in the background) stays ignored.
void take_over(int signal, struct sigaction& before) {
  ASSERT(sigaction(signal, nullptr, &before) == 0);
  if (before.sa_handler == SIG_IGN) return;
  struct sigaction action = {};
  action.sa_handler = end_on_signal;
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGTERM);
  ASSERT(sigaction(signal, &action, nullptr) == 0);
}

void install_handler() {
  if (users++ > 0) return;
  take_over(SIGINT, action_of_int);
  take_over(SIGTERM, action_of_term);
}

void remove_handler() {
  if (--users > 0) return;
  sigaction(SIGINT, &action_of_int, nullptr);
  sigaction(SIGTERM, &action_of_term, nullptr);
}

}  // namespace

LastWords::LastWords(std::string_view words) {
  const SignalsHeld held;
  install_handler();
  change(words);
}

LastWords::~LastWords() {
  const SignalsHeld held;
  words_size = 0;
  remove_handler();
}

void LastWords::change(std::string_view words) {
  const SignalsHeld held;
  words_size = std::min(words.size(), sizeof(words_text));
  std::memcpy(words_text, words.data(), words_size);
}

EchoOff::EchoOff(int fd) {
  const SignalsHeld held;
  termios settings{};
  if (tcgetattr(fd, &settings) != 0) return;
  install_handler();
  silent_terminal = fd;
  loud_settings = settings;
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(fd, TCSAFLUSH, &settings);
}

EchoOff::~EchoOff() {
  const SignalsHeld held;
  if (silent_terminal < 0) return;
  tcsetattr(silent_terminal, TCSAFLUSH, &loud_settings);
  silent_terminal = -1;
  remove_handler();
}

}  // namespace mayfly::cli
