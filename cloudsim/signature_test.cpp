#include "signature.h"

#include <gtest/gtest.h>

namespace mayfly::cloudsim {
namespace {

// As AWS's own SDK signed it, with the example key, at 2026-01-02T03:04:05Z.
http::Request sdk_request() {
  http::Request request;
  request.method = "POST";
  request.target = "/";
  request.headers = {
      {"Host", "sts.us-east-1.amazonaws.com"},
      {"Authorization",
       "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260102/us-east-1/sts/aws4_request, "
       "SignedHeaders=content-type;host;x-amz-date, "
       "Signature=38bde9c5ae77e4e0c8793ec08f4ceccfcef6f12e1b0bf1d4a9ce786a6359b12a"},
      {"Content-Length", "43"},
      {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
      {"X-Amz-Date", "20260102T030405Z"}};
  request.body = "Action=GetCallerIdentity&Version=2011-06-15";
  return request;
}

const Time kThen = *parse_time("2026-01-02T03:04:05Z");

std::string& header(http::Request& request, std::string_view name) {
  for (http::Header& each : request.headers) {
    if (each.name == name) return each.value;
  }
  return request.headers.emplace_back(http::Header{std::string(name), ""}).value;
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, from.size(), to);
}

AuthProblem problem_of(const http::Request& request, Time now = kThen) {
  const auto scope = verify_signature(request, KeyRing(), now);
  EXPECT_FALSE(scope);
  return scope ? AuthProblem::missing : scope.error().problem;
}

TEST(Signature, OfAwssOwnSdkIsAccepted) {
  const auto scope = verify_signature(sdk_request(), KeyRing(), kThen);
  ASSERT_TRUE(scope);
  EXPECT_EQ(scope->region, "us-east-1");
  EXPECT_EQ(scope->service, "sts");
}

TEST(Signature, CoversTheBodyAndTheSignedHeaders) {
  http::Request request = sdk_request();
  request.body += " ";
  EXPECT_EQ(problem_of(request), AuthProblem::wrong_signature);
  request = sdk_request();
  header(request, "Host") = "127.0.0.1";
  EXPECT_EQ(problem_of(request), AuthProblem::wrong_signature);
  request = sdk_request();
  replace(header(request, "Authorization"), "us-east-1", "eu-west-1");
  EXPECT_EQ(problem_of(request), AuthProblem::wrong_signature);
}

TEST(Signature, DoesNotCoverOtherHeaders) {
  http::Request request = sdk_request();
  header(request, "User-Agent") = "anything";
  EXPECT_TRUE(verify_signature(request, KeyRing(), kThen));
}

TEST(Signature, OfAnotherKeyIsNotAccepted) {
  http::Request request = sdk_request();
  replace(header(request, "Authorization"), "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7ANOTHER");
  EXPECT_EQ(problem_of(request), AuthProblem::unknown_key);
  request = sdk_request();
  header(request, "X-Amz-Security-Token") = "temporary";
  EXPECT_EQ(problem_of(request), AuthProblem::unknown_key);
}

TEST(Signature, OfAKeyThatWasRevokedOrHasRunOutIsNotAccepted) {
  KeyRing keys;
  keys.set({.cloud = "aws", .id = kAccessKeyId, .state = KeyState::revoked});
  EXPECT_EQ(verify_signature(sdk_request(), keys, kThen).error().problem, AuthProblem::unknown_key);
  keys.set({.cloud = "aws", .id = kAccessKeyId, .state = KeyState::expired});
  EXPECT_EQ(verify_signature(sdk_request(), keys, kThen).error().problem,
            AuthProblem::expired_token);
  keys.set({.cloud = "aws", .id = kAccessKeyId});
  EXPECT_TRUE(verify_signature(sdk_request(), keys, kThen)) << "the secret was kept";
}

TEST(Signature, HoldsForFiveMinutesBothWays) {
  EXPECT_TRUE(verify_signature(sdk_request(), KeyRing(), kThen + 5min));
  EXPECT_TRUE(verify_signature(sdk_request(), KeyRing(), kThen - 5min));
  EXPECT_EQ(problem_of(sdk_request(), kThen + 5min + 1s), AuthProblem::expired);
  EXPECT_EQ(problem_of(sdk_request(), kThen - 5min - 1s), AuthProblem::early);
}

TEST(Signature, MustBeThereAndComplete) {
  http::Request request = sdk_request();
  header(request, "Authorization").clear();
  EXPECT_EQ(problem_of(request), AuthProblem::missing);
  for (const char* text :
       {"Basic abc", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=a/b/c/d",
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260102/us-east-1/sts/aws4_request"}) {
    header(request, "Authorization") = text;
    EXPECT_EQ(problem_of(request), AuthProblem::incomplete) << text;
  }
  request = sdk_request();
  header(request, "X-Amz-Date") = "yesterday";
  EXPECT_EQ(problem_of(request), AuthProblem::incomplete);
}

}  // namespace
}  // namespace mayfly::cloudsim
