// Counts the connections of a server and lets its owner wait until the last has left.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "core/time.h"

namespace mayfly::http {

class Crowd {
 public:
  // One of the crowd from construction to destruction, on any thread.
  class Member {
   public:
    explicit Member(Crowd& crowd) : crowd_(crowd) { ++crowd_.count_; }
    ~Member() { crowd_.leave(); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

   private:
    Crowd& crowd_;
  };

  std::size_t size() const { return count_; }

  bool wait_until_empty(Duration at_most) {
    std::unique_lock lock(mutex_);
    return empty_.wait_for(lock, at_most, [this] { return count_ == 0; });
  }

 private:
  void leave() {
    if (--count_ > 0) return;
    const std::scoped_lock lock(mutex_);
    empty_.notify_all();
  }

  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::condition_variable empty_;
};

}  // namespace mayfly::http
