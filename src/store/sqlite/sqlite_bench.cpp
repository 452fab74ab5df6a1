// What a durable commit and a question cost. The folder of the file decides
// (TMPDIR=/where/it/matters): a commit is as fast as its disk syncs. Documents are of the size of a
// reservation.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <semaphore>
#include <string>
#include <vector>

#include "core/assert.h"
#include "core/random.h"
#include "core/thread_loop.h"
#include "store/blocking.h"
#include "store/sqlite/sqlite_store.h"

namespace mayfly::store {
namespace {

constexpr std::size_t kBodyBytes = 2000;
constexpr int kDocuments = 100'000;
constexpr int kUsers = 100;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "mayfly-bench-XXXXXX").string();
    ASSERT(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path file() const { return path_ / "store.db"; }

 private:
  std::filesystem::path path_;
};

std::string id_of(std::uint64_t number) {
  return fmt::format("r-{:016x}", number);
}

Write reservation(std::uint64_t number, std::int64_t seen) {
  return {.collection = "reservations",
          .id = id_of(number),
          .expected_version = seen,
          .document = Document{
              .body = std::string(kBodyBytes, 'x'),
              .indexes = {{"user", fmt::format("u-{}", number % kUsers)}, {"live", "1"}},
              .searched = Searched{
                  .scope = fmt::format("u-{}", number % kUsers),
                  .moment = static_cast<std::int64_t>(number),
                  .text = fmt::format("{}\nbuild {} of web\n\nubuntu-24.04\naws\neu-west-1\n"
                                      "t4g.micro\ni-{:017x}\n10.1.{}.{}\n",
                                      id_of(number), number, number * 7919, number / 256 % 256,
                                      number % 256)}}};
}

// Keeps as many commits waiting as there are writers, and tells how long each one waited.
void commit_with_waiters(benchmark::State& state, auto next_write) {
  const Folder folder;
  ThreadLoop loop;
  const auto store = sqlite::open(folder.file()).value();
  const std::int64_t writers = state.range(0);
  std::counting_semaphore<> free(writers);
  std::vector<double> waits;  // milliseconds; touched by the loop only, until it has answered all
  for (auto _ : state) {
    free.acquire();
    Batch batch = {next_write()};
    const auto begin = std::chrono::steady_clock::now();
    store->commit(std::move(batch), loop, [&, begin](Result<void> result) {
      ASSERT(result);
      const std::chrono::duration<double, std::milli> wait =
          std::chrono::steady_clock::now() - begin;
      waits.push_back(wait.count());
      free.release();
    });
  }
  for (std::int64_t i = 0; i < writers; ++i) free.acquire();
  std::ranges::sort(waits);
  state.SetItemsProcessed(state.iterations());
  state.counters["p50_ms"] = waits[waits.size() / 2];
  state.counters["p99_ms"] = waits[waits.size() * 99 / 100];
}

void BM_CommitCreates(benchmark::State& state) {
  std::uint64_t number = 0;  // ids grow, as those of new_id() do
  commit_with_waiters(state, [&] { return reservation(number++, 0); });
}
BENCHMARK(BM_CommitCreates)->Arg(1)->Arg(8)->Arg(64)->Arg(256)->UseRealTime();

void BM_CommitUpdates(benchmark::State& state) {
  std::uint64_t number = 0;
  commit_with_waiters(state, [&] {
    const std::uint64_t round = number / 1000;  // of a thousand documents, each in turn
    return reservation(number++ % 1000, static_cast<std::int64_t>(round));
  });
}
BENCHMARK(BM_CommitUpdates)->Arg(1)->Arg(64)->Arg(256)->UseRealTime();

// A store of 100,000 reservations of 100 users, made once.
class FullStore {
 public:
  static FullStore& instance() {
    static FullStore full;
    return full;
  }
  Store& store() { return *store_; }
  ThreadLoop& loop() { return loop_; }

 private:
  FullStore() {
    Blocking ask(*store_, loop_);
    for (int number = 0; number < kDocuments;) {
      Batch batch;
      while (batch.size() < kBatchWritesMax)
        batch.push_back(reservation(static_cast<std::uint64_t>(number++), 0));
      ASSERT(ask.commit(std::move(batch)));
    }
  }

  Folder folder_;
  ThreadLoop loop_;
  std::unique_ptr<Store> store_ = sqlite::open(folder_.file()).value();
};

void BM_GetById(benchmark::State& state) {
  FullStore& full = FullStore::instance();
  Blocking ask(full.store(), full.loop());
  SeededRandom random(2);
  for (auto _ : state) {
    const auto found = ask.get("reservations", id_of(random.below(kDocuments)));
    ASSERT(found && *found);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_GetById)->UseRealTime();

void BM_GetByIdManyAtOnce(benchmark::State& state) {
  FullStore& full = FullStore::instance();
  SeededRandom random(3);
  std::counting_semaphore<> free(state.range(0));
  for (auto _ : state) {
    free.acquire();
    full.store().get("reservations", id_of(random.below(kDocuments)), full.loop(), [&](auto found) {
      ASSERT(found && *found);
      free.release();
    });
  }
  for (std::int64_t i = 0; i < state.range(0); ++i) free.acquire();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_GetByIdManyAtOnce)->Arg(64)->UseRealTime();

void page(benchmark::State& state, std::string index) {
  FullStore& full = FullStore::instance();
  Blocking ask(full.store(), full.loop());
  SeededRandom random(4);
  for (auto _ : state) {
    const auto found = ask.query({.collection = "reservations",
                                  .index = index,
                                  .value = fmt::format("u-{}", random.below(kUsers)),
                                  .after_id = id_of(random.below(kDocuments / 2)),
                                  .limit = 100});
    ASSERT(found && found->size() == 100);
  }
  state.SetItemsProcessed(state.iterations());
}
void BM_PageOf100(benchmark::State& state) {
  page(state, "");
}
void BM_PageOf100ByIndex(benchmark::State& state) {
  page(state, "user");
}
BENCHMARK(BM_PageOf100)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_PageOf100ByIndex)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mayfly::store
