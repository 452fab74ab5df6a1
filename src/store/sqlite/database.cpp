#include "store/sqlite/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "store/sqlite/word_index.h"

namespace mayfly::store::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kApplicationId = 0x4d61'7966;  // "Mayf", for file(1) and for us

// kMigrations[n] makes version n + 1 of the format out of version n.
constexpr std::array kMigrations = {
    R"sql(
      CREATE TABLE documents (
        collection TEXT NOT NULL,
        id BLOB NOT NULL,
        version INTEGER NOT NULL,
        indexes BLOB NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (collection, id)
      ) STRICT;
      CREATE TABLE entries (
        collection TEXT NOT NULL,
        index_name TEXT NOT NULL,
        value BLOB NOT NULL,
        id BLOB NOT NULL,
        PRIMARY KEY (collection, index_name, value, id)
      ) STRICT, WITHOUT ROWID;
    )sql",
    // What is stored is found by the indexes that came with this version, too: reservations by how
    // far they are, what was asked about them by who asked, launches by their plan. The names are
    // the last in byte order of each document's, so the pair is appended.
    R"sql(
      CREATE TEMP TABLE added AS
        SELECT rowid AS row, collection, id, 'user_phase' AS name,
               (body ->> '$.user') || '/' || (body ->> '$.phase') ||
               iif(body ->> '$.ready_at' IS NULL, '', '/was-ready') ||
               iif(body ->> '$.goal' = 'absent' AND
                   body ->> '$.phase' NOT IN ('released', 'failed'), '/ending', '') AS value
          FROM documents WHERE collection = 'reservations' AND json_valid(body)
        UNION ALL
        SELECT rowid, collection, id, 'user_asked', (body ->> '$.user') || '/' || (body ->> '$.kind')
          FROM documents WHERE collection = 'automations' AND json_valid(body)
          AND body ->> '$.kind' IN ('teardown', 'extension', 'restart')
        UNION ALL
        SELECT rowid, collection, id, 'user_plan', (body ->> '$.user') || '/' || (body ->> '$.plan')
          FROM documents WHERE collection = 'automations' AND json_valid(body)
          AND body ->> '$.kind' = 'launch' AND body ->> '$.plan' <> '';
      DELETE FROM added WHERE value IS NULL;
      INSERT INTO entries SELECT collection, name, CAST(value AS BLOB), id FROM added;
      UPDATE documents
        SET indexes = CAST(indexes || length(name) || ':' || name || ',' ||
                           length(CAST(value AS BLOB)) || ':' || value || ',' AS BLOB)
        FROM added WHERE documents.rowid = added.row;
      DROP TABLE added;
    )sql",
    // What is stored is found by its words, too: the same that its writers take.
    R"sql(
      ALTER TABLE documents ADD COLUMN text_row INTEGER;
      CREATE TABLE texts (
        row INTEGER PRIMARY KEY,
        collection TEXT NOT NULL,
        scope BLOB NOT NULL,
        id BLOB NOT NULL,
        text TEXT NOT NULL
      ) STRICT;
      CREATE VIRTUAL TABLE words
        USING fts5 (word, content='', detail='none', columnsize=0, tokenize='ascii');
      CREATE TEMP TABLE found AS
        SELECT rowid AS document, collection, id, body ->> '$.user' AS scope,
               CAST(strftime('%s', body ->> '$.created_at') AS INTEGER) * 1000 +
                 CAST(substr(strftime('%f', body ->> '$.created_at'), 4) AS INTEGER) AS moment,
               (body ->> '$.id') || char(10) || ifnull((body ->> '$.request.name') || char(10), '')
                 || ifnull((SELECT char(10) || group_concat(replace(atom, char(10), ' '), char(10))
                     FROM json_tree(body) WHERE type = 'text' AND atom <> '' AND (
                       (path = '$.request' AND key IN ('image', 'instance_type', 'release', 'subnet',
                                                       'log_uri', 'open_to'))
                       OR path IN ('$.request.clouds', '$.request.regions',
                                   '$.request.applications')
                       OR (path GLOB '$.attempts*.offer'
                           AND key IN ('cloud', 'region', 'instance_type'))
                       OR (path GLOB '$.attempts*.instance'
                           AND key IN ('id', 'public_ip', 'private_ip', 'dns_name'))
                       OR (body ->> '$.ready_at' IS NULL AND (
                           (path = '$' AND key = 'end_reason') OR
                           (path GLOB '$.attempts*' AND key = 'reason'))))), '') AS text
          FROM documents WHERE collection = 'reservations' AND json_valid(body)
        UNION ALL
        SELECT rowid, collection, id, body ->> '$.user',
               CAST(strftime('%s', body ->> '$.created_at') AS INTEGER) * 1000 +
                 CAST(substr(strftime('%f', body ->> '$.created_at'), 4) AS INTEGER),
               (body ->> '$.id') || char(10) || ifnull((body ->> '$.title') || char(10), '')
                 || ifnull((SELECT char(10) || group_concat(replace(atom, char(10), ' '), char(10))
                     FROM json_tree(body) WHERE type = 'text' AND atom <> '' AND (
                       (path = '$' AND key IN ('plan', 'reservation', 'description', 'refusal'))
                       OR (key = 'value' AND path GLOB '$.parameters*'))), '')
          FROM documents WHERE collection = 'automations' AND json_valid(body)
          AND body ->> '$.kind' <> 'prepared';
      DELETE FROM found WHERE scope IS NULL OR text IS NULL OR moment IS NULL OR moment < 0;
      CREATE TEMP TABLE placed AS
        SELECT document, (moment << 20) + row_number() OVER (PARTITION BY moment ORDER BY document)
                 AS row, collection, scope, id, text FROM found;
      INSERT INTO texts SELECT row, collection, CAST(scope AS BLOB), id, text FROM placed;
      INSERT INTO words (rowid, word) SELECT row, tokens_of(collection, scope, text) FROM texts;
      UPDATE documents SET text_row = placed.row FROM placed
        WHERE documents.rowid = placed.document;
      DROP TABLE placed;
      DROP TABLE found;
    )sql",
};
constexpr auto kFormatVersion = static_cast<std::int64_t>(kMigrations.size());

