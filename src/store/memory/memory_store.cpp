#include "store/memory/memory_store.h"

#include <algorithm>
#include <utility>

namespace mayfly::store {
namespace {

std::unexpected<Error> out_of_order() {
  return fail(ErrorCode::unavailable, "The store in memory failed, as it was told to.",
              "Try again.");
}

}  // namespace

MemoryStore::MemoryStore(std::shared_ptr<MemoryDisk> disk, Faults* faults)
    : disk_(std::move(disk)),
      faults_(faults == nullptr ? &no_faults_ : faults),
      alive_(std::make_shared<MemoryStore*>(this)) {}

MemoryStore::~MemoryStore() {
  for (Waiting& commit : waiting_) {
    if (!faults_->survives_crash()) return;
    // Whether it conflicts or not: there is nobody left to tell.
    static_cast<void>(write(std::move(commit.batch), commit.fate));
  }
}

void MemoryStore::commit(Batch batch, Loop& answer_on, Done<Result<void>> done) {
  if (auto checked = check(batch); !checked) {
    return answer<void>(answer_on, std::move(done), std::move(checked));
  }
  const CommitFate fate = faults_->fate();
  const Time now = answer_on.now();
  Time due = now + faults_->commit_delay();
  if (!waiting_.empty()) due = std::max(due, waiting_.back().due);
  waiting_.push_back({std::move(batch), fate, &answer_on, std::move(done), due});
  if (waiting_.size() == 1 && due <= now) return write_first();
  answer_on.post_at(due, [alive = std::weak_ptr(alive_)] {
    if (const auto store = alive.lock()) (*store)->write_first();
  });
}

// One timer for each waiting commit. Whichever runs first writes the oldest: it is due too, and a
// simulation that runs timers of one moment in any order still sees commits in theirs.
void MemoryStore::write_first() {
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  Result<void> result = write(std::move(first.batch), first.fate);
  answer<void>(*first.answer_on, std::move(first.done), std::move(result));
}

Result<void> MemoryStore::write(Batch batch, CommitFate fate) {
  if (fate == CommitFate::refused) return out_of_order();
  Result<void> result = disk_->apply(std::move(batch));
  if (fate == CommitFate::written_but_reported_failed && result) return out_of_order();
  return result;
}

void MemoryStore::get(std::string collection, std::string id, Loop& answer_on,
                      Done<Result<std::optional<Document>>> done) {
  Result<std::optional<Document>> result;
  if (auto checked = check_get(collection, id); !checked) {
    result = std::unexpected(std::move(checked).error());
  } else if (faults_->read_fails()) {
    result = out_of_order();
  } else {
    result = disk_->get(collection, id);
  }
  answer<std::optional<Document>>(answer_on, std::move(done), std::move(result));
}

void MemoryStore::get_all(std::string collection, std::vector<std::string> ids, Loop& answer_on,
                          Done<Result<std::vector<std::optional<Document>>>> done) {
  Result<std::vector<std::optional<Document>>> result;
  if (auto checked = check_get_all(collection, ids); !checked) {
    result = std::unexpected(std::move(checked).error());
  } else if (faults_->read_fails()) {
    result = out_of_order();
  } else {
    for (const std::string& id : ids) result->push_back(disk_->get(collection, id));
  }
  answer<std::vector<std::optional<Document>>>(answer_on, std::move(done), std::move(result));
}

void MemoryStore::query(Query query, Loop& answer_on, Done<Result<Page>> done) {
  Result<Page> result;
  if (auto checked = check(query); !checked) {
    result = std::unexpected(std::move(checked).error());
  } else if (faults_->read_fails()) {
    result = out_of_order();
  } else {
    result = disk_->query(query);
  }
  answer<Page>(answer_on, std::move(done), std::move(result));
}

void MemoryStore::count(Tally tally, Loop& answer_on, Done<Result<std::size_t>> done) {
  Result<std::size_t> result;
  if (auto checked = check(tally); !checked) {
    result = std::unexpected(std::move(checked).error());
  } else if (faults_->read_fails()) {
    result = out_of_order();
  } else {
    result = disk_->count(tally);
  }
  answer<std::size_t>(answer_on, std::move(done), std::move(result));
}

void MemoryStore::search(Search search, Loop& answer_on, Done<Result<Hits>> done) {
  Result<Hits> result;
  if (auto checked = check(search); !checked) {
    result = std::unexpected(std::move(checked).error());
  } else if (faults_->read_fails()) {
    result = out_of_order();
  } else {
    result = disk_->search(search);
  }
  answer<Hits>(answer_on, std::move(done), std::move(result));
}

template <class T>
void MemoryStore::answer(Loop& loop, Done<Result<T>> done, Result<T> result) {
  Task task = [done = std::move(done), result = std::move(result)]() mutable {
    done(std::move(result));
  };
  const Duration delay = faults_->answer_delay();
  if (delay <= Duration{}) return loop.post(std::move(task));
  loop.post_at(loop.now() + delay, std::move(task));
}

}  // namespace mayfly::store
