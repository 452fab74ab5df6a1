#include "store/sqlite/sqlite_store.h"

#include <atomic>
#include <fstream>
#include <iterator>
#include <semaphore>

#include "store/contract_test.h"
#include "store/sqlite/connection.h"

namespace mayfly::store {
namespace {

std::unique_ptr<Store> open_store(const std::filesystem::path& folder,
                                  const sqlite::Options& options = {}) {
  Result<std::unique_ptr<Store>> store = sqlite::open(folder / "store.db", options);
  if (store) return *std::move(store);
  ADD_FAILURE() << store.error().message;
  return nullptr;
}

std::unique_ptr<Store> make_sqlite_store(const std::filesystem::path& folder) {
  return open_store(folder);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, ::testing::Values(&make_sqlite_store));

namespace {

// Holds the file's write lock as another process would, so that whatever a test posts has to wait.
class WriteLock {
 public:
  explicit WriteLock(const std::filesystem::path& folder)
      : connection_(
            *sqlite::Connection::open(folder / "store.db", sqlite::Connection::Mode::read_write)) {
    EXPECT_TRUE(connection_.run("BEGIN IMMEDIATE"));
  }
  void release() { EXPECT_TRUE(connection_.run("ROLLBACK")); }

 private:
  sqlite::Connection connection_;
};

// How many transactions the log holds: frames that end one say so in bytes 4 to 7 of their header.
int transactions_in_log(const std::filesystem::path& folder) {
  std::ifstream file(folder / "store.db-wal", std::ios::binary);
  const std::string log(std::istreambuf_iterator<char>(file), {});
  constexpr std::size_t kLogHeader = 32;
  constexpr std::size_t kFrameHeader = 24;
  constexpr std::size_t kPage = 4096;
  int transactions = 0;
  for (std::size_t at = kLogHeader; at + kFrameHeader + kPage <= log.size();
       at += kFrameHeader + kPage) {
    transactions += log.substr(at + 4, 4) == std::string(4, '\0') ? 0 : 1;
  }
  return transactions;
}

class SqliteStore : public ::testing::Test {
 protected:
  std::future<std::string> post(Store& store, Batch batch) {
    auto answer = std::make_shared<std::promise<std::string>>();
    store.commit(std::move(batch), loop_,
                 [answer](Result<void> result) { answer->set_value(outcome(result)); });
    return answer->get_future();
  }