std::unexpected<Error> refused(const fs::path& path, std::string_view attempt, int reason,
                               std::string remedy) {
  return fail(ErrorCode::unavailable,
              fmt::format("Cannot {} {}: {}.", attempt, path.native(), std::strerror(reason)),
              std::move(remedy));
}

// Makes the name of a new file or folder as durable as what is in it.
Result<void> sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const int reason = errno;
  if (fd >= 0) ::close(fd);
  if (synced) return {};
  return refused(folder, "save the folder", reason, "See `dmesg` for errors of its disk.");
}

// Lets one process at a time open a store of this folder: SQLite has no patience for two that turn
// a new file into a store at once.
class FolderLock {
 public:
  static Result<FolderLock> take(const fs::path& folder) {
    FolderLock lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (Duration waited{}; ::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0; waited += kPause) {
      const int reason = errno;
      if (reason != EWOULDBLOCK || waited >= kLockWaitMax) {
        return refused(folder, "lock the folder", reason,
                       "Another process may be opening its store for too long: `fuser` tells who.");
      }
      std::this_thread::sleep_for(kPause);
    }
    return lock;
  }
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  static constexpr Duration kPause = 5ms;

  explicit FolderLock(int fd) : fd_(fd) {}

  int fd_;
};

Result<void> make_folder(const fs::path& folder) {
  std::error_code ignored;  // whatever it is, mkdir says it too
  if (fs::is_directory(folder, ignored)) return {};
  if (folder.has_parent_path() && folder != folder.parent_path()) {
    TRY_VOID(make_folder(folder.parent_path()));
  }
  if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(folder.parent_path());
  const int reason = errno == EEXIST ? ENOTDIR : errno;
  if (fs::is_directory(folder, ignored)) return {};  // another process was faster
  return refused(folder, "create the folder", reason,
                 fmt::format("Create it for the user Mayfly runs as (`install -d -m 0700 -o <user> "
                             "{}`), or configure another place for the store.",
                             folder.native()));
}

