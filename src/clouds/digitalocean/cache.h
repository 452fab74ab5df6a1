// A value per key, read once for all who ask while it is being read, and forgotten after a while. A
// burst of launches would otherwise spend the key's rate limit on asking the same question.
//
// All members on one strand. Failures are not kept: who comes later asks again.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "http/await.h"
#include "model/cloud_failure.h"

namespace mayfly::clouds::digitalocean {

template <class T>
class Cache {
 public:
  using Answer = CloudResult<std::shared_ptr<const T>>;
  using Fetch = std::move_only_function<boost::asio::awaitable<CloudResult<T>>()>;

  static constexpr std::size_t kEntriesMax = 4096;  // beyond it old entries make room

  Cache(const Clock& clock, Duration age_max) : clock_(clock), age_max_(age_max) {}

  boost::asio::awaitable<Answer> get(std::string key, Fetch fetch) {
    if (entries_.size() >= kEntriesMax) drop_old();
    Entry& entry = entries_[key];  // stays where it is, and is not dropped while loading
    if (is_fresh(entry)) co_return entry.value;
    if (entry.loading) {
      auto start = [&entry](Done<Answer> done) { entry.waiting.push_back(std::move(done)); };
      auto waiting = http::await_done<Answer>(std::move(start));
      co_return co_await std::move(waiting);
    }
    Loading loading(entry);
    auto fetching = fetch();
    CloudResult<T> fetched = co_await std::move(fetching);
    Answer answer = fetched ? Answer(std::make_shared<const T>(*std::move(fetched)))
                            : Answer(std::unexpected(fetched.error()));
    if (answer) {
      entry.value = *answer;
      entry.read_at = clock_.now();
    }
    for (auto& done : loading.end()) done(answer);
    co_return answer;
  }

  void forget(const std::string& key) {
    const auto found = entries_.find(key);
    if (found != entries_.end()) found->second.value.reset();
  }

 private:
  struct Entry {
    std::shared_ptr<const T> value;
    Time read_at;
    bool loading = false;
    std::vector<Done<Answer>> waiting;
  };

  // When the client ends before it has answered, those who wait go with the one who reads: they
  // hold whoever holds this cache.
  class Loading {
   public:
    explicit Loading(Entry& entry) : entry_(entry) { entry_.loading = true; }
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;
    ~Loading() { end(); }
    std::vector<Done<Answer>> end() {
      entry_.loading = false;
      return std::exchange(entry_.waiting, {});
    }

   private:
    Entry& entry_;
  };

  bool is_fresh(const Entry& entry) const {
    const Time now = clock_.now();
    return entry.value && entry.read_at <= now && now - entry.read_at < age_max_;
  }

  void drop_old() {
    std::erase_if(entries_,
                  [&](const auto& item) { return !item.second.loading && !is_fresh(item.second); });
  }

  const Clock& clock_;
  const Duration age_max_;
  std::map<std::string, Entry> entries_;
};

}  // namespace mayfly::clouds::digitalocean
