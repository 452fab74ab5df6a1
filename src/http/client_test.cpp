#include "http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "http/raw_server.h"
#include "http/server.h"

namespace mayfly::http {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::Not;

// A loop that a test turns by hand until the answers it waits for have come.
class HandLoop final : public Loop {
 public:
  Time now() const override { return SystemClock{}.now(); }
  void post(Task task) override {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
    arrived_.notify_one();
  }
  void post_at(Time, Task task) override { post(std::move(task)); }

  bool run_one() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::seconds(20), [this] { return !tasks_.empty(); })) {
      return false;
    }
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Task> tasks_;
};

Response refuse_briefly(int status, std::string_view) {
  return {.status = status};
}

asio::awaitable<Response> echo(Request request) {
  const std::string first = request.path.empty() ? "" : request.path.front();
  Response response{.headers = {{"X-Method", request.method}}};
  for (const Header& header : request.headers) {
    if (header.name.starts_with("X-") || header.name.starts_with("Content-")) {
      response.headers.push_back({"Got-" + header.name, "<" + header.value + ">"});
    }
  }
  response.body = request.body;
  if (first == "redirect") {
    response.status = 302;
    response.headers.push_back({"Location", "/elsewhere"});
  }
  if (first == "missing") response = {.status = 404, .body = "nothing here"};
  if (first == "large") response.body = std::string(1 << 20, 'x');
  if (first == "events") {
    response.stream = [](BodyWriter& out) -> asio::awaitable<void> {
      for (int i = 0; co_await out.write("tick\n") && i < 1000; ++i) co_await out.wait(1ms);
    };
  }
  if (first == "silence") {
    response.stream = [](BodyWriter& out) -> asio::awaitable<void> { co_await out.wait(1h); };
  }
  co_return response;
}

class CurlClient : public testing::Test {
 protected:
  // Before the servers of derived fixtures, which wait for their clients to hang up.
  void TearDown() override { client_.reset(); }

  std::string url(std::string_view target) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + std::string(target);
  }

  CallResult send(Call call) {
    CallResult result = std::unexpected(CallFailure{.message = "never answered"});
    client_->send(std::move(call), loop_, [&](CallResult came) { result = std::move(came); });
    EXPECT_TRUE(loop_.run_one());
    return result;
  }
  CallFailure fail_to_send(Call call) {
    const CallResult result = send(std::move(call));
    EXPECT_FALSE(result);
    return result ? CallFailure{.message = "answered"} : result.error();
  }

  std::unique_ptr<Server> server_ = *Server::start({.port = 0}, echo, refuse_briefly);
  HandLoop loop_;
  std::unique_ptr<Client> client_ = make_curl_client();
};

TEST_F(CurlClient, BringsStatusHeadersAndBody) {
  const CallResult result = send({.method = "POST",
                                  .url = url("/a"),
                                  .headers = {{"X-A", "1"}, {"X-Empty", ""}},
                                  .body = "hi"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "hi");
  EXPECT_EQ(result->header("x-method"), "POST");
  EXPECT_EQ(result->header("got-x-a"), "<1>");
  EXPECT_EQ(result->header("got-x-empty"), "<>");
  EXPECT_EQ(result->header("got-content-type"), std::nullopt);
}

TEST_F(CurlClient, SendsEveryMethodAsItIsNamed) {
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    const CallResult result = send({.method = method, .url = url("/")});
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->header("X-Method"), method);
    EXPECT_EQ(result->body, "");
  }
  const CallResult with_body = send({.method = "DELETE", .url = url("/"), .body = "why"});
  EXPECT_EQ(with_body->body, "why");
}

TEST_F(CurlClient, SendsLargeBodiesWhole) {
  const std::string body(1 << 20, '\0');
  EXPECT_EQ(send({.method = "PUT", .url = url("/"), .body = body})->body, body);
}

TEST_F(CurlClient, FollowsNoRedirect) {
  const CallResult result = send({.url = url("/redirect")});
  EXPECT_EQ(result->status, 302);
  EXPECT_EQ(result->header("Location"), "/elsewhere");
}

TEST_F(CurlClient, SendsManyCallsAtOnceOverFewConnections) {
  int answered = 0;
  for (int i = 0; i < 200; ++i) {
    client_->send({.method = "PUT", .url = url("/"), .body = std::to_string(i)}, loop_,
                  [&answered, i](CallResult result) {
                    ASSERT_TRUE(result);
                    EXPECT_EQ(result->body, std::to_string(i));
                    ++answered;
                  });
  }
  while (answered < 200 && loop_.run_one()) {
  }
  EXPECT_EQ(answered, 200);
  EXPECT_LE(server_->connections(), 32U);
}

