// Answers worth keeping: each is asked for once, however many launches want it at that moment, and
// kept for a while. A burst of launches would otherwise spend the key's rate limit on one question.
//
// All members on one strand. Failures go to everybody who waited for the answer and are not kept.
// Names are made of parts joined with newlines; forget() drops everything below a beginning.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "http/await.h"
#include "model/cloud_failure.h"

namespace mayfly::clouds::aws {

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
    const auto [asking, first] = asking_.try_emplace(name);
    if (!first) {
      auto start = [&waiting = asking->second](Done<Answer> done) {
        waiting.push_back(std::move(done));
      };
      auto answering = http::await_done<Answer>(std::move(start));
      Answer shared = co_await std::move(answering);
      co_return shared;
    }
    auto work = ask();
    Answer answer = co_await std::move(work);
    if (answer) keep(name, *answer);
    auto waiting = std::move(asking_.extract(name).mapped());
    for (Done<Answer>& done : waiting) done(answer);
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

  // Also not fresh: what was learnt in the future, after the clock was set back.
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
  std::map<std::string, std::vector<Done<Answer>>> asking_;
};

}  // namespace mayfly::clouds::aws
