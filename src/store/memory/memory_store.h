// A Store for tests and simulations: no file, no thread, no chance of its own. What goes wrong, and
// when, is decided by a Faults; without one every commit is on the disk when commit() returns.
//
// Threads: single-threaded by use. Calls, and the Loops named in them, take turns (one thread, or
// one thread at a time); `done` is posted to the Loop, never called inside.
// Crash: destroying the store is the crash. Commits that were waiting for their delay are lost or
// written, as Faults::survives_crash says, and none of them is answered. The MemoryDisk remains for
// the next store.
#pragma once

#include <deque>
#include <memory>

#include "store/memory/memory_disk.h"
#include "store/store.h"

namespace mayfly::store {

enum class CommitFate {
  ok,
  refused,                      // nothing is written; ErrorCode::unavailable
  written_but_reported_failed,  // the same answer, but all of it is written
};

// Asked once for each thing, in the order of the calls, so a seeded Faults is the same in each
// replay.
struct Faults {
  virtual ~Faults() = default;

  virtual CommitFate fate() { return CommitFate::ok; }
  // From the call until the batch is on the disk, all at once. A commit never overtakes another: it
  // waits for those before it. Zero, with none before it: written inside the call.
  virtual Duration commit_delay() { return {}; }
  // From the moment a commit was written, or a read has read, until its answer is posted.
  virtual Duration answer_delay() { return {}; }
  // The read answers ErrorCode::unavailable.
  virtual bool read_fails() { return false; }
  // Asked at a crash for each commit that still waits, the oldest first, until one does not
  // survive: what follows it is lost too.
  virtual bool survives_crash() { return true; }
};

class MemoryStore final : public Store {
 public:
  // `faults` outlives the store; nullptr: nothing ever goes wrong.
  explicit MemoryStore(std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>(),
                       Faults* faults = nullptr);
  ~MemoryStore() override;
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;

  void commit(Batch batch, Loop& answer_on, Done<Result<void>> done) override;
  void get(std::string collection, std::string id, Loop& answer_on,
           Done<Result<std::optional<Document>>> done) override;
  void get_all(std::string collection, std::vector<std::string> ids, Loop& answer_on,
               Done<Result<std::vector<std::optional<Document>>>> done) override;
  void query(Query query, Loop& answer_on, Done<Result<Page>> done) override;
  void count(Tally tally, Loop& answer_on, Done<Result<std::size_t>> done) override;
  void search(Search search, Loop& answer_on, Done<Result<Hits>> done) override;

 private:
  struct Waiting {
    Batch batch;
    CommitFate fate;
    Loop* answer_on;
    Done<Result<void>> done;
    Time due;  // never before that of the commit in front
  };

  void write_first();
  Result<void> write(Batch batch, CommitFate fate);
  template <class T>
  void answer(Loop& loop, Done<Result<T>> done, Result<T> result);

  std::shared_ptr<MemoryDisk> disk_;
  Faults no_faults_;
  Faults* faults_;
  std::deque<Waiting> waiting_;
  std::shared_ptr<MemoryStore*> alive_;  // timers outlive the store and must notice
};

}  // namespace mayfly::store
