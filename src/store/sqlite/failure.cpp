#include "store/sqlite/failure.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string>

namespace mayfly::store::sqlite {
namespace {

struct Meaning {
  ErrorCode code;
  const char* remedy;
};

Meaning meaning_of(int code) {
  switch (code & 0xff) {  // the extended codes refine what their low byte says
    case SQLITE_FULL:
      return {ErrorCode::unavailable,
              "Free some space on the disk it is on; nothing was lost and no restart is needed."};
    case SQLITE_IOERR:
      return {ErrorCode::unavailable,
              "The disk, its quota or a size limit refuses: see `df`, `ulimit -f` and `dmesg`."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::unavailable,
              "Another process is writing to it for too long. Try again; `fuser` tells who it is."};
    case SQLITE_NOMEM:
      return {ErrorCode::unavailable, "The machine is out of memory. Try again with more."};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return {ErrorCode::unavailable,
              "The user Mayfly runs as must own the file and be able to write to its folder."};
    case SQLITE_NOTADB:
      return {ErrorCode::invalid, "Name another file, or move this one away."};
    case SQLITE_CORRUPT:
      return {ErrorCode::internal,
              "It is damaged. Stop Mayfly, keep a copy, then restore a backup or save what can be "
              "read with `sqlite3 <file> .recover`."};
    case SQLITE_TOOBIG:
      return {ErrorCode::too_large, "Write less at once."};
    default:
      return {ErrorCode::internal, "This should not happen: please report it with this message."};
  }
}

std::unexpected<Error> failure_of(int code, std::string_view file, std::string_view reason) {
  const Meaning meaning = meaning_of(code);
  return fail(meaning.code,
              fmt::format("The store {} cannot be used: {} (SQLite error {}).", file, reason, code),
              meaning.remedy);
}

}  // namespace

std::unexpected<Error> failure(sqlite3* db) {
  const char* file = sqlite3_db_filename(db, "main");
  return failure_of(sqlite3_extended_errcode(db), file == nullptr ? "" : file, sqlite3_errmsg(db));
}

std::unexpected<Error> failure(int code, std::string_view file) {
  return failure_of(code, file, sqlite3_errstr(code));
}

}  // namespace mayfly::store::sqlite
