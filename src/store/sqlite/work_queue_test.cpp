#include "store/sqlite/work_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <thread>

namespace mayfly::store::sqlite {
namespace {

bool push(WorkQueue<int>& queue, int work, std::size_t bytes = 0) {
  return queue.push(work, bytes);
}

TEST(WorkQueue, GivesWhatWaitsInOrderAndNoMoreThanAsked) {
  WorkQueue<int> queue(10, 10);
  for (int i = 1; i <= 5; ++i) EXPECT_TRUE(push(queue, i));
  EXPECT_EQ(queue.take(3), (std::vector{1, 2, 3}));
  EXPECT_EQ(queue.take(3), (std::vector{4, 5}));
}

TEST(WorkQueue, RefusesPastItsCountAndLeavesTheWorkToTheCaller) {
  WorkQueue<std::unique_ptr<int>> queue(1, 10);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  EXPECT_TRUE(queue.push(first, 0));
  EXPECT_FALSE(queue.push(second, 0));
  EXPECT_NE(second, nullptr);
  queue.take(1);
  EXPECT_TRUE(queue.push(second, 0));
}

TEST(WorkQueue, RefusesPastItsBytesUntilTheyAreTaken) {
  WorkQueue<int> queue(10, 100);
  EXPECT_TRUE(push(queue, 1, 60));
  EXPECT_TRUE(push(queue, 2, 40));
  EXPECT_FALSE(push(queue, 3, 1));
  queue.take(1);
  EXPECT_TRUE(push(queue, 3, 60));
}

TEST(WorkQueue, TakesTheTooLargeOnlyWhenItIsEmpty) {
  WorkQueue<int> queue(10, 100);
  EXPECT_TRUE(push(queue, 1, 101));
  EXPECT_FALSE(push(queue, 2, 0));
  queue.take(1);
  EXPECT_TRUE(push(queue, 2, 0));
  EXPECT_FALSE(push(queue, 1, 101));
}

TEST(WorkQueue, ClosedGivesWhatIsLeftAndThenNothing) {
  WorkQueue<int> queue(10, 10);
  EXPECT_TRUE(push(queue, 1));
  queue.close();
  EXPECT_EQ(queue.take(5), std::vector{1});
  EXPECT_TRUE(queue.take(5).empty());
}

TEST(WorkQueue, LosesNothingBetweenThreads) {
  WorkQueue<int> queue(10, 10);
  int taken = 0;
  std::thread taker([&] {
    for (;;) {
      const std::vector<int> works = queue.take(3);
      if (works.empty()) return;
      taken = std::accumulate(works.begin(), works.end(), taken);
    }
  });
  for (int i = 1; i <= 1000; ++i) {
    while (!push(queue, i)) std::this_thread::yield();
  }
  queue.close();
  taker.join();
  EXPECT_EQ(taken, 500'500);
}

}  // namespace
}  // namespace mayfly::store::sqlite