// O_EXCL for more than the mode: opening and closing a database that this process has open already
// would drop SQLite's locks on it.
Result<void> make_file(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    ::close(fd);
    return sync_folder(file.parent_path());
  }
  const int reason = errno;
  if (reason != EEXIST) {
    return refused(file, "create the store", reason,
                   fmt::format("The user Mayfly runs as must be able to write to the folder {}.",
                               file.parent_path().native()));
  }
  std::error_code ignored;
  if (!fs::is_directory(file, ignored)) return {};
  return refused(file, "open the store", EISDIR, "Name a file in that folder.");
}

// Before anything is changed in the file.
Result<void> check_ours(Connection& connection, const fs::path& file) {
  TRY(const std::int64_t application, connection.integer("PRAGMA application_id"));
  TRY(const std::int64_t version, connection.integer("PRAGMA user_version"));
  TRY(const std::int64_t tables, connection.integer("SELECT count(*) FROM sqlite_schema"));
  const bool empty = application == 0 && version == 0 && tables == 0;
  if (application != kApplicationId && !empty) {
    return fail(ErrorCode::invalid,
                fmt::format("{} is the database of another program.", file.native()),
                "Name another file for the store.");
  }
  if (version > kFormatVersion) {
    return fail(
        ErrorCode::invalid,
        fmt::format("The store {} was written by a newer Mayfly: its format is {}, this one "
                    "knows those up to {}.",
                    file.native(), version, kFormatVersion),
        "Install that newer Mayfly again, or name another file for the store.");
  }
  if (connection.read_only()) {
    return fail(ErrorCode::unavailable,
                fmt::format("The store {} cannot be written.", file.native()),
                "The user Mayfly runs as must own the file and be able to write to its folder.");
  }
  return {};
}

Result<void> use_log(Connection& connection, const fs::path& file) {
  TRY(Statement statement, connection.prepare("PRAGMA journal_mode = WAL"));
  {
    Cursor cursor = statement.start();
    TRY(const bool answered, cursor.next());
    if (!answered || cursor.bytes(0) != "wal") {
      return fail(
          ErrorCode::unavailable,
          fmt::format("The file system of {} cannot share memory between processes, which the "
                      "store needs.",
                      file.native()),
          "Put it on a local disk.");
    }
  }
  // FULL: a commit is on the disk when it is answered. The limit cuts a log back that a large
  // batch has blown up.
  return connection.run("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864");
}

Result<void> migrate(Connection& connection) {
  TRY_VOID(connection.define("tokens_of", &tokens_of));
  TRY_VOID(connection.run("BEGIN IMMEDIATE"));
  // Only now: another process may have done it while we waited.
  TRY(const std::int64_t version, connection.integer("PRAGMA user_version"));
  for (std::int64_t next = version; next < kFormatVersion; ++next) {
    TRY_VOID(connection.run(kMigrations[static_cast<std::size_t>(next)]));
  }
  if (version < kFormatVersion) {
    const std::string stamp = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                          kApplicationId, kFormatVersion);
    TRY_VOID(connection.run(stamp.c_str()));
  }
  return connection.run("COMMIT");
}

}  // namespace

Result<Connection> open_for_writing(const fs::path& file) {
  TRY_VOID(make_folder(file.parent_path()));
  TRY(const FolderLock lock, FolderLock::take(file.parent_path()));
  TRY_VOID(make_file(file));
  TRY(Connection connection, Connection::open(file, Connection::Mode::read_write));
  TRY_VOID(check_ours(connection, file));
  TRY_VOID(use_log(connection, file));
  TRY_VOID(migrate(connection));
  return connection;
}

Result<Connection> open_for_reading(const fs::path& file) {
  return Connection::open(file, Connection::Mode::read_only);
}

}  // namespace mayfly::store::sqlite
