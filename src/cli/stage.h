// For tests: the command in surroundings of the test's own, against a server that plays the REST
// contract over real HTTP.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <sstream>

#include "cli/run.h"
#include "http/server.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::cli {

inline const Time kNoon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 12h;

struct ManualClock final : Clock {
  Time time = kNoon;
  Time now() const override { return time; }
};

inline http::Response json_response(int status, std::string body) {
  const bool problem = status >= 400;
  return {.status = status,
          .headers = {{"Content-Type", problem ? "application/problem+json" : "application/json"}},
          .body = std::move(body)};
}

inline boost::asio::awaitable<void> play_stream(std::string text, bool stay_open,
                                                http::BodyWriter& writer) {
  if (!co_await writer.write(text)) co_return;
  while (stay_open) {
    if (!co_await writer.wait(60s)) co_return;
  }
}

inline http::Response event_stream(std::string text, bool stay_open = false) {
  return {.status = 200,
          .headers = {{"Content-Type", "text/event-stream"}},
          .stream = [text = std::move(text), stay_open](http::BodyWriter& writer) {
            return play_stream(text, stay_open, writer);
          }};
}

// Answers what the test told it to, in order; the last answer to a request stays. Anything else is
// 404.
class PlayedServer {
 public:
  PlayedServer() {
    auto started = http::Server::start(
        {.port = 0, .threads = 1},
        [this](http::Request request) { return handle(this, std::move(request)); },
        [](int status, std::string_view why) { return json_response(status, std::string(why)); });
    EXPECT_TRUE(started.has_value());
    server_ = *std::move(started);
  }

  std::string url() const { return fmt::format("http://127.0.0.1:{}", server_->port()); }

  // request: "GET /users/ann/keys"
  void on(const std::string& request, http::Response response) {
    const std::scoped_lock lock(mutex_);
    answers_[request].push_back(std::move(response));
  }
  void on(const std::string& request, int status, std::string body) {
    on(request, json_response(status, std::move(body)));
  }

  std::vector<http::Request> seen() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }
  // "POST /users/ann/keys {...}", one for each request.
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const http::Request& request : seen()) {
      lines.push_back(fmt::format("{} {}{}{}", request.method, request.target,
                                  request.body.empty() ? "" : " ", request.body));
    }
    return lines;
  }

 private:
  static boost::asio::awaitable<http::Response> handle(PlayedServer* self, http::Request request) {
    co_return self->answer(std::move(request));
  }

  http::Response answer(http::Request request) {
    const std::scoped_lock lock(mutex_);
    seen_.push_back(request);
    const auto found = answers_.find(request.method + " " + request.target);
    if (found == answers_.end()) {
      return json_response(404, R"({"title":"Not found","status":404,"code":"not_found",)"
                                R"("detail":"There is no such thing"})");
    }
    http::Response response = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    return response;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::deque<http::Response>> answers_;
  std::vector<http::Request> seen_;
  std::unique_ptr<http::Server> server_;
};

// The real transport, which loses what the test wants lost.
class LossyTransport final : public Transport {
 public:
  enum class Loss { none, not_sent, answer };
  std::deque<Loss> sends;    // of the next calls, in order
  std::deque<Loss> streams;  // `answer`: cut after the first bytes

  http::CallResult send(const http::Call& call) override {
    const Loss loss = next(sends);
    if (loss == Loss::not_sent) return lost(http::Reached::no, "connection refused");
    http::CallResult result = real_.send(call);
    if (loss == Loss::answer) return lost(http::Reached::maybe, "connection reset");
    return result;
  }
  http::CallResult stream(const http::Call& call, const OnBytes& on_bytes) override {
    const Loss loss = next(streams);
    if (loss == Loss::not_sent) return lost(http::Reached::no, "connection refused");
    if (loss == Loss::none) return real_.stream(call, on_bytes);
    const http::CallResult result = real_.stream(call, [&](std::string_view bytes) {
      on_bytes(bytes);
      return bytes.empty();
    });
    return lost(http::Reached::maybe, "connection reset");
  }

 private:
  static Loss next(std::deque<Loss>& losses) {
    if (losses.empty()) return Loss::none;
    const Loss loss = losses.front();
    losses.pop_front();
    return loss;
  }
  static http::CallResult lost(http::Reached reached, std::string message) {
    return std::unexpected(http::CallFailure{.reached = reached, .message = std::move(message)});
  }

  CurlTransport real_;
};

// A folder that is gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "mayfly-cli-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;  // a leftover in /tmp is no reason to fail
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Standard input that holds this text.
class TypedInput {
 public:
  TypedInput() { reset(""); }
  ~TypedInput() { ::close(fd_); }
  TypedInput(const TypedInput&) = delete;
  TypedInput& operator=(const TypedInput&) = delete;

  void reset(std::string_view text) {
    if (fd_ >= 0) ::close(fd_);
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), std::ssize(text));
    ::close(ends[1]);
    fd_ = ends[0];
  }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

inline std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (const char c : line) {
    if (quote ? c == quote : (c == '\'' || c == '"')) {
      quote = quote ? 0 : c;
      if (!in_word) words.emplace_back();
      in_word = true;
    } else if (!quote && c == ' ') {
      in_word = false;
    } else {
      if (!in_word) words.emplace_back();
      in_word = true;
      words.back() += c;
    }
  }
  return words;
}

struct Stage {
  TemporaryFolder home;
  TypedInput input;
  std::map<std::string, std::string> environment = {{"HOME", home.path().string()}};
  LossyTransport lossy;
  Transport* transport = &lossy;
  ManualClock clock;
  SeededRandom random{1};
  ServerCommands server_commands;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool in_is_terminal = false;
  int columns = 100;
  std::vector<Duration> slept;

  std::string out;  // of the last run
  std::string err;

  int run(std::string_view line) {
    std::ostringstream out_stream;
    std::ostringstream err_stream;
    Surroundings surroundings{.in = input.fd(),
                              .out = out_stream,
                              .err = err_stream,
                              .in_is_terminal = in_is_terminal,
                              .out_is_terminal = out_is_terminal,
                              .err_is_terminal = err_is_terminal,
                              .columns = columns,
                              .environment =
                                  [this](const std::string& name) {
                                    const auto found = environment.find(name);
                                    return found == environment.end() ? "" : found->second;
                                  },
                              .transport = *transport,
                              .clock = clock,
                              .random = random,
                              .sleep =
                                  [this](Duration time) {
                                    slept.push_back(time);
                                    clock.time += time;
                                  }};
    const int code = cli::run(words_of(line), "1.2.3", server_commands, surroundings);
    out = out_stream.str();
    err = err_stream.str();
    return code;
  }
};

// Ann is logged in to a played server.
class CommandTest : public testing::Test {
 protected:
  CommandTest() {
    stage.environment["MAYFLY_URL"] = server.url();
    stage.environment["MAYFLY_USER"] = "ann";
    stage.environment["MAYFLY_TOKEN"] = "secret-token";
  }

  int run(std::string_view line) { return stage.run(line); }
  const std::string& out() const { return stage.out; }
  const std::string& err() const { return stage.err; }

  PlayedServer server;
  Stage stage;
};

}  // namespace mayfly::cli