  TempFolder folder_;
  ThreadLoop loop_;
};

TEST_F(SqliteStore, KeepsEverythingWhenItIsOpenedAgain) {
  Page before;
  {
    const auto store = open_store(folder_.path());
    Blocking ask(*store, loop_);
    ASSERT_TRUE(ask.commit({create("reservations", "1", "a", {{"user", "ada"}}),
                            create("reservations", "2", "b", {{"user", "bob"}, {"live", "1"}})}));
    ASSERT_TRUE(ask.commit({update("reservations", "1", 1, "c", {{"user", "ada"}})}));
    before = *ask.query({.collection = "reservations"});
  }
  const auto store = open_store(folder_.path());
  Blocking ask(*store, loop_);
  EXPECT_EQ(before.size(), 2U);
  EXPECT_EQ(ask.query({.collection = "reservations"}), before);
  EXPECT_EQ(ask.query({.collection = "reservations", .index = "live", .value = "1"}),
            (Page{before[1]}));
  EXPECT_EQ(outcome(ask.commit({create("reservations", "1")})), "conflict");
  EXPECT_EQ(outcome(ask.commit({update("reservations", "1", 2)})), "ok");
}

TEST_F(SqliteStore, LeavesOneFileWhenItIsClosed) {
  {
    const auto store = open_store(folder_.path());
    ASSERT_TRUE(Blocking(*store, loop_).commit({create("users", "1")}));
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / "store.db-wal"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "store.db-wal"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "store.db-shm"));
}

TEST_F(SqliteStore, CarriesOutAndAnswersWhatItAcceptedBeforeItsEnd) {
  std::vector<std::future<std::string>> answers;
  std::future<std::string> read;
  {
    const auto store = open_store(folder_.path());
    for (int i = 0; i < 300; ++i)
      answers.push_back(post(*store, {create("users", std::to_string(i))}));
    auto answer = std::make_shared<std::promise<std::string>>();
    read = answer->get_future();
    store->query({.collection = "users"}, loop_,
                 [answer](Result<Page> page) { answer->set_value(outcome(page)); });
  }
  for (auto& answer : answers) EXPECT_EQ(answer.get(), "ok");
  EXPECT_EQ(read.get(), "ok");
  const auto store = open_store(folder_.path());
  EXPECT_EQ(Blocking(*store, loop_).query({.collection = "users", .limit = 1000})->size(), 300U);
}

TEST_F(SqliteStore, ClosesWhileAnotherOneHasTheFileOpen) {
  auto server = open_store(folder_.path());
  {
    const auto command = open_store(folder_.path());
    ASSERT_TRUE(Blocking(*command, loop_).commit({create("users", "1")}));
  }
  Blocking ask(*server, loop_);
  EXPECT_EQ(outcome(ask.commit({create("users", "1")})), "conflict");
  EXPECT_EQ(outcome(ask.commit({update("users", "1", 1)})), "ok");
  server.reset();
  const auto again = open_store(folder_.path());
  EXPECT_EQ((*Blocking(*again, loop_).get("users", "1"))->version, 2);
}

TEST_F(SqliteStore, SeesWhatAnotherOneOfTheSameFileCommits) {
  const auto one = open_store(folder_.path());
  const auto two = open_store(folder_.path());
  Blocking first(*one, loop_);
  Blocking second(*two, loop_);
  EXPECT_EQ(outcome(first.commit({create("users", "1", "a", {{"token", "t"}})})), "ok");
  EXPECT_EQ((*second.get("users", "1"))->body, "a");
  EXPECT_EQ(outcome(second.commit({create("users", "1")})), "conflict");
  EXPECT_EQ(outcome(second.commit({create("users", "2", "{}", {{"token", "t"}})})), "conflict");
  EXPECT_EQ(outcome(second.commit({update("users", "1", 1, "b")})), "ok");
  EXPECT_EQ(outcome(first.commit({update("users", "1", 1, "c")})), "conflict");
  EXPECT_EQ((*first.get("users", "1"))->body, "b");
  EXPECT_EQ(first.query({.collection = "users", .index = "token", .value = "t"})->size(), 0U);
}

TEST_F(SqliteStore, LosesNoUpdateOfManyThreadsOnTwoStoresOfOneFile) {
  constexpr int kThreads = 4;
  constexpr int kUpdates = 50;
  const std::unique_ptr<Store> stores[] = {open_store(folder_.path()), open_store(folder_.path())};
  ASSERT_TRUE(Blocking(*stores[0], loop_).commit({create("settings", "counter", "0")}));
  std::vector<std::thread> threads;
  std::atomic<int> conflicts = 0;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Blocking ask(*stores[i % 2], loop_);
      for (int done = 0; done < kUpdates;) {
        const Document seen = *ask.get("settings", "counter").value();
        const std::string next = std::to_string(std::stoi(seen.body) + 1);
        const std::string answer =
            outcome(ask.commit({update("settings", "counter", seen.version, next)}));
        if (answer == "ok") ++done;
        if (answer == "conflict") ++conflicts;
        if (answer != "ok" && answer != "conflict") return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Document counter = *Blocking(*stores[0], loop_).get("settings", "counter").value();
  EXPECT_EQ(counter.body, std::to_string(kThreads * kUpdates));
  EXPECT_EQ(counter.version, kThreads * kUpdates + 1);
  RecordProperty("conflicts", conflicts);
}

TEST_F(SqliteStore, ReadsWhileSomebodyHoldsTheWriteLock) {
  const auto store = open_store(folder_.path());
  Blocking ask(*store, loop_);
  ASSERT_TRUE(ask.commit({create("users", "1", "a")}));
  WriteLock lock(folder_.path());
  std::future<std::string> waiting = post(*store, {update("users", "1", 1, "b")});
  EXPECT_EQ((*ask.get("users", "1"))->body, "a");
  lock.release();
  EXPECT_EQ(waiting.get(), "ok");
  EXPECT_EQ((*ask.get("users", "1"))->body, "b");
}

TEST_F(SqliteStore, CommitsAllThatWaitAtOnceAndAnswersEachForItself) {
  const auto store = open_store(folder_.path());
  ASSERT_TRUE(Blocking(*store, loop_).commit({create("users", "taken", "{}", {{"token", "t"}})}));
  const int before = transactions_in_log(folder_.path());
  WriteLock lock(folder_.path());
  std::vector<std::future<std::string>> fine;
  std::vector<std::future<std::string>> wrong;
  for (int i = 0; i < 100; ++i) {
    const std::string id = std::to_string(i);
    fine.push_back(post(*store, {create("users", id), create("keys", id)}));
    wrong.push_back(post(*store, {create("templates", id), create("users", id)}));
    wrong.push_back(
        post(*store, {create("templates", id), create("users", id + "x", "{}", {{"token", "t"}})}));
    fine.push_back(post(*store, {update("users", id, 1, "again")}));
  }
  lock.release();
  for (auto& answer : fine) EXPECT_EQ(answer.get(), "ok");
  for (auto& answer : wrong) EXPECT_EQ(answer.get(), "conflict");
  // The first may have found itself alone in front of the lock; all others waited together.
  EXPECT_LE(transactions_in_log(folder_.path()) - before, 2);
  Blocking ask(*store, loop_);
  EXPECT_EQ(ask.query({.collection = "templates"})->size(), 0U);
  EXPECT_EQ(ask.query({.collection = "keys"})->size(), 100U);
  EXPECT_EQ((*ask.get("users", "99"))->body, "again");
}

TEST_F(SqliteStore, RefusesAtOnceWhatIsTooMuchToWait) {
  std::counting_semaphore<> refused(0);
  std::counting_semaphore<> accepted(0);
  const auto store = open_store(folder_.path(), {.waiting_commits_max = 3});
  WriteLock lock(folder_.path());
  for (int i = 0; i < 100; ++i) {
    store->commit({create("users", std::to_string(i))}, loop_, [&](Result<void> result) {
      EXPECT_EQ(outcome(result), result ? "ok" : "unavailable");
      (result ? accepted : refused).release();
    });
  }
  // At most three are with the writer and three behind it; the rest is answered with the lock held.
  for (int i = 0; i < 94; ++i) refused.acquire();
  EXPECT_FALSE(accepted.try_acquire());
  lock.release();
  for (int i = 0; i < 3; ++i) accepted.acquire();
  Blocking ask(*store, loop_);
  EXPECT_EQ(outcome(ask.commit({create("users", "later")})), "ok");
  const std::size_t written = ask.query({.collection = "users"})->size();
  EXPECT_GE(written, 4U);
  EXPECT_LE(written, 7U);
}

TEST_F(SqliteStore, OneUnreadableDocumentFailsItsOwnBatchOnly) {
  const auto store = open_store(folder_.path());
  Blocking ask(*store, loop_);
  ASSERT_TRUE(ask.commit({create("users", "1"), create("users", "2")}));
  auto other =
      sqlite::Connection::open(folder_.path() / "store.db", sqlite::Connection::Mode::read_write);
  ASSERT_TRUE(other->run("UPDATE documents SET indexes = x'ff' WHERE id = x'31'"));
  EXPECT_EQ(outcome(ask.get("users", "1")), "internal");
  EXPECT_EQ(outcome(ask.query({.collection = "users"})), "internal");
  WriteLock lock(folder_.path());
  auto broken = post(*store, {create("users", "3"), update("users", "1", 1)});
  auto whole = post(*store, {update("users", "2", 1)});
  lock.release();
  EXPECT_EQ(broken.get(), "internal");
  EXPECT_EQ(whole.get(), "ok");
  EXPECT_EQ(ask.get("users", "3"), Result<std::optional<Document>>(std::nullopt));
}

}  // namespace
}  // namespace mayfly::store
