#include "http/response_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ResponseHead, NamesStatusDateHeadersAndLength) {
  const Response response{.status = 201, .headers = {{"Location", "/r/1"}}, .body = "12345"};
  EXPECT_EQ(response_head(response, {}, "today"),
            "HTTP/1.1 201 Created\r\nDate: today\r\nLocation: /r/1\r\nContent-Length: 5\r\n\r\n");
}

TEST(ResponseHead, SaysWhatBecomesOfTheConnection) {
  EXPECT_THAT(response_head({}, {.close = true}, ""), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(response_head({}, {.say_keep_alive = true}, ""),
              HasSubstr("\r\nConnection: keep-alive\r\n"));
}

TEST(ResponseHead, FramesEachKindOfBody) {
  EXPECT_THAT(response_head({}, {.body = BodyKind::chunked}, ""),
              HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  for (const BodyKind kind : {BodyKind::none, BodyKind::until_close}) {
    const std::string head = response_head({}, {.body = kind}, "");
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
  }
}

TEST(ResponseHead, LetsNoValueBeginAnotherLine) {
  using std::string_literals::operator""s;
  const Response response{.headers = {{"Location", "/a\r\nSet-Cookie: b\n\0\x7f\tc"s}}};
  EXPECT_THAT(response_head(response, {}, ""),
              HasSubstr("\r\nLocation: /a  Set-Cookie: b   \tc\r\n"));
}

TEST(ResponseHeadDeathTest, EndsTheProcessWhenOurCodeSetsTheServersHeaders) {
  const Response response{.headers = {{"content-length", "5"}}};
  EXPECT_DEATH(response_head(response, {}, ""), "");
  const Response broken{.headers = {{"a b", "5"}}};
  EXPECT_DEATH(response_head(broken, {}, ""), "");
}

TEST(DateCache, PrintsTheDateAsHttpWantsIt) {
  DateCache cache;
  EXPECT_EQ(cache.at(*parse_time("1994-11-06T08:49:37.5Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.at(*parse_time("1994-11-06T08:49:37.9Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.at(*parse_time("1994-11-06T08:49:38Z")), "Sun, 06 Nov 1994 08:49:38 GMT");
}

}  // namespace
}  // namespace mayfly::http
