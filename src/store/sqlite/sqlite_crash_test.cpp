// What is left after the worst moments: kill -9, a full disk, two processes at once. Each runs in a
// forked child, so the parent has no thread while it forks: every store and loop here is in a
// block.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <semaphore>
#include <set>

#include "core/random.h"
#include "store/contract_fixture.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/sqlite_store.h"

namespace mayfly::store {
namespace {

constexpr const char* kTriple[] = {"users", "keys", "templates"};

// A child process that runs `work` with the writing end of a pipe. The parent reads the other one.
class Child {
 public:
  explicit Child(const std::function<void(int report)>& work) {
    int ends[2];
    ASSERT(::pipe(ends) == 0);
    pid_ = ::fork();
    ASSERT(pid_ >= 0);
    if (pid_ == 0) {
      ::close(ends[0]);
      work(ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    report_ = ends[0];
  }
  ~Child() { ::close(report_); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // False: the child has ended and said nothing more.
  bool read(std::int64_t& number) const {
    return ::read(report_, &number, sizeof number) == sizeof number;
  }
  std::string read_all() const {
    std::string text;
    char buffer[4096];
    for (;;) {
      const ssize_t size = ::read(report_, buffer, sizeof buffer);
      if (size <= 0) return text;
      text.append(buffer, static_cast<std::size_t>(size));
    }
  }
  void kill() const { ::kill(pid_, SIGKILL); }
  int wait() const {
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    return status;
  }

 private:
  pid_t pid_ = 0;
  int report_ = -1;
};

void say(int report, const std::string& text) {
  if (::write(report, text.data(), text.size()) < 0) ::_exit(1);
}

std::unique_ptr<Store> must_open(const std::filesystem::path& file) {
  Result<std::unique_ptr<Store>> store = sqlite::open(file);
  if (store) return *std::move(store);
  ADD_FAILURE() << store.error().message;
  std::abort();
}

std::int64_t version_of_counter(Blocking& ask) {
  const auto counter = ask.get("settings", "counter").value();
  return counter ? counter->version : 0;
}

// Commits batch after batch, many in flight, until killed. Batch n makes document n of three
// collections and version n of the counter, and reports n when it is acknowledged.
void commit_until_killed(const std::filesystem::path& file, int report) {
  ThreadLoop loop;
  const auto store = must_open(file);
  Blocking ask(*store, loop);
  std::counting_semaphore<32> in_flight(32);
  for (std::int64_t number = version_of_counter(ask) + 1;; ++number) {
    Batch batch = {update("settings", "counter", number - 1, std::to_string(number))};
    for (const char* collection : kTriple)
      batch.push_back(create(collection, std::to_string(number)));
    in_flight.acquire();
    store->commit(std::move(batch), loop, [&in_flight, report, number](Result<void> result) {
      if (!result || ::write(report, &number, sizeof number) != sizeof number) ::_exit(1);
      in_flight.release();
    });
  }
}

// A store of the second version with so many reservations.
void make_second_version(const std::filesystem::path& file, int count) {
  {
    ThreadLoop loop;
    const auto store = must_open(file);
    Blocking ask(*store, loop);
    for (int from = 0; from < count; from += 500) {
      Batch batch;
      for (int i = from; i < std::min(count, from + 500); ++i) {
        const std::string id = "r-" + std::to_string(i);
        batch.push_back(create("reservations", id,
                               R"({"id":")" + id +
                                   R"(","user":"ada","created_at":)"
                                   R"("2026-01-01T00:00:00Z","request":{"name":"web"}})"));
      }
      ASSERT(ask.commit(std::move(batch)));
    }
  }
  auto old = sqlite::Connection::open(file, sqlite::Connection::Mode::read_write);
  ASSERT(
      old->run("DROP TABLE words; DROP TABLE texts; "
               "ALTER TABLE documents DROP COLUMN text_row; PRAGMA user_version = 2"));
}

TEST(SqliteCrash, AKilledMigrationIsDoneByTheNextOpening) {
  constexpr int kCount = 3000;
  SeededRandom random(SystemRandom().next());
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "store.db";
  make_second_version(file, kCount);
  for (int round = 0; round < 8; ++round) {
    const std::filesystem::path copy =
        folder.path() / ("copy" + std::to_string(round)) / "store.db";
    std::filesystem::create_directory(copy.parent_path());
    std::filesystem::copy_file(file, copy);
    {
      const Child child([&](int report) {
        say(report, "now");
        must_open(copy).reset();
      });
      std::int64_t begun = 0;
      static_cast<void>(child.read(begun));
      ::usleep(static_cast<useconds_t>(random.below(60'000)));
      child.kill();
      child.wait();
    }
    ThreadLoop loop;
    const auto store = must_open(copy);
    Blocking ask(*store, loop);
    const auto hits = ask.search(
        {.collection = "reservations", .scope = "ada", .any = {{{"web"}}}, .limit = kPageMax});
    ASSERT_TRUE(hits) << hits.error().message;
    EXPECT_EQ(hits->size(), static_cast<std::size_t>(kCount));
  }
}

TEST(SqliteCrash, KillLosesNothingAcknowledgedAndSplitsNoBatch) {
  const char* given = ::getenv("MAYFLY_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : SystemRandom().next();
  SCOPED_TRACE("MAYFLY_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "store.db";
  std::int64_t written = 0;
  for (int round = 0; round < 10; ++round) {
    std::int64_t acknowledged = 0;
    {
      const Child child([&](int report) { commit_until_killed(file, report); });
      const auto enough = static_cast<std::int64_t>(1 + random.below(300));
      for (std::int64_t n = 0, number = 0; child.read(number); ++n) {
        EXPECT_EQ(number, std::max(acknowledged, written) + 1);
        acknowledged = number;
        if (n == enough) child.kill();
      }
      EXPECT_EQ(child.wait(), SIGKILL);
    }
    ThreadLoop loop;
    const auto store = must_open(file);
    Blocking ask(*store, loop);
    written = version_of_counter(ask);
    EXPECT_GE(written, acknowledged);
    std::set<std::string> expected;
    for (std::int64_t number = 1; number <= written; ++number)
      expected.insert(std::to_string(number));
    for (const char* collection : kTriple) {
      std::set<std::string> found;
      for (const Document& document :
           ask.query({.collection = collection, .limit = kPageMax}).value()) {
        found.insert(document.id);
      }
      EXPECT_EQ(found, expected);
    }
  }
}

TEST(SqliteCrash, AFullDiskFailsCommitsAndPasses) {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "store.db";
  std::string said;
  {
    const Child child([&](int report) {
      std::signal(SIGXFSZ, SIG_IGN);  // the limit stands in for a disk: writing past it is an error
      ThreadLoop loop;
      const auto store = must_open(file);
      Blocking ask(*store, loop);
      const auto commit = [&](std::string id, std::size_t bytes) {
        return outcome(ask.commit({create("templates", id, std::string(bytes, 'x'))}));
      };
      say(report, "before " + commit("before", 1000) + "\n");
      rlimit limit{};
      ::getrlimit(RLIMIT_FSIZE, &limit);
      rlimit full = limit;
      full.rlim_cur = 400'000;
      ::setrlimit(RLIMIT_FSIZE, &full);
      say(report, "large " + commit("large", 1'000'000) + "\n");
      say(report, "larger " + commit("larger", 8'000'000) + "\n");
      int small = 0;
      while (small < 100 && commit("small" + std::to_string(small), 20'000) == "ok") ++small;
      say(report, small > 0 && small < 100 ? "some fit\n" : std::to_string(small) + " fit\n");
      const Result<void> refused =
          ask.commit({create("templates", "small", std::string(20'000, 'x'))});
      say(report,
          refused ? "accepted\n" : refused.error().message + " " + refused.error().remedy + "\n");
      say(report, "read " + outcome(ask.get("templates", "before")) + "\n");
      ::setrlimit(RLIMIT_FSIZE, &limit);
      say(report, "after " + commit("after", 1'000'000) + "\n");
    });
    said = child.read_all();
    EXPECT_EQ(child.wait(), 0);
  }
  const std::string reason =
      "The store " + file.native() +
      " cannot be used: disk I/O error (SQLite error 778). The disk, its quota or a size limit "
      "refuses: see `df`, `ulimit -f` and `dmesg`.\n";
  EXPECT_EQ(said, "before ok\nlarge unavailable\nlarger unavailable\nsome fit\n" + reason +
                      "read ok\nafter ok\n");

  ThreadLoop loop;
  const auto store = must_open(file);
  Blocking ask(*store, loop);
  EXPECT_EQ((*ask.get("templates", "before"))->body.size(), 1000U);
  EXPECT_EQ((*ask.get("templates", "after"))->body.size(), 1'000'000U);
  EXPECT_TRUE(ask.get("templates", "small0").value());
  for (const char* id : {"large", "larger", "small"})
    EXPECT_FALSE(ask.get("templates", id).value()) << id;
}

// Adds one to the counter `times` times, whoever else does.
void count(const std::filesystem::path& file, int times) {
  ThreadLoop loop;
  const auto store = must_open(file);
  Blocking ask(*store, loop);
  while (times > 0) {
    const auto result = ask.commit({update("settings", "counter", version_of_counter(ask))});
    if (result) --times;
    if (!result && result.error().code != ErrorCode::conflict) ::_exit(1);
  }
}

TEST(SqliteCrash, TwoProcessesCreateOneFileAndLoseNoUpdate) {
  for (int round = 0; round < 5; ++round) {
    const TempFolder folder;
    const std::filesystem::path file = folder.path() / "made" / "by" / "both" / "store.db";
    {
      const Child one([&](int) { count(file, 40); });
      const Child two([&](int) { count(file, 40); });
      EXPECT_EQ(one.wait(), 0);
      EXPECT_EQ(two.wait(), 0);
    }
    ThreadLoop loop;
    const auto store = must_open(file);
    Blocking ask(*store, loop);
    EXPECT_EQ(version_of_counter(ask), 80);
  }
}

}  // namespace
}  // namespace mayfly::store
