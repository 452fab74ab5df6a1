#include "store/sqlite/writer.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "store/collections.h"
#include "store/sqlite/database.h"
#include "store/sqlite/index_text.h"

namespace mayfly::store::sqlite {
namespace {

bool has(const std::map<std::string, std::string>& indexes, const std::string& name,
         const std::string& value) {
  const auto found = indexes.find(name);
  return found != indexes.end() && found->second == value;
}

}  // namespace

Result<Writer> Writer::open(const std::filesystem::path& file) {
  TRY(Connection connection, open_for_writing(file));
  TRY(Statements statements, prepare(connection));
  return Writer(std::move(connection), std::move(statements));
}

Result<Writer::Statements> Writer::prepare(Connection& connection) {
  TRY(Statement begin, connection.prepare("BEGIN IMMEDIATE"));
  TRY(Statement commit, connection.prepare("COMMIT"));
  TRY(Statement rollback, connection.prepare("ROLLBACK"));
  TRY(Statement begin_batch, connection.prepare("SAVEPOINT batch"));
  TRY(Statement undo_batch, connection.prepare("ROLLBACK TO batch"));
  TRY(Statement end_batch, connection.prepare("RELEASE batch"));
  TRY(Statement look_up, connection.prepare("SELECT rowid, version, indexes FROM documents "
                                            "WHERE collection = ?1 AND id = ?2"));
  TRY(Statement insert,
      connection.prepare("INSERT INTO documents (collection, id, version, indexes, body) "
                         "VALUES (?1, ?2, ?3, ?4, ?5)"));
  TRY(Statement update,
      connection.prepare("UPDATE documents SET version = ?2, indexes = ?3, body = ?4 "
                         "WHERE rowid = ?1"));
  TRY(Statement remove, connection.prepare("DELETE FROM documents WHERE rowid = ?1"));
  TRY(Statement find_value,
      connection.prepare("SELECT 1 FROM entries "
                         "WHERE collection = ?1 AND index_name = ?2 AND value = ?3 LIMIT 1"));
  TRY(Statement insert_entry,
      connection.prepare("INSERT INTO entries (collection, index_name, value, id) "
                         "VALUES (?1, ?2, ?3, ?4)"));
  TRY(Statement remove_entry,
      connection.prepare("DELETE FROM entries WHERE collection = ?1 AND index_name = ?2 "
                         "AND value = ?3 AND id = ?4"));
  return Statements{std::move(begin),       std::move(commit),     std::move(rollback),
                    std::move(begin_batch), std::move(undo_batch), std::move(end_batch),
                    std::move(look_up),     std::move(insert),     std::move(update),
                    std::move(remove),      std::move(find_value), std::move(insert_entry),
                    std::move(remove_entry)};
}

std::vector<Result<void>> Writer::commit(std::span<const Batch> group) {
  std::vector<Result<void>> results(group.size());
  const Result<void> committed = commit_group(group, results);
  if (committed) return results;
  // Results of single batches mean nothing now: they were judged against what is undone here.
  std::ranges::fill(results, committed);
  if (connection_.in_transaction()) {
    // Of a rollback that fails only this matters: that no transaction is left open.
    static_cast<void>(statements_.rollback.run());
    ASSERT(!connection_.in_transaction());
  }
  return results;
}

Result<void> Writer::commit_group(std::span<const Batch> group,
                                  std::vector<Result<void>>& results) {
  TRY_VOID(statements_.begin.run());
  for (std::size_t i = 0; i < group.size(); ++i) {
    TRY_VOID(apply_or_undo(group[i], results[i]));
  }
  return statements_.commit.run();
}

// Fails only when the whole transaction cannot go on.
Result<void> Writer::apply_or_undo(const Batch& batch, Result<void>& result) {
  TRY_VOID(statements_.begin_batch.run());
  result = apply(batch);
  if (!result) {
    if (!connection_.in_transaction()) return result;  // SQLite has given up more than this batch
    TRY_VOID(statements_.undo_batch.run());
  }
  return statements_.end_batch.run();
}

// All versions first, then all that is let go, then all that is put: so the order of the writes
// means nothing, and a unique value may move from one document to another.
Result<void> Writer::apply(const Batch& batch) {
  std::vector<Before> befores;
  befores.reserve(batch.size());
  for (const Write& write : batch) {
    TRY(Before before, look_up(write));
    if (before.version != write.expected_version) return wrong_version(write, before.version);
    befores.push_back(std::move(before));
  }
  for (std::size_t i = 0; i < batch.size(); ++i) TRY_VOID(let_go(batch[i], befores[i]));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].document) TRY_VOID(put(batch[i], befores[i]));
  }
  return {};
}

Result<Writer::Before> Writer::look_up(const Write& write) {
  Cursor cursor = statements_.look_up.start(Text{write.collection}, Blob{write.id});
  TRY(const bool found, cursor.next());
  if (!found) return Before{};
  TRY(Indexes indexes, parse_indexes(cursor.bytes(2)));
  return Before{cursor.integer(0), cursor.integer(1), std::move(indexes)};
}

Result<void> Writer::let_go(const Write& write, const Before& before) {
  for (const auto& [name, value] : before.indexes) {
    if (write.document && has(write.document->indexes, name, value)) continue;
    TRY_VOID(statements_.remove_entry.run(Text{write.collection}, Text{name}, Blob{value},
                                          Blob{write.id}));
  }
  if (write.document) return {};
  return statements_.remove.run(before.row);
}

Result<void> Writer::put(const Write& write, const Before& before) {
  const Document& document = *write.document;
  for (const auto& [name, value] : document.indexes) {
    if (!has(before.indexes, name, value)) TRY_VOID(take_value(write, name, value));
  }
  const std::int64_t version = before.version + 1;
  const std::string indexes = print_indexes(document.indexes);
  if (before.version > 0) {
    return statements_.update.run(before.row, version, Blob{indexes}, Text{document.body});
  }
  return statements_.insert.run(Text{write.collection}, Blob{write.id}, version, Blob{indexes},
                                Text{document.body});
}

Result<void> Writer::take_value(const Write& write, std::string_view index,
                                std::string_view value) {
  if (find_index(*find_collection(write.collection), index)->unique) {
    Cursor cursor = statements_.find_value.start(Text{write.collection}, Text{index}, Blob{value});
    TRY(const bool taken, cursor.next());
    if (taken) return value_taken(write, index);
  }
  return statements_.insert_entry.run(Text{write.collection}, Text{index}, Blob{value},
                                      Blob{write.id});
}

}  // namespace mayfly::store::sqlite
