#include "cli/prompt.h"

#include <pty.h>
#include <termios.h>

#include <csignal>

#include "cli/interrupt.h"
#include "cli/stage.h"

namespace mayfly::cli {
namespace {

// A terminal whose keyboard and screen the test has.
class Terminal {
 public:
  Terminal() { EXPECT_EQ(openpty(&person_, &program_, nullptr, nullptr, nullptr), 0); }
  ~Terminal() {
    ::close(person_);
    ::close(program_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int fd() const { return program_; }
  void type(std::string_view keys) const {
    EXPECT_EQ(::write(person_, keys.data(), keys.size()), std::ssize(keys));
  }
  bool echoes() const {
    termios settings{};
    EXPECT_EQ(tcgetattr(program_, &settings), 0);
    return (settings.c_lflag & ECHO) != 0;
  }

 private:
  int person_ = -1;
  int program_ = -1;
};

TEST(ReadLine, EndsAtTheLineEndAndLeavesTheRest) {
  TypedInput input;
  input.reset("one\r\n\nthree");
  EXPECT_EQ(read_line(input.fd()).value(), "one");
  EXPECT_EQ(read_line(input.fd()).value(), "");
  EXPECT_EQ(read_line(input.fd()).value(), "three");
  EXPECT_FALSE(read_line(input.fd()).has_value());
}

TEST(ReadLine, RefusesEndlessLines) {
  TypedInput input;
  input.reset(std::string(kLineMax + 1, 'x'));
  EXPECT_FALSE(read_line(input.fd()).has_value());
}

TEST(ReadAll, ReadsUpToItsLimit) {
  TypedInput input;
  input.reset("a\nb\n");
  EXPECT_EQ(read_all(input.fd(), 4).value(), "a\nb\n");
  input.reset("12345");
  EXPECT_FALSE(read_all(input.fd(), 4).has_value());
}

TEST(EchoOff, SilencesTheTerminalWhileItLives) {
  const Terminal terminal;
  {
    const EchoOff silence(terminal.fd());
    EXPECT_FALSE(terminal.echoes());
  }
  EXPECT_TRUE(terminal.echoes());
}

TEST(EchoOff, IsHarmlessWithoutATerminal) {
  TypedInput input;
  const EchoOff silence(input.fd());
}

// A stream that types the answer once the question is on the screen, and notes whether the terminal
// then echoes.
class Typist : public std::stringbuf {
 public:
  Typist(const Terminal& terminal, std::string keys)
      : terminal_(terminal), keys_(std::move(keys)) {}
  bool echoed = true;

 protected:
  int sync() override {
    if (!keys_.empty()) {
      echoed = terminal_.echoes();
      terminal_.type(keys_);
      keys_.clear();
    }
    return 0;
  }

 private:
  const Terminal& terminal_;
  std::string keys_;
};

TEST(AskSecret, DoesNotEchoWhatIsTyped) {
  const Terminal terminal;
  Typist typist(terminal, "hunter2\n");
  std::ostream screen(&typist);
  CurlTransport transport;
  const ManualClock clock;
  SeededRandom random{1};
  Surroundings surroundings{.in = terminal.fd(),
                            .out = screen,
                            .err = screen,
                            .in_is_terminal = true,
                            .transport = transport,
                            .clock = clock,
                            .random = random};
  EXPECT_EQ(ask_secret(surroundings, "Token: ").value().reveal(), "hunter2");
  EXPECT_FALSE(typist.echoed);
  EXPECT_TRUE(terminal.echoes());
  EXPECT_EQ(typist.str(), "Token: \n");
}

TEST(InterruptDeathTest, SaysItsLastWords) {
  EXPECT_EXIT(
      {
        LastWords words("first\n");
        words.change("follow it: mayfly show r-1\n");
        raise(SIGINT);
      },
      testing::ExitedWithCode(130), "^follow it: mayfly show r-1\n$");
  EXPECT_EXIT(
      {
        const LastWords words("ended\n");
        raise(SIGTERM);
      },
      testing::ExitedWithCode(143), "ended");
}

TEST(InterruptDeathTest, GivesTheTerminalItsEchoBack) {
  const Terminal terminal;
  EXPECT_EXIT(
      {
        const EchoOff silence(terminal.fd());
        raise(SIGINT);
      },
      testing::ExitedWithCode(130), "");
  EXPECT_TRUE(terminal.echoes());
}

TEST(InterruptDeathTest, IsOverWithItsObject) {
  EXPECT_EXIT(
      {
        {
          const LastWords words("not these\n");
        }
        raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "^$");
}

TEST(InterruptDeathTest, LeavesIgnoredSignalsIgnored) {
  EXPECT_EXIT(
      {
        signal(SIGINT, SIG_IGN);
        const LastWords words("not these\n");
        raise(SIGINT);
        _exit(7);
      },
      testing::ExitedWithCode(7), "^$");
}

}  // namespace
}  // namespace mayfly::cli
