#include "http/request_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly::http {
namespace {

using Stage = RequestReader::Stage;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kBodyMax = 1000;

// A connection in small: bytes arrive in pieces and wait in an inbox until they are consumed.
struct Arrival {
  RequestReader reader{kBodyMax};
  std::string inbox;

  Stage receive(std::string_view bytes) {
    inbox += bytes;
    inbox.erase(0, reader.feed(inbox));
    return reader.stage();
  }
};

int status_of(std::string_view wire) {
  Arrival arrival;
  switch (arrival.receive(wire)) {
    case Stage::complete:
      return 200;
    case Stage::refused:
      return arrival.reader.refused().status;
    default:
      return 0;
  }
}

std::string get_with(std::string_view headers) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n";
}

TEST(RequestReader, ReadsTheSameRequestHoweverItIsCut) {
  const std::string wire =
      "POST /users/a%20b?x[]=1 HTTP/1.1\r\nHost: x\r\nX-Two:  2 \r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    Arrival arrival;
    arrival.receive(wire.substr(0, cut));
    ASSERT_EQ(arrival.reader.stage() == Stage::complete, cut == wire.size()) << cut;
    ASSERT_EQ(arrival.receive(wire.substr(cut) + "GET"), Stage::complete) << cut;
    EXPECT_EQ(arrival.inbox, "GET");
    const RequestHead head = arrival.reader.take();
    EXPECT_EQ(head.request.method, "POST");
    EXPECT_EQ(head.request.target, "/users/a%20b?x[]=1");
    EXPECT_THAT(head.request.path, ElementsAre("users", "a b"));
    EXPECT_EQ(head.request.header("x-two"), "2");
    EXPECT_EQ(head.request.body, "hello");
    EXPECT_TRUE(head.keep_alive);
  }
}

TEST(RequestReader, ReadsAChunkedRequestByteByByte) {
  Arrival arrival;
  const std::string wire =
      "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\nHost: "
      "y\r\n\r\n";
  for (const char c : wire) arrival.receive({&c, 1});
  ASSERT_EQ(arrival.reader.stage(), Stage::complete);
  const RequestHead head = arrival.reader.take();
  EXPECT_EQ(head.request.body, "abc");
  EXPECT_EQ(head.request.header("Host"), "x");
}

TEST(RequestReader, RefusesAlikeHoweverTheNonsenseIsCut) {
  for (const std::string wire : {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/3.0\r\nHost: x\r\n\r\n",
                                 "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    const int whole = status_of(wire);
    EXPECT_GE(whole, 400);
    for (std::size_t cut = 0; cut < wire.size(); ++cut) {
      Arrival arrival;
      arrival.receive(wire.substr(0, cut));
      arrival.receive(wire.substr(cut));
      EXPECT_EQ(arrival.reader.refused().status, whole) << cut << ": " << wire;
    }
  }
}

TEST(RequestReader, SkipsEmptyLinesBeforeARequest) {
  EXPECT_EQ(status_of("\r\n\r\n" + get_with("")), 200);
  Arrival arrival;
  EXPECT_EQ(arrival.receive("\r"), Stage::nothing);
  EXPECT_EQ(arrival.receive("\n"), Stage::nothing);
  EXPECT_THAT(arrival.inbox, IsEmpty());
}

TEST(RequestReader, RefusesMalformedHeads) {
  using std::string_literals::operator""s;
  for (const char* wire : {"GET / HTTP/1.1\nHost: x\n\n",         // bare line feeds
                           "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",  // two spaces
                           "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
                           "GET /\r\n\r\n",
                           "GET / FTP/1.1\r\nHost: x\r\n\r\n",
                           "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
                           "(GET) / HTTP/1.1\r\n",
                           "\x16\x03\x01",
                           "\rG",
                           " GET /",
                           "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",  // folded
                           "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: x\r\nNoColon\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n",
                           "GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n",
                           "GET x HTTP/1.1\r\nHost: x\r\n\r\n",
                           "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
                           "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    EXPECT_EQ(status_of(wire), 400) << wire;
  }
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n"s), 400);
}

TEST(RequestReader, RefusesOtherVersions) {
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/1.2\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/0.9\r\n\r\n"), 505);
  EXPECT_EQ(status_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/11\r\nHost: x\r\n\r\n"), 400);
}

TEST(RequestReader, WantsExactlyOneHost) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: x\r\nhost: y\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"), 200);
}

TEST(RequestReader, RefusesAmbiguousBodyLengths) {
  for (const char* headers :
       {"Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: 1, 2\r\n",
        "Content-Length: +1\r\n", "Content-Length: -1\r\n", "Content-Length: 0x1\r\n",
        "Content-Length: 1.0\r\n", "Content-Length:\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: gzip\r\n",
        "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"}) {
    EXPECT_EQ(status_of(get_with(headers)), 400) << headers;
  }
  EXPECT_EQ(status_of("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(get_with("Content-Length: 1\r\nContent-Length: 1\r\n") + "x"), 200);
}

TEST(RequestReader, KnowsNoTransferCodingButChunked) {
  for (const char* coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "identity", "xchunked", ""}) {
    EXPECT_EQ(status_of(get_with("Transfer-Encoding: " + std::string(coding) + "\r\n")), 501)
        << coding;
  }
}

TEST(RequestReader, RefusesMoreThan16KiBOfHead) {
  const std::string fits(kHeadMax - get_with("A: \r\n").size(), 'a');
  EXPECT_EQ(status_of(get_with("A: " + fits + "\r\n")), 200);
  EXPECT_EQ(status_of(get_with("A: " + fits + "a\r\n")), 431);
  EXPECT_EQ(status_of("GET /" + std::string(kHeadMax, 'a')), 431);
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "A: b\r\n";
  EXPECT_EQ(status_of(get_with(many)), 431);
}

TEST(RequestReader, RefusesALargeBodyBeforeItIsSent) {
  EXPECT_EQ(status_of(get_with("Content-Length: 1000\r\n") + std::string(1000, 'x')), 200);
  EXPECT_EQ(status_of(get_with("Content-Length: 1001\r\n")), 413);
  EXPECT_EQ(status_of(get_with("Content-Length: 18446744073709551615\r\n")), 413);
  EXPECT_EQ(status_of(get_with("Transfer-Encoding: chunked\r\n") + "3e9\r\n"), 413);
}

TEST(RequestReader, KeepsConnectionsAsTheVersionSays) {
  const auto keeps = [](std::string_view wire) {
    Arrival arrival;
    EXPECT_EQ(arrival.receive(wire), Stage::complete) << wire;
    return arrival.reader.head().keep_alive;
  };
  EXPECT_TRUE(keeps(get_with("")));
  EXPECT_FALSE(keeps(get_with("Connection: Close\r\n")));
  EXPECT_FALSE(keeps(get_with("Connection: x, close\r\n")));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestReader, NoticesExpectations) {
  Arrival arrival;
  EXPECT_EQ(arrival.receive(get_with("Expect: 100-Continue\r\nContent-Length: 1\r\n")),
            Stage::body);
  EXPECT_TRUE(arrival.reader.head().expects_continue);
}

TEST(RequestReader, KnowsThatAnAnswerToHeadHasNoBody) {
  Arrival arrival;
  EXPECT_EQ(arrival.receive("HEAD / HTTP/1.1\r\n\r\n"), Stage::refused);
  EXPECT_TRUE(arrival.reader.is_head_request());
}

}  // namespace
}  // namespace mayfly::http
