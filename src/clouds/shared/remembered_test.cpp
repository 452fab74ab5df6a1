#include "clouds/shared/remembered.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "core/manual_loop.h"

namespace mayfly::clouds {
namespace {

// Questions that are answered when the test says so.
struct RememberedAnswers : testing::Test {
  using Memory = Remembered<std::string>;
  using Answer = Memory::Answer;

  void ask(const std::string& name) {
    auto question = [this]() -> boost::asio::awaitable<Answer> {
      auto start = [this](Done<Answer> done) { asked.push_back(std::move(done)); };
      auto waiting = http::await_done<Answer>(std::move(start));
      co_return co_await std::move(waiting);
    };
    auto getting = [this, name, question]() -> boost::asio::awaitable<void> {
      auto work = memory.get(name, question);
      answers.push_back(co_await std::move(work));
    };
    boost::asio::co_spawn(context, getting, boost::asio::detached);
    run();
  }
  void answer(Answer said) {
    Done<Answer> done = std::move(asked.at(0));
    asked.erase(asked.begin());
    done(std::move(said));
    run();
  }
  void run() {
    context.restart();
    context.poll();
  }

  ManualLoop clock;
  Memory memory{clock, 10min};
  std::vector<Answer> answers;
  boost::asio::io_context context;  // ends before what its coroutines use
  std::vector<Done<Answer>> asked;  // ends before the context that it answers to
};

TEST_F(RememberedAnswers, AreAskedForOnceByAllWhoWantThem) {
  for (int i = 0; i < 3; ++i) ask("a\n");
  EXPECT_EQ(asked.size(), 1u);
  EXPECT_TRUE(answers.empty());
  answer("yes");
  EXPECT_EQ(answers, std::vector<Answer>(3, "yes"));
}

TEST_F(RememberedAnswers, AreAskedForApartByName) {
  ask("a\n");
  ask("b\n");
  EXPECT_EQ(asked.size(), 2u);
}

TEST_F(RememberedAnswers, AreKeptUntilTheyAreOld) {
  ask("a\n");
  answer("yes");
  clock.pass(10min - 1s);
  ask("a\n");
  EXPECT_EQ(answers, std::vector<Answer>(2, "yes"));
  clock.pass(1s);
  ask("a\n");
  EXPECT_EQ(asked.size(), 1u);
}

TEST_F(RememberedAnswers, OfALaterTimeAreNotBelieved) {
  struct Shifted final : Clock {
    Time time{Duration{1'000'000'000'000}};
    Time now() const override { return time; }
  } shifted;
  Memory other(shifted, 10min);
  int questions = 0;
  auto question = [&]() -> boost::asio::awaitable<Answer> {
    ++questions;
    co_return Answer("yes");
  };
  auto getting = [&]() -> boost::asio::awaitable<void> {
    auto work = other.get("a\n", question);
    co_await std::move(work);
  };
  boost::asio::co_spawn(context, getting, boost::asio::detached);
  run();
  shifted.time -= 1s;
  boost::asio::co_spawn(context, getting, boost::asio::detached);
  run();
  EXPECT_EQ(questions, 2);
}

TEST_F(RememberedAnswers, AreNoFailures) {
  for (int i = 0; i < 2; ++i) ask("a\n");
  const CloudFailure failure{.reaction = Reaction::again, .code = "Throttling", .message = {}};
  answer(std::unexpected(failure));
  EXPECT_EQ(answers, std::vector<Answer>(2, std::unexpected(failure))) << "all hear of it";
  ask("a\n");
  EXPECT_EQ(asked.size(), 1u);
}

TEST_F(RememberedAnswers, AreForgottenByTheBeginningOfTheirNames) {
  for (const char* name : {"k-1\na\n", "k-1\nb\n", "k-10\na\n"}) {
    ask(name);
    answer(name);
  }
  memory.forget("k-1\n");
  for (const char* name : {"k-1\na\n", "k-1\nb\n", "k-10\na\n"}) ask(name);
  EXPECT_EQ(asked.size(), 2u);
}

TEST_F(RememberedAnswers, NeverFillTheMemory) {
  for (std::size_t i = 0; i <= Memory::kAnswersMax; ++i) {
    ask(std::to_string(i) + '\n');
    answer("yes");
  }
  ask("0\n");
  EXPECT_EQ(asked.size(), 1u) << "forgotten to make room";
  ask(std::to_string(Memory::kAnswersMax) + '\n');
  EXPECT_EQ(asked.size(), 1u) << "the latest is known";
}

TEST(RememberedAnswer, OfWhoeverThrowsIsAFailureForAllWhoWait) {
  ManualLoop clock;
  Remembered<int> memory(clock, 10min);
  boost::asio::io_context context;
  std::vector<Done<int>> asked;
  std::vector<CloudResult<int>> answers;
  auto question = [&]() -> boost::asio::awaitable<CloudResult<int>> {
    auto start = [&](Done<int> done) { asked.push_back(std::move(done)); };
    auto waiting = http::await_done<int>(std::move(start));
    co_await std::move(waiting);
    throw std::bad_alloc();
  };
  auto getting = [&]() -> boost::asio::awaitable<void> {
    auto work = memory.get("a\n", question);
    answers.push_back(co_await std::move(work));
  };
  for (int i = 0; i < 3; ++i) boost::asio::co_spawn(context, getting, boost::asio::detached);
  context.poll();
  ASSERT_EQ(asked.size(), 1u);
  asked[0](1);
  context.restart();
  context.poll();
  ASSERT_EQ(answers.size(), 3u);
  for (const auto& answer : answers) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reaction, Reaction::ambiguous);
  }
}

TEST(RememberedAnswer, OfNobodyLeavesNobodyWaiting) {
  ManualLoop clock;
  Remembered<int> memory(clock, 10min);
  boost::asio::io_context context;
  std::vector<Done<CloudResult<int>>> asked;
  int answered = 0;
  auto question = [&]() -> boost::asio::awaitable<CloudResult<int>> {
    auto start = [&](Done<CloudResult<int>> done) { asked.push_back(std::move(done)); };
    auto waiting = http::await_done<CloudResult<int>>(std::move(start));
    co_return co_await std::move(waiting);
  };
  auto getting = [&]() -> boost::asio::awaitable<void> {
    auto work = memory.get("a\n", question);
    co_await std::move(work);
    ++answered;
  };
  for (int i = 0; i < 3; ++i) boost::asio::co_spawn(context, getting, boost::asio::detached);
  context.poll();
  asked.clear();  // the client ends
  context.restart();
  context.poll();
  EXPECT_EQ(answered, 0);
  boost::asio::co_spawn(context, getting, boost::asio::detached);
  context.restart();
  context.poll();
  ASSERT_EQ(asked.size(), 1u) << "who comes later asks again";
  asked[0](7);
  context.restart();
  context.poll();
  EXPECT_EQ(answered, 1);
}

}  // namespace
}  // namespace mayfly::clouds
