#include "rest/prefer.h"

#include <gtest/gtest.h>

namespace mayfly::rest {
namespace {

Preferences prefer(std::initializer_list<const char*> values) {
  http::Headers headers{{"Host", "x"}};
  for (const char* value : values) headers.push_back({"prefer", value});
  return read_preferences(headers);
}

TEST(Prefer, IsEmptyWithoutAHeader) {
  EXPECT_EQ(prefer({}), Preferences{});
  EXPECT_EQ(prefer({}).patience(), std::nullopt);
  EXPECT_EQ(prefer({}).applied(), "");
}

TEST(Prefer, RespondAsyncMeansNoPatience) {
  EXPECT_EQ(prefer({"respond-async"}).patience(), Duration::zero());
  EXPECT_EQ(prefer({"Respond-Async"}).applied(), "respond-async");
}

TEST(Prefer, WaitIsInSeconds) {
  EXPECT_EQ(prefer({"wait=20"}).patience(), 20s);
  EXPECT_EQ(prefer({"wait=0"}).patience(), 0s);
  EXPECT_EQ(prefer({"Wait = \"20\""}).patience(), 20s);
  EXPECT_EQ(prefer({"wait=20"}).applied(), "wait=20");
}

TEST(Prefer, WaitTogetherWithRespondAsyncIsTheTimeBeforeItAnswers) {
  EXPECT_EQ(prefer({"respond-async, wait=10"}).patience(), 10s);
  EXPECT_EQ(prefer({"wait=10", "respond-async"}).patience(), 10s);
  EXPECT_EQ(prefer({"respond-async, wait=10"}).applied(), "respond-async, wait=10");
}

TEST(Prefer, ReadsListsParametersAndQuotedTexts) {
  EXPECT_EQ(prefer({"foo; bar=\"a,wait=5;\\\"\", wait=10; x=y ,,respond-async;z"}),
            (Preferences{.respond_async = true, .wait = 10s}));
}

TEST(Prefer, TakesTheFirstOfTwo) {
  EXPECT_EQ(prefer({"wait=1, wait=2"}).wait, 1s);
}

TEST(Prefer, IgnoresWhatItDoesNotUnderstand) {
  for (const char* value : {"wait", "wait=", "wait=-1", "wait=1.5", "wait=abc", "wait==1", "=",
                            "\"", "wait=\"", "respond-asyn", "return=minimal", ",;,=,\"\\"}) {
    EXPECT_EQ(prefer({value}), Preferences{}) << value;
  }
}

TEST(Prefer, KeepsHugeWaitsCountable) {
  EXPECT_EQ(prefer({"wait=99999999999999999999999999"}).wait, Duration(std::chrono::days(30)));
}

}  // namespace
}  // namespace mayfly::rest
