#include "store/sqlite/database.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "store/contract_fixture.h"
#include "store/sqlite/sqlite_store.h"

namespace mayfly::store::sqlite {
namespace {

namespace fs = std::filesystem;

std::string refusal(const fs::path& file) {
  const auto store = open(file);
  if (store) return "opened";
  return std::string(name_of(store.error().code)) + ": " + store.error().message + " " +
         store.error().remedy;
}

unsigned mode_of(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

void write_file(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// As an earlier version would have left what is in it.
void make_older(const fs::path& file, int version) {
  Connection old = *Connection::open(file, Connection::Mode::read_write);
  const std::string stamp = "PRAGMA user_version = " + std::to_string(version);
  ASSERT_TRUE(
      old.run("DROP TABLE words; DROP TABLE texts; "
              "ALTER TABLE documents DROP COLUMN text_row"));
  ASSERT_TRUE(old.run(stamp.c_str()));
}

class Database : public ::testing::Test {
 protected:
  TempFolder folder_;
  fs::path file_ = folder_.path() / "store.db";
};

TEST_F(Database, IsCreatedForNobodyElsesEyes) {
  ::chmod(folder_.path().c_str(), 0755);
  const fs::path file = folder_.path() / "a" / "b" / "store.db";
  const auto store = open(file);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(mode_of(folder_.path()), 0755U);
  EXPECT_EQ(mode_of(file.parent_path().parent_path()), 0700U);
  EXPECT_EQ(mode_of(file.parent_path()), 0700U);
  for (const char* suffix : {"", "-wal", "-shm"}) EXPECT_EQ(mode_of(file.native() + suffix), 0600U);
}

TEST_F(Database, KeepsTheModeOfWhatExists) {
  ASSERT_EQ(refusal(file_), "opened");
  ::chmod(file_.c_str(), 0640);
  EXPECT_EQ(refusal(file_), "opened");
  EXPECT_EQ(mode_of(file_), 0640U);
}

TEST_F(Database, SaysWhatItIs) {
  ASSERT_EQ(refusal(file_), "opened");
  Connection connection = *Connection::open(file_, Connection::Mode::read_only);
  EXPECT_EQ(connection.integer("PRAGMA application_id"), 0x4d617966);
  EXPECT_EQ(connection.integer("PRAGMA user_version"), 3);
}

// What version 1 did not know, found by what version 2 has: as if it had been written just now.
TEST_F(Database, OfTheFirstVersionIsFoundByTheIndexesOfTheSecond) {
  ThreadLoop loop;
  {
    const auto store = open(file_);
    Blocking ask(**store, loop);
    ASSERT_TRUE(ask.commit({
        create("reservations", "r-1",
               R"({"user":"ada","phase":"ready","goal":"present",)"
               R"("ready_at":"2026-01-01T00:00:00Z"})",
               {{"user", "ada"}, {"user_live", "ada"}}),
        create("reservations", "r-2", R"({"user":"ada","phase":"provisioning","goal":"absent"})",
               {{"live", "1"}, {"user", "ada"}}),
        create("reservations", "r-3", R"({"user":"ada","phase":"failed","goal":"absent"})",
               {{"user", "ada"}, {"user_month", "ada/2026-01"}}),
        create("reservations", "r-4", "not JSON"),
        create("automations", "r-1", R"({"user":"ada","kind":"launch","plan":"template:web"})",
               {{"launched_by", "ada"}}),
        create("automations", "r-2", R"({"user":"ada","kind":"launch","plan":""})"),
        create("automations", "t-1", R"({"user":"ada","kind":"teardown","plan":"vm"})",
               {{"teardown_of", "r-1"}}),
    }));
  }
  make_older(file_, 1);
  const auto store = open(file_);
  ASSERT_TRUE(store) << store.error().message;
  Blocking ask(**store, loop);
  const auto found = [&](std::string collection, std::string index, std::string value) {
    Ids ids;
    for (const Document& document :
         *ask.query({.collection = std::move(collection), .index = index, .value = value})) {
      ids.push_back(document.id);
      EXPECT_EQ(document.indexes.at(index), value);
    }
    return ids;
  };
  EXPECT_EQ(found("reservations", "user_phase", "ada/ready/was-ready"), Ids{"r-1"});
  EXPECT_EQ(found("reservations", "user_phase", "ada/provisioning/ending"), Ids{"r-2"});
  EXPECT_EQ(found("reservations", "user_phase", "ada/failed"), Ids{"r-3"});
  EXPECT_EQ(found("automations", "user_plan", "ada/template:web"), Ids{"r-1"});
  EXPECT_EQ(found("automations", "user_asked", "ada/teardown"), Ids{"t-1"});
  EXPECT_EQ(found("automations", "teardown_of", "r-1"), Ids{"t-1"});
  // Written again, each is found by what it has then.
  ASSERT_TRUE(ask.commit({update("reservations", "r-1", 1, "{}", {{"user", "ada"}})}));
  EXPECT_EQ(found("reservations", "user_phase", "ada/ready/was-ready"), Ids{});
}

// By the words that its writers would give it; documents that are written again lose them.
TEST_F(Database, OfTheSecondVersionIsFoundByItsWords) {
  ThreadLoop loop;
  {
    const auto store = open(file_);
    Blocking ask(**store, loop);
    ASSERT_TRUE(ask.commit({
        create(
            "reservations", "r-1",
            R"({"id":"r-1","user":"ada","created_at":"2026-01-01T00:00:00.123456Z","end_reason":"room",)"
            R"("request":{"name":"Nightly","image":"ubuntu-24.04","clouds":["aws"],"user_data":"secret"},)"
            R"("attempts":[{"offer":{"cloud":"aws","region":"eu-west-1","instance_type":"t3.micro"},)"
            R"("reason":"no capacity","machines":[{"instance":{"id":"i-7","public_ip":"203.0.113.7"}}]}]})"),
        create("reservations", "r-2",
               R"({"id":"r-2","user":"ada","created_at":"2026-01-01T00:00:00.123Z","request":{},)"
               R"("ready_at":"2026-01-01T00:01:00Z","end_reason":"room"})"),
        create("reservations", "r-3", "not JSON"),
        create("reservations", "r-4",
               R"({"id":"r-4","user":"bob","created_at":"2026-01-02T00:00:00Z",)"
               R"("request":{"name":"nightly"}})"),
        create("automations", "r-1",
               R"({"id":"r-1","user":"ada","kind":"launch","created_at":"2026-01-01T00:00:00Z",)"
               R"("plan":"template:web","title":"The shop",)"
               R"("parameters":[{"name":"color","value":"deep blue"}]})"),
        create("automations", "d-1",
               R"({"id":"d-1","user":"ada","kind":"prepared","created_at":"2026-01-01T00:00:00Z",)"
               R"("title":"The shop"})"),
    }));
  }
  make_older(file_, 2);
  const auto store = open(file_);
  ASSERT_TRUE(store) << store.error().message;
  Blocking ask(**store, loop);
  const auto found = [&](std::string collection, std::string word) {
    Ids ids;
    const auto hits = ask.search(
        {.collection = std::move(collection), .scope = "ada", .any = {{{std::move(word)}}}});
    EXPECT_TRUE(hits) << hits.error().message;
    for (const Hit& hit : hits.value_or(Hits{})) ids.push_back(hit.id);
    return ids;
  };
  for (const char* word :
       {"nightly", "ubuntu", "aws", "eu", "micro", "capacity", "113", "room", "i"})
    EXPECT_EQ(found("reservations", word), Ids{"r-1"}) << word;
  EXPECT_EQ(found("reservations", "r"), (Ids{"r-2", "r-1"}));
  EXPECT_EQ(found("reservations", "secret"), Ids{});
  for (const char* word : {"shop", "template", "web", "blue"})
    EXPECT_EQ(found("automations", word), Ids{"r-1"}) << word;
  EXPECT_EQ(found("automations", "color"), Ids{});
  const Hits hits =
      ask.search({.collection = "reservations", .scope = "ada", .any = {{{"nightly"}}}})
          .value_or(Hits{});
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].moment, 1'767'225'600'123);
  EXPECT_EQ(hits[0].text,
            "r-1\nNightly\n\nroom\nubuntu-24.04\naws\naws\neu-west-1\nt3.micro\nno capacity\n"
            "i-7\n203.0.113.7");
  ASSERT_TRUE(ask.commit({update("reservations", "r-1", 1)}));
  EXPECT_EQ(found("reservations", "nightly"), Ids{});
  EXPECT_EQ(found("reservations", "r"), Ids{"r-2"});
}

TEST_F(Database, ThatIsNoneIsRefused) {
  write_file(file_, std::string(8192, 'x'));
  EXPECT_EQ(refusal(file_),
            "invalid: The store " + file_.native() +
                " cannot be used: file is not a database (SQLite error 26). Name another file, or "
                "move this one away.");
}

TEST_F(Database, OfAnotherProgramIsRefusedAndLeftAlone) {
  write_file(file_, "");
  {
    Connection other = *Connection::open(file_, Connection::Mode::read_write);
    ASSERT_TRUE(other.run("CREATE TABLE recipes (name TEXT)"));
  }
  std::ostringstream before;
  before << std::ifstream(file_, std::ios::binary).rdbuf();
  EXPECT_EQ(refusal(file_),
            "invalid: " + file_.native() +
                " is the database of another program. Name another file for the store.");
  std::ostringstream after;
  after << std::ifstream(file_, std::ios::binary).rdbuf();
  EXPECT_EQ(after.str(), before.str());
}

TEST_F(Database, OfANewerMayflyIsRefused) {
  ASSERT_EQ(refusal(file_), "opened");
  {
    Connection newer = *Connection::open(file_, Connection::Mode::read_write);
    ASSERT_TRUE(newer.run("PRAGMA user_version = 7"));
  }
  EXPECT_EQ(refusal(file_),
            "invalid: The store " + file_.native() +
                " was written by a newer Mayfly: its format is 7, this one knows those "
                "up to 3. Install that newer Mayfly again, or name another file for "
                "the store.");
}

TEST_F(Database, InAFolderThatCannotBeSaysHowToMakeOne) {
  write_file(folder_.path() / "file", "");
  const fs::path folder = folder_.path() / "file";
  EXPECT_EQ(refusal(folder / "folder" / "store.db"),
            "unavailable: Cannot create the folder " + folder.native() +
                ": Not a directory. Create it for the user Mayfly runs as (`install -d -m 0700 -o "
                "<user> " +
                folder.native() + "`), or configure another place for the store.");
}

TEST_F(Database, ThatIsAFolderIsRefused) {
  EXPECT_EQ(refusal(folder_.path()), "unavailable: Cannot open the store " +
                                         folder_.path().native() +
                                         ": Is a directory. Name a file in that folder.");
  EXPECT_EQ(refusal(""), "invalid: '' cannot be the store's file. Name it with its full path.");
}

// Permissions mean nothing to root, so a child that is nobody tries.
std::string refusal_for_nobody(const fs::path& file) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) ::_exit(1);
    const std::string text = refusal(file);
    ::_exit(::write(ends[1], text.data(), text.size()) < 0 ? 1 : 0);
  }
  ::close(ends[1]);
  char buffer[4096];
  const ssize_t size = ::read(ends[0], buffer, sizeof buffer);
  ::close(ends[0]);
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  return {buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

TEST_F(Database, InAFolderThatIsNotOursSaysWhoMustOwnIt) {
  ::chmod(folder_.path().c_str(), 0555);
  EXPECT_EQ(
      refusal_for_nobody(file_),
      "unavailable: Cannot create the store " + file_.native() +
          ": Permission denied. The user Mayfly runs as must be able to write to the folder " +
          folder_.path().native() + ".");
  ::chmod(folder_.path().c_str(), 0700);
}

TEST_F(Database, ThatMayOnlyBeReadIsRefused) {
  ASSERT_EQ(refusal(file_), "opened");
  ::chmod(folder_.path().c_str(), 0777);
  ::chmod(file_.c_str(), 0444);
  EXPECT_EQ(
      refusal_for_nobody(file_),
      "unavailable: The store " + file_.native() +
          " cannot be written. The user Mayfly runs as must own the file and be able to write "
          "to its folder.");
}

void damage_from_page(const fs::path& file, std::uintmax_t page) {
  constexpr std::uintmax_t kPageBytes = 4096;
  const auto size = fs::file_size(file);
  ASSERT_GT(size, page * kPageBytes);
  std::fstream damage(file, std::ios::binary | std::ios::in | std::ios::out);
  damage.seekp(static_cast<std::streamoff>(page * kPageBytes));
  damage << std::string(size - page * kPageBytes, '\xaa');
}

TEST_F(Database, ThatIsDamagedSaysSo) {
  ThreadLoop loop;
  {
    const auto store = open(file_);
    Blocking ask(**store, loop);
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(ask.commit({create("users", std::to_string(i), std::string(3000, 'x'))}));
    }
  }
  damage_from_page(file_, 20);  // before it is what says which tables there are, and how
  {
    const auto store = open(file_);
    ASSERT_TRUE(store) << store.error().message;
    Blocking ask(**store, loop);
    const auto found = ask.get("users", "19");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::internal);
    EXPECT_NE(found.error().message.find("database disk image is malformed"), std::string::npos);
    EXPECT_NE(found.error().remedy.find("restore a backup"), std::string::npos);
    EXPECT_EQ(outcome(ask.commit({create("users", "new")})), "internal");
    EXPECT_EQ(outcome(ask.query({.collection = "users"})), "internal");
  }
  damage_from_page(file_, 1);
  EXPECT_NE(refusal(file_).find("restore a backup"), std::string::npos) << refusal(file_);
}

}  // namespace
}  // namespace mayfly::store::sqlite
