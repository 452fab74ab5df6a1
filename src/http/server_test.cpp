#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <thread>

#include "http/await.h"
#include "http/both_modes.h"
#include "http/raw_client.h"

namespace mayfly::http {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;

Response refusal(int status, std::string_view why) {
  return {.status = status, .headers = {{"Content-Type", "text/plain"}}, .body = std::string(why)};
}

// Says what arrived: `METHOD seg|seg name=value&... body`.
std::string describe(const Request& request) {
  std::string text = request.method;
  for (const std::string& segment : request.path) text += " /" + segment;
  for (const Parameter& parameter : request.query) {
    text += " ?" + parameter.name + "=" + parameter.value;
  }
  return text + " [" + request.body + "]";
}

asio::awaitable<Response> handle(Request request) {
  // As real handlers do: the answer comes from another turn of the loop.
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  const std::string first = request.path.empty() ? "" : request.path.front();
  if (first == "throw") throw std::runtime_error("on purpose");
  if (first == "no-content") co_return Response{.status = 204};
  if (first == "large") co_return Response{.body = std::string(16 << 20, 'x')};
  co_return Response{.headers = {{"Content-Type", "text/plain"}}, .body = describe(request)};
}

// The same conversations in the clear and over TLS.
class AServer : public testing::TestWithParam<Speaks> {
 protected:
  void SetUp() override { RawClient::otherwise = GetParam(); }
  void TearDown() override { RawClient::otherwise = Speaks::plain; }
};
INSTANTIATE_TEST_SUITE_P(Server, AServer, testing::Values(Speaks::plain, Speaks::tls), mode_name);

std::unique_ptr<Server> start(ServerOptions options = {}) {
  options.port = 0;
  options.tls = files_for(RawClient::otherwise);
  auto server = Server::start(options, handle, refusal);
  EXPECT_TRUE(server);
  return *std::move(server);
}

std::string get(std::string_view target, std::string_view headers = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n";
}

RawAnswer ask(const Server& server, std::string_view wire) {
  RawClient client(server.port());
  client.send(wire);
  return client.receive();
}

bool eventually(const std::function<bool()>& happened) {
  for (int i = 0; i < 10'000; ++i) {
    if (happened()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST_P(AServer, AnswersARequest) {
  const auto server = start();
  const RawAnswer answer = ask(*server, get("/users/a%20b?x[]=1"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET /users /a b ?x[]=1 []");
  EXPECT_EQ(answer.header("Content-Type"), "text/plain");
  EXPECT_THAT(std::string(*answer.header("Date")), HasSubstr(" GMT"));
  EXPECT_EQ(answer.header("Connection"), std::nullopt);
}

TEST_P(AServer, AnswersARequestCutAtEveryByte) {
  const auto server = start();
  const std::string wire =
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
  RawClient client(server->port());
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    client.send(std::string_view(wire).substr(0, cut));
    std::this_thread::yield();
    client.send(std::string_view(wire).substr(cut));
    EXPECT_EQ(client.receive().body, "POST /a [hi]") << cut;
  }
}

TEST_P(AServer, AnswersPipelinedRequestsInOrder) {
  const auto server = start();
  std::string wire;
  for (int i = 0; i < 2000; ++i) wire += get("/" + std::to_string(i));
  RawClient client(server->port());
  std::thread sender([&] { client.send(wire); });
  for (int i = 0; i < 2000; ++i) {
    ASSERT_EQ(client.receive().body, "GET /" + std::to_string(i) + " []");
  }
  sender.join();
}

TEST_P(AServer, KeepsAConnectionForTheNextRequest) {
  const auto server = start();
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\r\n");
    EXPECT_EQ(client.receive().body, "POST [abc]");
  }
  EXPECT_EQ(server->connections(), 1U);
}

TEST_P(AServer, ClosesWhenTheClientAsksForIt) {
  const auto server = start();
  RawClient client(server->port());
  client.send(get("/", "Connection: close\r\n"));
  EXPECT_EQ(client.receive().header("Connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
}

TEST_P(AServer, ClosesHttp10UnlessAskedToKeep) {
  const auto server = start();
  RawClient closing(server->port());
  closing.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(closing.receive().header("Connection"), "close");
  EXPECT_TRUE(closing.closed_by_server());
  RawClient keeping(server->port());
  for (int i = 0; i < 2; ++i) {
    keeping.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(keeping.receive().header("Connection"), "keep-alive");
  }
}

TEST_P(AServer, AnswersAClientThatOnlyClosedItsSendingSide) {
  const auto server = start();
  RawClient client(server->port());
  client.send(get("/a"));
  client.stop_sending();
  EXPECT_EQ(client.receive().body, "GET /a []");
}

TEST_P(AServer, AnswersHeadAsGetWithoutTheBody) {
  const auto server = start();
  RawClient client(server->port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + get("/b"));
  const RawAnswer head = client.receive(false);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), std::to_string(std::string("HEAD /a []").size()));
  EXPECT_EQ(client.receive().body, "GET /b []");
}

TEST_P(AServer, SendsNoLengthWithNoContent) {
  const auto server = start();
  RawClient client(server->port());
  client.send(get("/no-content") + get("/b"));
  const RawAnswer answer = client.receive();
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Content-Length"), std::nullopt);
  EXPECT_EQ(client.receive().body, "GET /b []");
}

TEST_P(AServer, AnswersOptionsForEverything) {
  const auto server = start();
  EXPECT_EQ(ask(*server, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").body, "OPTIONS /* []");
}

TEST_P(AServer, SendsMoreThanASocketBuffers) {
  const auto server = start();
  EXPECT_EQ(ask(*server, get("/large")).body.size(), 16U << 20);
}

TEST_P(AServer, AnswersAnExceptionWith500) {
  const auto server = start();
  EXPECT_EQ(ask(*server, get("/throw?secret")).status, 500);
}

TEST_P(AServer, AnswersExpectationsBeforeTheBody) {
  const auto server = start();
  RawClient client(server->port());
  client.send("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("hi");
  EXPECT_EQ(client.receive().body, "PUT /a [hi]");
}

TEST_P(AServer, RefusesALargeBodyInsteadOfContinuing) {
  const auto server = start();
  RawClient client(server->port());
  client.send(
      "PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
  EXPECT_TRUE(client.closed_by_server());
}

TEST_P(AServer, RefusesAndCloses) {
  const auto server = start();
  const std::pair<const char*, int> cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET /% HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"\x16\x03\x01\x02", 400}};
  for (const auto& [wire, status] : cases) {
    RawClient client(server->port());
    client.send(wire);
    const RawAnswer answer = client.receive();
    EXPECT_EQ(answer.status, status) << wire;
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(client.closed_by_server());
  }
}

TEST_P(AServer, RefusesHeadersOver16KiB) {
  const auto server = start();
  EXPECT_EQ(ask(*server, get("/", "A: " + std::string(20'000, 'a') + "\r\n")).status, 431);
  EXPECT_EQ(ask(*server, get("/", "A: " + std::string(16'000, 'a') + "\r\n")).status, 200);
}

TEST_P(AServer, TellsAClientThatIsStillSendingWhyItIsRefused) {
  const auto server = start();
  const std::string body(10 << 20, 'x');
  for (const std::string header :
       {"Content-Length: 10485760\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nA00000\r\n"}) {
    RawClient client(server->port());
    EXPECT_TRUE(client.send("PUT / HTTP/1.1\r\nHost: x\r\n" + header + body)) << header;
    EXPECT_EQ(client.receive().status, 413) << header;
  }
}

TEST_P(AServer, AcceptsABodyOfTheLargestSize) {
  const auto server = start({.body_max = 3 << 20});
  const std::string body(3 << 20, 'x');
  const RawAnswer answer =
      ask(*server, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3145728\r\n\r\n" + body);
  EXPECT_EQ(answer.body.size(), body.size() + std::string("PUT []").size());
}

// Sends a byte from time to time until the server has had enough.
RawAnswer drip(const Server& server, std::string_view start_with) {
  RawClient client(server.port());
  client.send(start_with);
  while (!client.has_answer() && client.send("a")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return client.receive();
}

TEST_P(AServer, ClosesHeadersThatAreDripped) {
  const auto server = start({.header_deadline = 200ms});
  EXPECT_EQ(drip(*server, "GET / HTTP/1.1\r\nX: ").status, 408);
}

TEST_P(AServer, ClosesBodiesThatAreDripped) {
  const auto server = start({.body_deadline = 200ms});
  EXPECT_EQ(drip(*server, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n").status,
            408);
}

TEST_P(AServer, AnswersHalfARequestWith408) {
  const auto server = start({.header_deadline = 100ms, .body_deadline = 100ms});
  for (const char* wire :
       {"G", "GET / HTTP/1.1\r\n", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc"}) {
    RawClient client(server->port());
    client.send(wire);
    EXPECT_EQ(client.receive().status, 408) << wire;
    EXPECT_TRUE(client.closed_by_server());
  }
}

TEST_P(AServer, ClosesIdleConnectionsSilently) {
  const auto server = start({.idle_deadline = 100ms});
  RawClient never_asked(server->port());
  EXPECT_EQ(never_asked.receive_rest(), "");
  EXPECT_TRUE(never_asked.closed_by_server());
  RawClient asked(server->port());
  asked.send(get("/") + "\r\n");
  EXPECT_EQ(asked.receive().status, 200);
  EXPECT_EQ(asked.receive_rest(), "");
  EXPECT_TRUE(asked.closed_by_server());
}

TEST_P(AServer, ClosesAClientThatDoesNotTakeItsAnswer) {
  const auto server = start({.idle_deadline = 100ms});
  RawClient client(server->port());
  client.send(get("/large"));
  EXPECT_LT(client.receive_through("\r\n\r\n").size(), 1000U);
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
  EXPECT_LT(client.receive_rest().size(), 16U << 20);
}

TEST_P(AServer, ForgetsClientsThatHangUpInTheMiddle) {
  const auto server = start();
  for (const std::string& wire :
       {std::string(), std::string("GET / HT"), get("/a") + get("/b"),
        std::string("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na")}) {
    for (const bool with_reset : {false, true}) {
      RawClient client(server->port());
      client.send(wire);
      with_reset ? client.reset() : client.close();
    }
  }
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
  EXPECT_EQ(ask(*server, get("/a")).body, "GET /a []");
}

TEST_P(AServer, ServesManyConnectionsAtOnce) {
  const auto server = start();
  std::vector<RawClient> clients;
  for (int i = 0; i < 500; ++i) clients.emplace_back(server->port());
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) clients[i].send(get("/" + std::to_string(i)));
    for (std::size_t i = 0; i < clients.size(); ++i) {
      ASSERT_EQ(clients[i].receive().body, "GET /" + std::to_string(i) + " []");
    }
  }
  EXPECT_EQ(server->connections(), 500U);
}

TEST_P(AServer, DoesNotShareItsPortWithAnother) {
  const auto server = start();
  const ServerOptions options{.port = server->port()};
  const auto second = Server::start(options, handle, refusal);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr("in use"));
}

TEST_P(AServer, WantsANumericAddress) {
  const auto server = Server::start({.address = "not an address"}, handle, refusal);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::invalid);
}

TEST_P(AServer, ClosesIdleConnectionsWhenItStops) {
  const auto server = start();
  RawClient client(server->port());
  client.send(get("/"));
  EXPECT_EQ(client.receive().status, 200);
  server->stop(10s);
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(server->connections(), 0U);
  EXPECT_FALSE(RawClient(server->port()).connected());
  server->stop(10s);
}

TEST_P(AServer, CompletesARequestUnderWayWhenItStops) {
  const auto server = start();
  RawClient client(server->port());
  client.send("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  auto stopped = std::async(std::launch::async, [&] { server->stop(10s); });
  client.send("hi");
  const RawAnswer answer = client.receive();
  EXPECT_EQ(answer.body, "PUT /a [hi]");
  EXPECT_TRUE(client.closed_by_server());
  client.close();
  stopped.wait();
}

TEST_P(AServer, ClosesWhatDoesNotEndWithinTheGrace) {
  const auto server = start();
  RawClient client(server->port());
  client.send("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return server->connections() == 1; }));
  server->stop(50ms);
  EXPECT_TRUE(client.closed_by_server());
}

using Start = std::function<void(Done<int>)>;

asio::awaitable<Response> answer_when_done(const Start& begin) {
  co_return Response{.status = co_await await_done<int>(begin)};
}

TEST_P(AServer, StopsAlthoughAHandlerWaitsForSomethingThatNeverComes) {
  std::optional<Done<int>> never_called;
  std::promise<void> waiting;
  const Start begin = [&](Done<int> done) {
    never_called = std::move(done);
    waiting.set_value();
  };
  const auto handler = [&begin](const Request&) { return answer_when_done(begin); };
  const ServerOptions options{.port = 0, .tls = files_for(GetParam())};
  const auto server = *Server::start(options, handler, refusal);
  RawClient client(server->port());
  client.send(get("/"));
  waiting.get_future().wait();
  server->stop(10ms);
  EXPECT_TRUE(client.closed_by_server());
  never_called.reset();  // before the server is destroyed, as its header demands
}

TEST_P(AServer, AnswersWhatAnotherThreadFound) {
  std::thread elsewhere;
  const Start begin = [&elsewhere](Done<int> done) {
    elsewhere = std::thread([done_ = std::move(done)]() mutable { done_(202); });
  };
  const auto handler = [&begin](const Request&) { return answer_when_done(begin); };
  const ServerOptions options{.port = 0, .tls = files_for(GetParam())};
  const auto server = *Server::start(options, handler, refusal);
  EXPECT_EQ(ask(*server, get("/")).status, 202);
  elsewhere.join();
}

}  // namespace
}  // namespace mayfly::http
