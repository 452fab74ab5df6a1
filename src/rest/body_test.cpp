#include "rest/body.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mayfly::rest {
namespace {

http::Request request_of(std::string body,
                         http::Headers headers = {{"content-type", "application/json"}}) {
  return {.method = "POST", .headers = std::move(headers), .body = std::move(body)};
}

// The name of the refusal; empty when there is none.
std::string refused(Body rule, const http::Request& request) {
  const auto body = read_body(rule, request);
  return body ? "" : std::string(name_of(body.error().code));
}

TEST(Body, IsJsonAndNothingElse) {
  for (const char* good :
       {"application/json", "Application/JSON", "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"", "application/json ; "}) {
    EXPECT_TRUE(is_json_media_type(good)) << good;
  }
  for (const char* bad :
       {"", "text/json", "application/json5", "application/problem+json", "*/*",
        "application/json; charset=latin1", "application/json; charset=utf-8; v=1",
        "application/json, application/json", "application/json charset=utf-8"}) {
    EXPECT_FALSE(is_json_media_type(bad)) << bad;
  }
}

TEST(Body, NeedsItsContentType) {
  EXPECT_EQ(refused(Body::required, request_of("{}")), "");
  EXPECT_EQ(refused(Body::required, request_of("{}", {})), "unsupported_media");
  EXPECT_EQ(refused(Body::required, request_of("not json", {})), "unsupported_media");
  EXPECT_EQ(refused(Body::required, request_of("{}", {{"Content-Type", "application/json"},
                                                      {"Content-Type", "application/json"}})),
            "unsupported_media");
}

TEST(Body, MustNotBeEncoded) {
  for (const char* coding : {"gzip", "identity", ""}) {
    EXPECT_EQ(refused(Body::required, request_of("{}", {{"Content-Type", "application/json"},
                                                        {"Content-Encoding", coding}})),
              "unsupported_media");
  }
}

TEST(Body, MustBeAnObject) {
  for (const char* text :
       {"", " ", "null", "[]", "1", "\"a\"", "{", "{}{}", "{\"a\":1,\"a\":2}", "\xff"}) {
    EXPECT_EQ(refused(Body::required, request_of(text)), "malformed") << text;
  }
}

// Each of a hundred thousand unknown fields was looked for among the others, and named.
TEST(Body, HasNoMoreMembersThanSomebodyMeans) {
  std::string many = "{\"0\":0";
  for (int i = 1; i < 200; ++i) many += fmt::format(",\"{}\":0", i);
  EXPECT_EQ(refused(Body::required, request_of(many + "}")), "");
  many += ",\"200\":0}";
  EXPECT_EQ(refused(Body::required, request_of(many)), "malformed");
  EXPECT_EQ(refused(Body::required, request_of("{\"a\":[0," + many + "]}")), "malformed");
}

TEST(Body, MayBeLeftOutWhereItIsOptional) {
  EXPECT_EQ(refused(Body::optional, request_of("", {})), "");
  EXPECT_EQ(refused(Body::optional, request_of("{}", {})), "unsupported_media");
  EXPECT_EQ(refused(Body::required, request_of("", {})), "unsupported_media");
}

TEST(Body, MayBeAnEmptyObjectWhereThereIsNone) {
  EXPECT_EQ(refused(Body::none, request_of("", {})), "");
  EXPECT_EQ(refused(Body::none, request_of("{}")), "");
  EXPECT_EQ(refused(Body::none, request_of("{\"force\":true}")), "invalid");
  EXPECT_EQ(refused(Body::none, request_of("force", {})), "unsupported_media");
}

TEST(Body, OfAGetIsNotRead) {
  http::Request get = request_of("whatever", {});
  get.method = "GET";
  EXPECT_EQ(refused(Body::none, get), "");
}

}  // namespace
}  // namespace mayfly::rest