TEST_F(CurlClient, ReachesNobodyWhenThePortIsClosed) {
  const std::string closed = url("/a?secret=1");
  server_->stop(0s);
  const CallFailure failure = fail_to_send({.method = "POST", .url = closed});
  EXPECT_EQ(failure.reached, Reached::no);
  EXPECT_THAT(failure.message, HasSubstr("POST http://127.0.0.1"));
  EXPECT_THAT(failure.message, Not(HasSubstr("secret")));
}

TEST_F(CurlClient, ReachesNobodyWhenTlsFails) {
  const std::string tls = "https" + url("/").substr(4);
  EXPECT_EQ(fail_to_send({.method = "POST", .url = tls}).reached, Reached::no);
}

TEST_F(CurlClient, ReachesNobodyBehindAnUnknownName) {
  EXPECT_EQ(fail_to_send({.url = "http://nobody.invalid/"}).reached, Reached::no);
}

TEST_F(CurlClient, ReachesNobodyWhenTheServerDoesNotSpeakTlsInTime) {
  RawServer silent([](RawPeer& peer) { peer.receive_rest(); });
  const std::string tls = "https" + silent.url("/").substr(4);
  EXPECT_EQ(fail_to_send({.method = "POST", .url = tls, .deadline = 100ms}).reached, Reached::no);
}

TEST_F(CurlClient, ThatIsForPublicAddressesReachesNobodyHere) {
  client_ = make_curl_client({.public_only = true});
  const std::string port = url("").substr(std::string("http://127.0.0.1").size());
  for (const char* host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1",
                           "0.0.0.0", "127.1"}) {
    const CallFailure failure = fail_to_send({.url = "http://" + std::string(host) + port + "/"});
    EXPECT_EQ(failure.reached, Reached::no);
    EXPECT_THAT(failure.message, HasSubstr("is not a public one")) << host;
  }
}

TEST_F(CurlClient, CutsAnAnswerThatIsLongerThanAnybodyReads) {
  const std::string body(1 << 20, 'x');
  const Call call{
      .method = "PUT", .url = url("/"), .body = body, .response_max = 100'000, .cut_answer = true};
  const CallResult result = send(call);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, 200);
  EXPECT_LT(result->body.size(), 100'000U);
}

TEST_F(CurlClient, SendsNothingThatIsNotOneRequest) {
  for (const Call& call : {Call{.url = "not a url"}, Call{.url = "ftp://127.0.0.1/"},
                           Call{.url = "file:///etc/passwd"}, Call{.url = url("/\r\nX: y")},
                           Call{.method = "GET /x HTTP/1.1\r\n", .url = url("/")},
                           Call{.url = url("/"), .headers = {{"X-A", "1\r\nX-B: 2"}}},
                           Call{.url = url("/"), .headers = {{"X A", "1"}}}}) {
    EXPECT_EQ(fail_to_send(call).reached, Reached::no) << call.url;
  }
}

TEST_F(CurlClient, MayHaveReachedAServerThatClosesWithoutAnAnswer) {
  RawServer server([](RawPeer& peer) { peer.receive_request(); });
  EXPECT_EQ(fail_to_send({.method = "POST", .url = server.url("/")}).reached, Reached::maybe);
}

TEST_F(CurlClient, MayHaveReachedAServerThatClosesInTheMiddleOfItsAnswer) {
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345";
  for (const std::size_t cut : {std::size_t{1}, std::size_t{12}, std::size_t{17}, std::size_t{30},
                                std::size_t{38}, answer.size()}) {
    RawServer server([&](RawPeer& peer) {
      peer.receive_request();
      peer.send(std::string_view(answer).substr(0, cut));
    });
    const CallFailure failure = fail_to_send({.method = "POST", .url = server.url("/?secret=1")});
    EXPECT_EQ(failure.reached, Reached::maybe) << cut;
    EXPECT_THAT(failure.message, Not(HasSubstr("secret")));
  }
}

TEST_F(CurlClient, MayHaveReachedAServerThatDoesNotAnswerInTime) {
  RawServer server([](RawPeer& peer) { peer.receive_rest(); });
  const CallFailure failure =
      fail_to_send({.method = "POST", .url = server.url("/"), .deadline = 100ms});
  EXPECT_EQ(failure.reached, Reached::maybe);
  EXPECT_THAT(failure.message, HasSubstr("100 ms"));
}

TEST_F(CurlClient, TakesNoMoreThanItsLimit) {
  EXPECT_TRUE(send({.url = url("/large"), .response_max = 2 << 20}));
  const CallFailure failure = fail_to_send({.url = url("/large"), .response_max = 1 << 20});
  EXPECT_EQ(failure.reached, Reached::maybe);
  EXPECT_THAT(failure.message, HasSubstr("1048576 bytes"));
}

TEST_F(CurlClient, QuotesNoHeaderOfAnAnswerItCannotRead) {
  RawServer server([](RawPeer& peer) {
    peer.receive_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: secret\r\n\r\n");
  });
  EXPECT_THAT(fail_to_send({.url = server.url("/")}).message, Not(HasSubstr("secret")));
}

// Answers the first request of each connection and dies at the second.
class KeptConnection : public CurlClient {
 protected:
  RawServer dying_{[this](RawPeer& peer) {
    if (peer.receive_request().empty()) return;
    ++requests_;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    if (!peer.receive_request().empty()) ++second_requests_;
  }};
  std::atomic<int> requests_ = 0;         // the first of their connections
  std::atomic<int> second_requests_ = 0;  // which died unanswered
};

TEST_F(KeptConnection, ThatDiesMakesNobodySendAPostTwice) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    requests_ = second_requests_ = 0;
    ASSERT_TRUE(send({.method = method, .url = dying_.url("/")})) << method;
    const CallFailure failure =
        fail_to_send({.method = method, .url = dying_.url("/"), .body = "once"});
    EXPECT_EQ(failure.reached, Reached::maybe) << method;
    EXPECT_EQ(second_requests_, 1) << "the connection was not kept";
    EXPECT_EQ(requests_, 1) << "sent again";
  }
}

