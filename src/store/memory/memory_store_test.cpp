#include "store/memory/memory_store.h"

#include "store/contract_test.h"

namespace mayfly::store {
namespace {

std::unique_ptr<Store> make_memory_store(const std::filesystem::path&) {
  return std::make_unique<MemoryStore>();
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, ::testing::Values(&make_memory_store));

namespace {

// Time that passes when told to; tasks of one moment run newest first, the order least expected.
class HandLoop final : public Loop {
 public:
  Time now() const override { return now_; }
  void post(Task task) override { post_at(now_, std::move(task)); }
  void post_at(Time when, Task task) override { tasks_[when].push_back(std::move(task)); }

  void run_until(Time end) {
    while (!tasks_.empty() && tasks_.begin()->first <= end) {
      const auto first = tasks_.begin();
      now_ = std::max(now_, first->first);
      Task task = std::move(first->second.back());
      first->second.pop_back();
      if (first->second.empty()) tasks_.erase(first);
      task();
    }
    now_ = end;
  }

 private:
  Time now_ = Time{} + 1h;
  std::map<Time, std::vector<Task>> tasks_;
};

struct Script : Faults {
  std::deque<CommitFate> fates;
  std::deque<Duration> commit_delays;
  std::deque<Duration> answer_delays;
  std::deque<bool> failing_reads;
  std::deque<bool> survivals;

  template <class T>
  static T next(std::deque<T>& script, T otherwise) {
    if (script.empty()) return otherwise;
    const T value = script.front();
    script.pop_front();
    return value;
  }
  CommitFate fate() override { return next(fates, CommitFate::ok); }
  Duration commit_delay() override { return next(commit_delays, Duration{}); }
  Duration answer_delay() override { return next(answer_delays, Duration{}); }
  bool read_fails() override { return next(failing_reads, false); }
  bool survives_crash() override { return next(survivals, true); }
};

class MemoryFaults : public ::testing::Test {
 protected:
  void commit(std::string id) {
    store_->commit({create("users", id)}, loop_, [this, id](Result<void> result) {
      answers_ += id + "=" + outcome(result) + " ";
    });
  }
  bool on_disk(std::string_view id) const { return disk_->get("users", id).has_value(); }

  HandLoop loop_;
  Script faults_;
  std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
  std::unique_ptr<MemoryStore> store_ = std::make_unique<MemoryStore>(disk_, &faults_);
  std::string answers_;
};

TEST_F(MemoryFaults, WithoutAnyACommitIsOnTheDiskBeforeItIsAnswered) {
  commit("a");
  EXPECT_TRUE(on_disk("a"));
  EXPECT_EQ(answers_, "");
  loop_.run_until(loop_.now());
  EXPECT_EQ(answers_, "a=ok ");
}

TEST_F(MemoryFaults, ARefusedCommitIsNotWritten) {
  faults_.fates = {CommitFate::refused};
  commit("a");
  loop_.run_until(loop_.now());
  EXPECT_EQ(answers_, "a=unavailable ");
  EXPECT_FALSE(on_disk("a"));
}

TEST_F(MemoryFaults, ACommitMayBeWrittenAndReportedFailed) {
  faults_.fates = {CommitFate::written_but_reported_failed,
                   CommitFate::written_but_reported_failed};
  commit("a");
  EXPECT_TRUE(on_disk("a"));
  commit("a");  // repeated: a conflict is told as one
  loop_.run_until(loop_.now());
  EXPECT_EQ(answers_, "a=conflict a=unavailable ");
}

TEST_F(MemoryFaults, ADelayedCommitHoldsUpThoseBehindIt) {
  faults_.commit_delays = {2s, 1s, Duration{}};
  for (const char* id : {"a", "b", "c"}) commit(id);
  loop_.run_until(loop_.now() + 1s);
  EXPECT_FALSE(on_disk("a") || on_disk("b") || on_disk("c"));
  loop_.run_until(loop_.now() + 1s);
  EXPECT_TRUE(on_disk("a") && on_disk("b") && on_disk("c"));
  EXPECT_EQ(answers_.size(), std::string("a=ok b=ok c=ok ").size());
}

TEST_F(MemoryFaults, AnAnswerMayComeLongAfterTheWrite) {
  faults_.answer_delays = {1s, 2s};
  commit("a");
  store_->get("users", "a", loop_, [this](Result<std::optional<Document>> found) {
    answers_ += *found ? "read " : "nothing ";
  });
  faults_.answer_delays = {};
  loop_.run_until(loop_.now() + 999ms);
  EXPECT_EQ(answers_, "");
  loop_.run_until(loop_.now() + 2s);
  EXPECT_EQ(answers_, "a=ok read ");
}

TEST_F(MemoryFaults, AReadMayFail) {
  faults_.failing_reads = {true, true};
  store_->get("users", "a", loop_, [this](auto found) { answers_ += outcome(found) + " "; });
  store_->query({.collection = "users"}, loop_,
                [this](auto page) { answers_ += outcome(page) + " "; });
  loop_.run_until(loop_.now());
  EXPECT_EQ(answers_, "unavailable unavailable ");
}

TEST_F(MemoryFaults, ACrashKeepsTheOldestOfWhatWasWaiting) {
  faults_.commit_delays = {1s, 1s, 1s, 1s};
  faults_.fates = {CommitFate::ok, CommitFate::refused, CommitFate::ok, CommitFate::ok};
  faults_.survivals = {true, true, true, false};
  for (const char* id : {"a", "b", "c", "d"}) commit(id);
  EXPECT_FALSE(on_disk("a"));

  store_.reset();
  EXPECT_TRUE(on_disk("a"));
  EXPECT_FALSE(on_disk("b"));
  EXPECT_TRUE(on_disk("c"));
  EXPECT_FALSE(on_disk("d"));

  store_ = std::make_unique<MemoryStore>(disk_, &faults_);
  commit("d");
  loop_.run_until(loop_.now() + 1h);  // the timers of the old store find nothing to do
  EXPECT_EQ(answers_, "d=ok ");
}

}  // namespace
}  // namespace mayfly::store
