#include "cli/problem.h"

#include <gtest/gtest.h>

namespace mayfly::cli {
namespace {

std::string shown(int status, std::string body, bool json = false) {
  return describe(error_of({.status = status, .body = std::move(body)}, "http://server"),
                  {.json = json});
}

TEST(Problem, SaysWhatHappenedWhichFieldsAndWhatToDo) {
  EXPECT_EQ(shown(422, R"({"title":"Invalid","status":422,"code":"invalid",
                           "detail":"The request is wrong.","remedy":"Correct the fields.",
                           "errors":[{"field":"memory_gib","message":"must be more than 0"},
                                     {"field":"regions.0","message":"is no region"}]})"),
            "error: The request is wrong.\n"
            "  --memory: must be more than 0\n"
            "  --region: is no region\n"
            "next: Correct the fields.\n");
}

TEST(Problem, ShowsWhichSingleChangesWouldHelp) {
  EXPECT_EQ(shown(422, R"({"title":"Unsatisfiable","status":422,"code":"unsatisfiable",
                           "detail":"No offer satisfies the request.",
                           "relax":[{"field":"max_price_usd_hour","value":0.0104,"cost_usd":0.0208},
                                    {"field":"regions","value":["us-*","nyc?"],"cost_usd":0.5},
                                    {"field":"burstable","value":true,"cost_usd":1},
                                    {"field":"instance_type","value":null,"cost_usd":2}]})"),
            "error: No offer satisfies the request.\n"
            "  Any one of these changes makes it possible, at this total:\n"
            "    --max-price 0.0104      $0.0208\n"
            "    --region us-*,nyc?        $0.50\n"
            "    without --no-burstable    $1.00\n"
            "    without --type            $2.00\n"
            "next: Repeat it with one of them: --max-price 0.0104\n");
}

TEST(Problem, SaysNothingTwice) {
  EXPECT_EQ(shown(422, R"({"title":"A field is wrong","status":422,"code":"invalid",
                           "detail":"'vcpus' must be at least 1",
                           "errors":[{"field":"vcpus","message":"must be at least 1"}]})"),
            "error: A field is wrong\n"
            "  --vcpus: must be at least 1\n"
            "next: Correct it and try again; --help explains the options.\n");
}

TEST(Problem, ListsWhatStandsInTheWayAndTheCloudsOwnWord) {
  EXPECT_EQ(shown(409, R"({"title":"Conflict","code":"conflict","detail":"The key is in use.",
                           "reservations":["r-1","r-2"],"cloud_code":"InUse"})"),
            "error: The key is in use.\n"
            "  The cloud's own word: InUse\n"
            "  Reservations that stand in the way:\n"
            "    r-1\n"
            "    r-2\n");
}

TEST(Problem, TellsWhatToDoWhenTheServerDoesNot) {
  EXPECT_EQ(shown(401, R"({"title":"Unauthenticated","code":"unauthenticated"})"),
            "error: Unauthenticated\n"
            "next: Log in: mayfly login URL --user NAME\n");
}

TEST(Problem, DoesNotTakeAProxysPageForTheServer) {
  EXPECT_EQ(shown(502, "<html>nginx</html>"),
            "error: http://server answered 502 Bad Gateway\n"
            "next: Is this the address of a Mayfly server? See mayfly login --help.\n");
}

TEST(Problem, NamesTheNewAddressOfARedirect) {
  const Error error =
      error_of({.status = 308, .headers = {{"Location", "https://new.example"}}}, "http://server");
  EXPECT_EQ(error.remedy, "It is elsewhere: mayfly login https://new.example");
}

TEST(Problem, DisarmsControlCharacters) {
  EXPECT_EQ(shown(500, R"({"title":"T","detail":"a\u001b[2Jb","code":"internal","remedy":"r"})"),
            "error: a\uFFFD[2Jb\nnext: r\n");
}

TEST(Problem, IsTheDocumentItselfAsJson) {
  EXPECT_EQ(shown(404, R"({"title":"Not found","new":1})", true),
            "{\n  \"title\": \"Not found\",\n  \"new\": 1\n}\n");
  EXPECT_EQ(describe({.code = ErrorCode::unavailable, .message = "No answer", .remedy = "Wait"},
                     {.json = true}),
            "{\n  \"detail\": \"No answer\",\n  \"code\": \"unavailable\",\n"
            "  \"remedy\": \"Wait\"\n}\n");
}

}  // namespace
}  // namespace mayfly::cli
