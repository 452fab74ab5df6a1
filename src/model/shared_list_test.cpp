#include "model/shared_list.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <optional>
#include <thread>

namespace mayfly {
namespace {

TEST(SharedList, KeepsWhatItsCopiesHadWhenItGrows) {
  SharedList<int> list({1, 2});
  const SharedList<int> before = list;
  list.push_back(3);
  list.erase(0);
  EXPECT_EQ(std::vector<int>(before.begin(), before.end()), (std::vector<int>{1, 2}));
  EXPECT_EQ(std::vector<int>(list.begin(), list.end()), (std::vector<int>{2, 3}));
}

TEST(SharedList, GrowsInPlaceWhenNobodySharesIt) {
  SharedList<int> list({1, 2, 3});
  list.erase(2);  // leaves room for another
  const int* first = &list[0];
  list.push_back(4);
  EXPECT_EQ(&list[0], first);
}

TEST(SharedList, OfNothingIsLikeNone) {
  SharedList<int> list(std::vector<int>{});
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list, SharedList<int>());
  list.push_back(1);
  EXPECT_EQ(list, SharedList<int>({1}));
  const SharedList<int> taken = std::move(list);
  EXPECT_EQ(taken.back(), 1);
}

// For the thread sanitizer: between the reader and who grows the list is nothing but the list.
TEST(SharedList, GrowsOnlyAfterTheLastReaderElsewhereHasRead) {
  constexpr int kRounds = 100;
  for (int round = 0; round < kRounds; ++round) {
    SharedList<int> list({1, 2, 3});
    std::atomic<bool> read = false;
    int sum = 0;
    std::thread reader([&sum, &read, copy = std::optional(list)]() mutable {
      sum = std::accumulate(copy->begin(), copy->end(), 0);
      copy.reset();
      read.store(true, std::memory_order_relaxed);
    });
    while (!read.load(std::memory_order_relaxed)) std::this_thread::yield();
    list.push_back(4);
    reader.join();
    EXPECT_EQ(sum, 6);
    EXPECT_EQ(list.size(), 4U);
  }
}

}  // namespace
}  // namespace mayfly
