#include "rest/problem.h"

#include <gtest/gtest.h>

#include "json/parse.h"

namespace mayfly::rest {
namespace {

std::string header_of(const http::Response& response, std::string_view name) {
  return std::string(http::find_header(response.headers, name).value_or("none"));
}

json::value body_of(const http::Response& response) {
  return json::parse(response.body).value();
}

TEST(Problem, HasEveryMember) {
  const Error error{.code = ErrorCode::invalid,
                    .message = "'count' must be \"less\"",
                    .remedy = "Ask for less.",
                    .cloud_code = "TooMany",
                    .fields = {{"count", "must be less"}},
                    .extensions = {{"relax", R"([{"field":"count"}])"}, {"a", "1"}}};
  const http::Response response = problem_response(error);
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(header_of(response, "Content-Type"), "application/problem+json");
  EXPECT_EQ(body_of(response), *json::parse(R"({
    "type": "urn:mayfly:problem:invalid", "title": "Invalid field", "status": 422,
    "detail": "'count' must be \"less\"", "remedy": "Ask for less.", "code": "invalid",
    "cloud_code": "TooMany", "errors": [{"field": "count", "message": "must be less"}],
    "a": 1, "relax": [{"field": "count"}]})"));
}

TEST(Problem, LeavesOutWhatItDoesNotHave) {
  const json::value body = body_of(problem_response(Error{.message = "x"}));
  EXPECT_EQ(body.get_object().size(), 5U);
}

TEST(Problem, EachCodeHasItsStatus) {
  constexpr std::pair<ErrorCode, int> kStatuses[] = {
      {ErrorCode::malformed, 400},          {ErrorCode::invalid, 422},
      {ErrorCode::unauthenticated, 401},    {ErrorCode::forbidden, 403},
      {ErrorCode::not_found, 404},          {ErrorCode::conflict, 409},
      {ErrorCode::too_large, 413},          {ErrorCode::unsupported_media, 415},
      {ErrorCode::method_not_allowed, 405}, {ErrorCode::unsatisfiable, 422},
      {ErrorCode::rejected_by_cloud, 422},  {ErrorCode::cloud_unreachable, 502},
      {ErrorCode::unavailable, 503},        {ErrorCode::timed_out, 504},
      {ErrorCode::over_limit, 403},         {ErrorCode::internal, 500}};
  for (const auto& [code, status] : kStatuses) {
    const http::Response response = problem_response(Error{.code = code});
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(body_of(response).at("code").as_string(), name_of(code));
    EXPECT_EQ(header_of(response, "WWW-Authenticate") != "none", status == 401);
  }
}

std::vector<std::string> challenges_of(const Error& error) {
  std::vector<std::string> challenges;
  for (const http::Header& header : problem_response(error).headers) {
    if (header.name == "WWW-Authenticate") challenges.push_back(header.value);
  }
  return challenges;
}

TEST(Problem, ChallengesOnceForEachScheme) {
  Error error{.code = ErrorCode::unauthenticated};
  EXPECT_EQ(challenges_of(error),
            (std::vector<std::string>{"Bearer realm=\"mayfly\"", "Basic realm=\"mayfly\""}));
  error.extensions = {{"error", "\"invalid_token\""}};
  EXPECT_EQ(challenges_of(error),
            (std::vector<std::string>{"Bearer realm=\"mayfly\", error=\"invalid_token\"",
                                      "Basic realm=\"mayfly\""}));
}

TEST(Problem, SaysWhenToTryAgain) {
  const auto retry_after = [](Error error) {
    return header_of(problem_response(error), "Retry-After");
  };
  EXPECT_EQ(retry_after({.code = ErrorCode::cloud_unreachable, .retry_after = 1200ms}), "2");
  EXPECT_EQ(retry_after({.code = ErrorCode::unavailable}), "2");
  EXPECT_EQ(retry_after({.code = ErrorCode::timed_out}), "none");
}

TEST(Problem, IsAlsoWhatTheTransportRefusesWith) {
  const http::Refusal refusal = make_refusal();
  constexpr std::pair<int, const char*> kCodes[] = {
      {400, "malformed"}, {408, "timed_out"}, {413, "too_large"}, {431, "too_large"},
      {500, "internal"},  {501, "malformed"}, {505, "malformed"}};
  for (const auto& [status, code] : kCodes) {
    const http::Response response = refusal(status, "the reason");
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(header_of(response, "Content-Type"), "application/problem+json");
    EXPECT_EQ(body_of(response).at("status").as_int64(), status);
    EXPECT_EQ(body_of(response).at("code").as_string(), code);
    EXPECT_EQ(body_of(response).at("detail").as_string(), "The reason");
  }
}

}  // namespace
}  // namespace mayfly::rest
