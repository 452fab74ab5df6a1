// Answers worth keeping: each is asked for once, however many launches want it at that moment, and
// kept for a while. A burst of launches would otherwise spend the key's rate limit on one question.
//
// Names are made of parts that each end with a newline; forget() drops everything below a
// beginning. Failures go to everybody who waited for the answer and are not kept. An asker that
// dies unanswered, with its client, takes those who wait along: later ones ask again.
//
// All members on one strand. Lives as long as every coroutine of get().
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "clouds/shared/start.h"
#include "core/time.h"
#include "http/await.h"
#include "model/cloud_failure.h"

namespace mayfly::clouds {

template <class T>
class Remembered {
 public:
  using Answer = CloudResult<T>;
  static constexpr std::size_t kAnswersMax = 10'000;  // beyond it what is old makes room

  Remembered(const Clock& clock, Duration age_max) : clock_(clock), age_max_(age_max) {}

  // ask() -> awaitable<CloudResult<T>>; called only when there is no fresh answer and nobody is
  // asking.
  template <class Ask>
  boost::asio::awaitable<Answer> get(std::string name, Ask ask) {
    const auto known = answers_.find(name);
    if (known != answers_.end() && is_fresh(known->second)) co_return known->second.value;
    if (const auto others = waiting_.find(name); others != waiting_.end()) {
      auto start = [&waiting = others->second](Done<Answer> done) {
        waiting.push_back(std::move(done));
      };
      auto answering = http::await_done<Answer>(std::move(start));
      co_return co_await std::move(answering);
    }
    Asking asking(waiting_, name);
    auto work = without_throwing(ask());
    Answer answer = co_await std::move(work);
    if (answer) keep(name, *answer);
    for (Done<Answer>& done : asking.end()) done(answer);
    co_return answer;
  }

  void forget(const std::string& beginning) {
    std::erase_if(answers_, [&](const auto& row) { return row.first.starts_with(beginning); });
  }

 private:
  struct Kept {
    T value;
    Time at;
  };
  using Waiting = std::map<std::string, std::vector<Done<Answer>>>;

  // While it lives, others wait for its answer.
  class Asking {
   public:
    Asking(Waiting& waiting, const std::string& name)
        : waiting_(waiting), mine_(waiting.try_emplace(name).first) {}
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    ~Asking() {
      if (mine_ != waiting_.end()) end();
    }
    std::vector<Done<Answer>> end() {
      return std::move(waiting_.extract(std::exchange(mine_, waiting_.end())).mapped());
    }

   private:
    Waiting& waiting_;
    Waiting::iterator mine_;
  };

  // Also not fresh: what was learnt in the future, before the clock was set back.
  bool is_fresh(const Kept& kept) const {
    const Time now = clock_.now();
    return kept.at <= now && now - kept.at < age_max_;
  }

  void keep(const std::string& name, const T& value) {
    if (answers_.size() >= kAnswersMax) {
      std::erase_if(answers_, [&](const auto& row) { return !is_fresh(row.second); });
    }
    if (answers_.size() >= kAnswersMax) answers_.clear();
    answers_.insert_or_assign(name, Kept{value, clock_.now()});
  }

  const Clock& clock_;
  const Duration age_max_;
  std::map<std::string, Kept> answers_;
  Waiting waiting_;
};

}  // namespace mayfly::clouds
