// A bounded queue between callers, who never wait, and threads, which do.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "core/assert.h"

namespace mayfly::store::sqlite {

template <class Work>
class WorkQueue {
 public:
  WorkQueue(std::size_t count_max, std::size_t bytes_max)
      : count_max_(count_max), bytes_max_(bytes_max) {}

  // False when it is full; `work` is then untouched. What is too large for any queue enters an
  // empty one.
  [[nodiscard]] bool push(Work& work, std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    ASSERT(!closed_);
    const bool fits = waiting_.size() < count_max_ && bytes_ + bytes <= bytes_max_;
    if (!fits && !waiting_.empty()) return false;
    waiting_.push_back({std::move(work), bytes});
    bytes_ += bytes;
    changed_.notify_one();
    return true;
  }

  // Waits for the first and takes those behind it too, at most `most`, in order. Empty: the queue
  // was closed and everything has been taken.
  std::vector<Work> take(std::size_t most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    std::vector<Work> taken;
    taken.reserve(std::min(most, waiting_.size()));
    for (; !waiting_.empty() && taken.size() < most; waiting_.pop_front()) {
      bytes_ -= waiting_.front().bytes;
      taken.push_back(std::move(waiting_.front().work));
    }
    return taken;
  }

  // Nobody pushes any more; takers get what is left.
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  struct Waiting {
    Work work;
    std::size_t bytes;
  };

  const std::size_t count_max_;
  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;  // of all that wait
  bool closed_ = false;
};

}  // namespace mayfly::store::sqlite
