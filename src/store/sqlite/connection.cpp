#include "store/sqlite/connection.h"

#include <fmt/format.h>

#include "core/assert.h"
#include "store/sqlite/failure.h"

namespace mayfly::store::sqlite {
namespace {

// SQLite takes a null pointer for NULL, even with the length zero.
const char* data_of(std::string_view bytes) {
  return bytes.data() == nullptr ? "" : bytes.data();
}

std::string_view bytes_of(sqlite3_value* value) {
  const void* data = sqlite3_value_blob(value);
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void call_text_function(sqlite3_context* context, int, sqlite3_value** values) {
  const auto function = *static_cast<Connection::TextFunction*>(sqlite3_user_data(context));
  const std::string text = function(bytes_of(values[0]), bytes_of(values[1]), bytes_of(values[2]));
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

int Statement::bind(int position, std::int64_t value) {
  return sqlite3_bind_int64(statement_.get(), position, value);
}

int Statement::bind(int position, Text value) {
  return sqlite3_bind_text64(statement_.get(), position, data_of(value.bytes), value.bytes.size(),
                             SQLITE_STATIC, SQLITE_UTF8);
}

int Statement::bind(int position, Blob value) {
  return sqlite3_bind_blob64(statement_.get(), position, data_of(value.bytes), value.bytes.size(),
                             SQLITE_STATIC);
}

Cursor::~Cursor() {
  sqlite3_reset(statement_);  // repeats what next() has returned already
  sqlite3_clear_bindings(statement_);
}

Result<bool> Cursor::next() {
  sqlite3* db = sqlite3_db_handle(statement_);
  if (bound_ != SQLITE_OK) return failure(db);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(db);
}

std::string_view Cursor::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {static_cast<const char*>(data), size};
}

Result<Connection> Connection::open(const std::filesystem::path& file, Mode mode) {
  const int access = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &db,
                                   access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Connection connection(db);
  if (code != SQLITE_OK) return failure(code, file.native());
  sqlite3_busy_timeout(
      db, static_cast<int>(
              std::chrono::duration_cast<std::chrono::milliseconds>(kLockWaitMax).count()));
  return connection;
}

void Connection::Close::operator()(sqlite3* db) const {
  ASSERT(sqlite3_close(db) == SQLITE_OK);  // anything else: a statement outlived its connection
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return failure(db_.get());
  }
  return Statement(statement);
}

Result<void> Connection::run(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure(db_.get());
}

Result<std::int64_t> Connection::integer(std::string_view sql) {
  TRY(Statement statement, prepare(sql));
  Cursor cursor = statement.start();
  TRY(const bool found, cursor.next());
  ASSERT(found);
  return cursor.integer(0);
}

Result<void> Connection::define(const char* name, TextFunction function) {
  const int code =
      sqlite3_create_function_v2(db_.get(), name, 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                 new TextFunction(function), &call_text_function, nullptr, nullptr,
                                 [](void* owned) { delete static_cast<TextFunction*>(owned); });
  if (code == SQLITE_OK) return {};
  return failure(db_.get());
}

Result<void> Connection::checkpoint() {
  sqlite3_busy_timeout(db_.get(), 0);
  const int code =
      sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return {};
  return failure(db_.get());
}

}  // namespace mayfly::store::sqlite
