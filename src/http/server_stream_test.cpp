#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <future>
#include <thread>

#include "http/both_modes.h"
#include "http/raw_client.h"
#include "http/server.h"

namespace mayfly::http {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;

// Streams by path: /count three numbers, /until-told numbers until told to stop, /wait one and then
// an hour, /flood without pause, /break fails half way.
class Streams : public testing::TestWithParam<Speaks> {
 protected:
  void SetUp() override {
    RawClient::otherwise = GetParam();
    start({});
  }
  void TearDown() override { RawClient::otherwise = Speaks::plain; }

  void start(ServerOptions options) {
    options.port = 0;
    options.tls = files_for(GetParam());
    server_ = *Server::start(
        options, [this](Request request) { return answer(std::move(request)); },
        [](int status, std::string_view) { return Response{.status = status}; });
  }

  RawClient ask(std::string_view path, std::string_view version = "1.1") {
    RawClient client(server_->port());
    client.send("GET " + std::string(path) + " HTTP/" + std::string(version) +
                "\r\nHost: x\r\n\r\n");
    return client;
  }

  // The stream has been told and has returned.
  void expect_told() {
    for (int i = 0; i < 10'000 && told_ == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(told_, 1);
  }

  std::atomic<int> told_ = 0;
  std::unique_ptr<Server> server_;

 private:
  asio::awaitable<Response> answer(Request request) {
    Response response{.headers = {{"Content-Type", "text/event-stream"}}};
    const std::string path = request.path.empty() ? "" : request.path.front();
    if (path == "count") response.stream = [](BodyWriter& out) { return count(out); };
    if (path == "until-told") response.stream = [this](BodyWriter& out) { return ticks(out); };
    if (path == "wait") response.stream = [this](BodyWriter& out) { return wait(out); };
    if (path == "flood") response.stream = [this](BodyWriter& out) { return flood(out); };
    if (path == "break") response.stream = [](BodyWriter& out) { return break_off(out); };
    if (!response.stream) response.body = "plain";
    co_return response;
  }

  static asio::awaitable<void> count(BodyWriter& out) {
    for (const char* number : {"one", "", "two", "three"}) {
      if (!co_await out.write(number)) co_return;
      if (!co_await out.wait(1ms)) co_return;
    }
  }
  asio::awaitable<void> ticks(BodyWriter& out) {
    while (co_await out.write("tick\n") && co_await out.wait(1ms)) {
    }
    ++told_;
  }
  asio::awaitable<void> wait(BodyWriter& out) {
    if (co_await out.write("tick\n") && !co_await out.wait(1h)) ++told_;
  }
  asio::awaitable<void> flood(BodyWriter& out) {
    const std::string much(1 << 20, 'x');
    while (co_await out.write(much)) {
    }
    ++told_;
  }
  static asio::awaitable<void> break_off(BodyWriter& out) {
    if (co_await out.write("half")) throw std::runtime_error("on purpose");
  }
};

INSTANTIATE_TEST_SUITE_P(Server, Streams, testing::Values(Speaks::plain, Speaks::tls), mode_name);

TEST_P(Streams, AreChunkedAndTheConnectionIsKept) {
  RawClient client = ask("/count");
  client.send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\nGET /count HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawAnswer answer = client.receive();
  EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(answer.header("Content-Length"), std::nullopt);
  EXPECT_EQ(answer.body, "onetwothree");
  EXPECT_EQ(client.receive().body, "plain");
  EXPECT_EQ(client.receive().body, "onetwothree");
}

TEST_P(Streams, ToHttp10EndWithTheConnection) {
  RawClient client = ask("/count", "1.0");
  const RawAnswer answer = client.receive();
  EXPECT_EQ(answer.header("Transfer-Encoding"), std::nullopt);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(answer.body, "onetwothree");
}

TEST_P(Streams, AreNotRunForHead) {
  RawClient client(server_->port());
  client.send("HEAD /count HTTP/1.1\r\nHost: x\r\n\r\nGET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive(false).header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(client.receive().body, "plain");
}

TEST_P(Streams, ReachTheClientWhileTheyRun) {
  RawClient client = ask("/wait");
  EXPECT_THAT(client.receive_through("tick\n"), HasSubstr("tick\n"));
}

TEST_P(Streams, WakeWhenTheClientHangsUp) {
  RawClient client = ask("/wait");
  client.receive_through("tick\n");
  client.close();
  expect_told();
}

TEST_P(Streams, WakeWhenTheClientResets) {
  RawClient client = ask("/wait");
  client.receive_through("tick\n");
  client.reset();
  expect_told();
}

TEST_P(Streams, WakeWhenAClientHangsUpThatSentMoreRequests) {
  RawClient client = ask("/wait");
  client.receive_through("tick\n");
  for (int i = 0; i < 10; ++i) client.send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
  client.close();
  expect_told();
}

TEST_P(Streams, NoticeThatNobodyReadsThem) {
  RawClient client = ask("/until-told");
  client.receive_through("tick\n");
  client.close();
  expect_told();
}

TEST_P(Streams, EndWhenAClientThatDoesNotReadHangsUp) {
  RawClient client = ask("/flood");
  client.receive_through("\r\n\r\n");
  client.close();
  expect_told();
}

TEST_P(Streams, EndWhenAClientDoesNotReadForTooLong) {
  start({.idle_deadline = 100ms});
  RawClient client = ask("/flood");
  client.receive_through("\r\n\r\n");
  expect_told();
}

TEST_P(Streams, AreToldAndEndedProperlyWhenTheServerStops) {
  RawClient waiting = ask("/wait");
  waiting.receive_through("tick\n");
  auto stopped = std::async(std::launch::async, [&] { server_->stop(10s); });
  EXPECT_EQ(waiting.receive_rest(), "\r\n0\r\n\r\n");
  EXPECT_TRUE(waiting.closed_by_server());
  waiting.close();
  stopped.wait();
  EXPECT_EQ(told_, 1);
}

TEST_P(Streams, ThatFailAreCutOff) {
  RawClient client = ask("/break");
  const std::string wire = client.receive_rest();
  EXPECT_THAT(wire, HasSubstr("4\r\nhalf\r\n"));
  EXPECT_FALSE(wire.ends_with("0\r\n\r\n"));
}

TEST_P(Streams, ManyAtOnceAreToldWhenTheServerStops) {
  std::vector<RawClient> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(ask("/wait"));
  for (RawClient& client : clients) client.receive_through("tick\n");
  auto stopped = std::async(std::launch::async, [&] { server_->stop(10s); });
  for (RawClient& client : clients) EXPECT_TRUE(client.closed_by_server());
  clients.clear();
  stopped.wait();
  EXPECT_EQ(told_, 200);
}

}  // namespace
}  // namespace mayfly::http
