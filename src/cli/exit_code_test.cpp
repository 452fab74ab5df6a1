#include "cli/exit_code.h"

#include <gtest/gtest.h>

#include "cli/problem.h"

namespace mayfly::cli {
namespace {

ExitCode of(ErrorCode code) {
  return exit_code_of({.code = code});
}

ExitCode of_answer(int status, std::string body = "") {
  return exit_code_of(error_of({.status = status, .body = std::move(body)}, "http://server"));
}

TEST(ExitCode, IsPromisedForEveryErrorCode) {
  EXPECT_EQ(of(ErrorCode::unauthenticated), ExitCode::not_allowed);
  EXPECT_EQ(of(ErrorCode::forbidden), ExitCode::not_allowed);
  EXPECT_EQ(of(ErrorCode::not_found), ExitCode::not_found);
  EXPECT_EQ(of(ErrorCode::malformed), ExitCode::invalid);
  EXPECT_EQ(of(ErrorCode::invalid), ExitCode::invalid);
  EXPECT_EQ(of(ErrorCode::too_large), ExitCode::invalid);
  EXPECT_EQ(of(ErrorCode::unsatisfiable), ExitCode::invalid);
  EXPECT_EQ(of(ErrorCode::conflict), ExitCode::conflict);
  EXPECT_EQ(of(ErrorCode::over_limit), ExitCode::over_limit);
  EXPECT_EQ(of(ErrorCode::rejected_by_cloud), ExitCode::cloud);
  EXPECT_EQ(of(ErrorCode::cloud_unreachable), ExitCode::cloud);
  EXPECT_EQ(of(ErrorCode::unavailable), ExitCode::unreachable);
  EXPECT_EQ(of(ErrorCode::timed_out), ExitCode::timed_out);
  EXPECT_EQ(of(ErrorCode::internal), ExitCode::failed);
  EXPECT_EQ(of(ErrorCode::method_not_allowed), ExitCode::failed);
  EXPECT_EQ(of(ErrorCode::unsupported_media), ExitCode::failed);
}

TEST(ExitCode, FollowsTheStatusWhenTheAnswerIsNoProblemDocument) {
  EXPECT_EQ(of_answer(400), ExitCode::invalid);
  EXPECT_EQ(of_answer(401), ExitCode::not_allowed);
  EXPECT_EQ(of_answer(403), ExitCode::not_allowed);
  EXPECT_EQ(of_answer(404), ExitCode::not_found);
  EXPECT_EQ(of_answer(409), ExitCode::conflict);
  EXPECT_EQ(of_answer(422), ExitCode::invalid);
  EXPECT_EQ(of_answer(500), ExitCode::failed);
  EXPECT_EQ(of_answer(502, "<html>Bad Gateway</html>"), ExitCode::unreachable);
  EXPECT_EQ(of_answer(503), ExitCode::unreachable);
  EXPECT_EQ(of_answer(504), ExitCode::timed_out);
  EXPECT_EQ(of_answer(301), ExitCode::failed);
}

TEST(ExitCode, BlamesTheCloudWhenTheCloudSaidNo) {
  EXPECT_EQ(of_answer(502, R"({"title":"Bad gateway","code":"cloud_unreachable"})"),
            ExitCode::cloud);
  EXPECT_EQ(of_answer(422, R"({"title":"Refused","code":"rejected_by_cloud"})"), ExitCode::cloud);
  EXPECT_EQ(of_answer(422, R"({"title":"Refused","cloud_code":"AuthFailure"})"), ExitCode::cloud);
}

TEST(ExitCode, TellsALimitFromATokenOfSomebodyElse) {
  EXPECT_EQ(of_answer(403, R"({"title":"Over a limit","code":"over_limit"})"),
            ExitCode::over_limit);
}

TEST(ExitCode, HasAMeaningForEachNumber) {
  int last = -1;
  for (const auto& [code, meaning] : exit_code_meanings()) {
    EXPECT_GT(static_cast<int>(code), last);
    EXPECT_FALSE(meaning.empty());
    last = static_cast<int>(code);
  }
  EXPECT_EQ(last, 130);
}

}  // namespace
}  // namespace mayfly::cli