TEST_F(KeptConnection, ThatDiesIsMadeAnewForAGet) {
  ASSERT_TRUE(send({.url = dying_.url("/")}));
  const CallResult result = send({.url = dying_.url("/")});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->body, "ok");
  EXPECT_EQ(second_requests_, 1);
  EXPECT_EQ(requests_, 2);
}

TEST_F(CurlClient, UsesNoProxyForThisMachine) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  const CallResult direct = send({.url = url("/")});
  const CallFailure by_proxy = fail_to_send({.url = "http://example.invalid/"});
  ::unsetenv("http_proxy");
  EXPECT_TRUE(direct);
  EXPECT_EQ(by_proxy.reached, Reached::no);
  EXPECT_THAT(by_proxy.message, HasSubstr("port 1"));
}

TEST_F(CurlClient, DropsOpenCallsWhenItEnds) {
  RawServer server([](RawPeer& peer) { peer.receive_rest(); });
  bool called = false;
  const auto alive = std::make_shared<int>();
  client_->send({.url = server.url("/")}, loop_, [&called, alive](CallResult) { called = true; });
  while (server.connections() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  client_.reset();
  EXPECT_FALSE(called);
  EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(CurlClient, WaitsForTheCommandLine) {
  const CallResult result = send_and_wait({.method = "PUT", .url = url("/"), .body = "hi"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "hi");
  EXPECT_EQ(send_and_wait({.url = "x://y"}).error().reached, Reached::no);
}

TEST_F(CurlClient, StreamsUntilToldToStop) {
  std::string text;
  const CallResult result = stream_and_wait({.url = url("/events")}, [&](std::string_view bytes) {
    text += bytes;
    return text.size() < 20;
  });
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "");
  EXPECT_TRUE(text.starts_with("tick\ntick\n"));
}

TEST_F(CurlClient, TellsAStreamsReaderThatTimePasses) {
  int ticks = 0;
  const CallResult result = stream_and_wait({.url = url("/silence")}, [&](std::string_view bytes) {
    EXPECT_TRUE(bytes.empty());
    return ++ticks < 2;
  });
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(ticks, 2);
}

TEST_F(CurlClient, KeepsTheBodyOfAStreamThatWasRefused) {
  const CallResult result =
      stream_and_wait({.url = url("/missing")}, [](std::string_view) { return true; });
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 404);
  EXPECT_EQ(result->body, "nothing here");
}

}  // namespace
}  // namespace mayfly::http
