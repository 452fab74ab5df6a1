// SQLite's C interface with owners: a connection closes itself, a statement finalizes itself, and a
// cursor resets its statement, so that no read transaction outlives the question it was for.
//
// Threads: a connection and all that came from it belong to one thread at a time. Statements die
// before their connection.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace mayfly::store::sqlite {

// A group commit of ours takes milliseconds; whoever holds a lock longer than this hangs.
inline constexpr Duration kLockWaitMax = 10s;

// Values to bind. They are not copied: they live until the cursor is gone.
struct Text {
  std::string_view bytes;
};
struct Blob {
  std::string_view bytes;
};

class Cursor;

class Statement {
 public:
  // Binds the values to ?1, ?2, … and begins. One cursor of a statement lives at a time.
  template <class... Values>
  [[nodiscard]] Cursor start(const Values&... values);
  // For a statement that gives no rows.
  template <class... Values>
  Result<void> run(const Values&... values);

 private:
  friend class Connection;
  friend class Cursor;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  int bind(int position, std::int64_t value);
  int bind(int position, Text value);
  int bind(int position, Blob value);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Cursor {
 public:
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // Whether there is one more row. What bytes() gave is gone after this.
  Result<bool> next();
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view bytes(int column) const;

 private:
  friend class Statement;
  Cursor(sqlite3_stmt* statement, int bound) : statement_(statement), bound_(bound) {}

  sqlite3_stmt* statement_;
  int bound_;  // SQLITE_OK, or why a value could not be bound
};

class Connection {
 public:
  enum class Mode { read_write, read_only };

  // The file exists. Waits for another process's lock for at most kLockWaitMax.
  static Result<Connection> open(const std::filesystem::path& file, Mode mode);

  Result<Statement> prepare(std::string_view sql);
  // One or several statements without parameters; rows are dropped.
  Result<void> run(const char* sql);
  // The first column of the one row that `sql` gives.
  Result<std::int64_t> integer(std::string_view sql);

  // A function of three texts for SQL, for as long as the connection lives.
  using TextFunction = std::string (*)(std::string_view, std::string_view, std::string_view);
  Result<void> define(const char* name, TextFunction function);

  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
  bool read_only() const { return sqlite3_db_readonly(db_.get(), "main") != 0; }
  // Writes what the log holds into the main file and empties the log, unless somebody uses it now.
  Result<void> checkpoint();

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };

  explicit Connection(sqlite3* db) : db_(db) {}

  std::unique_ptr<sqlite3, Close> db_;
};

template <class... Values>
Cursor Statement::start(const Values&... values) {
  int position = 0;
  int bound = SQLITE_OK;
  ((bound = bound == SQLITE_OK ? bind(++position, values) : bound), ...);
  return Cursor(statement_.get(), bound);
}

template <class... Values>
Result<void> Statement::run(const Values&... values) {
  Cursor cursor = start(values...);
  TRY_VOID(cursor.next());
  return {};
}

}  // namespace mayfly::store::sqlite
