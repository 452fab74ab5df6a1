#include "core/thread_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace mayfly {
namespace {

TEST(ThreadLoop, RunsTasksInTheOrderOfPosting) {
  std::vector<int> seen;
  {
    ThreadLoop loop;
    for (int i = 0; i < 1000; ++i) loop.post([&seen, i] { seen.push_back(i); });
  }
  ASSERT_EQ(seen.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(ThreadLoop, RunsEveryTaskOnItsOneThread) {
  ThreadLoop loop;
  std::vector<std::thread> posters;
  int unguarded = 0;  // a thread sanitizer would see a second thread here
  for (int i = 0; i < 4; ++i) {
    posters.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) loop.post([&] { ++unguarded; });
    });
  }
  for (std::thread& poster : posters) poster.join();
  loop.stop();
  EXPECT_EQ(unguarded, 4000);
}

TEST(ThreadLoop, RunsTimersInTheOrderOfTheirMomentsAndNotBefore) {
  ThreadLoop loop;
  std::string order;
  bool early = false;
  std::promise<void> last;
  const Time start = loop.now();
  const auto at = [&](Duration after, char name) {
    loop.post_at(start + after, [&, after, name] {
      early |= loop.now() < start + after;
      order += name;
      if (name == 'd') last.set_value();
    });
  };
  at(30ms, 'd');
  at(20ms, 'b');
  at(20ms, 'c');  // the same moment: in the order of posting
  at(-10ms, 'a');
  last.get_future().wait();
  loop.stop();
  EXPECT_EQ(order, "abcd");
  EXPECT_FALSE(early);
}

TEST(ThreadLoop, TimersAreNotStarvedByATaskThatPostsItself) {
  ThreadLoop loop;
  std::atomic<bool> timer_ran = false;
  std::promise<void> ended;
  std::function<void()> again = [&] {
    if (timer_ran) return ended.set_value();
    loop.post([&] { again(); });
  };
  loop.post([&] { again(); });
  loop.post_at(loop.now() + 5ms, [&] { timer_ran = true; });
  ended.get_future().wait();
}

TEST(ThreadLoop, AnEarlierTimerIsNotDelayedByALaterOne) {
  ThreadLoop loop;
  std::promise<void> ran;
  loop.post_at(kNever, [] { ADD_FAILURE() << "never has come"; });
  loop.post_at(loop.now() + 1ms, [&] { ran.set_value(); });
  ran.get_future().wait();
}

TEST(ThreadLoop, StopFinishesWhatWasPostedAndDropsTheRest) {
  ThreadLoop loop;
  std::promise<void> gate;
  int ran = 0;
  const auto held = std::make_shared<int>(0);  // counts the tasks that still exist
  loop.post([opened = gate.get_future().share()] { opened.wait(); });
  for (int i = 0; i < 10; ++i) loop.post([&ran] { ++ran; });
  loop.post_at(loop.now() + 24h, [held] { ADD_FAILURE() << "a timer that was not due"; });
  std::thread stopper([&] { loop.stop(); });
  // The stopper is waiting for the thread, which is waiting at the gate; or has not started yet.
  gate.set_value();
  stopper.join();
  loop.post([held] { ADD_FAILURE() << "posted after stop"; });
  loop.post_at(loop.now(), [held] { ADD_FAILURE() << "posted after stop"; });
  loop.stop();  // again: nothing more to do
  EXPECT_EQ(ran, 10);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ThreadLoop, ATaskMayStopItsLoop) {
  ThreadLoop loop;
  std::promise<void> stopped;
  loop.post([&] {
    loop.stop();
    stopped.set_value();
  });
  stopped.get_future().wait();
}

TEST(ThreadLoop, DroppedTasksMayPostWhileBeingDestroyed) {
  struct PostsWhenGone {
    Loop* loop;
    ~PostsWhenGone() {
      loop->post([] {});
    }
  };
  ThreadLoop loop;
  loop.post_at(loop.now() + 24h, [last = std::make_unique<PostsWhenGone>(&loop)] {});
  loop.stop();
}

}  // namespace
}  // namespace mayfly
