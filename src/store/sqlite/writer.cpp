#include "store/sqlite/writer.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "store/collections.h"
#include "store/sqlite/database.h"
#include "store/sqlite/index_text.h"
#include "store/sqlite/word_index.h"

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
  TRY(Statement look_up, connection.prepare("SELECT rowid, version, indexes, ifnull(text_row, 0) "
                                            "FROM documents "
                                            "WHERE collection = ?1 AND id = ?2"));
  TRY(Statement insert, connection.prepare("INSERT INTO documents "
                                           "(collection, id, version, indexes, body, text_row) "
                                           "VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 0))"));
  TRY(Statement update,
      connection.prepare("UPDATE documents SET version = ?2, indexes = ?3, body = ?4, "
                         "text_row = nullif(?5, 0) WHERE rowid = ?1"));
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
  TRY(Statement get_text, connection.prepare("SELECT scope, text FROM texts WHERE row = ?1"));
  TRY(Statement last_text,
      connection.prepare("SELECT ifnull(max(row), ?1) FROM texts WHERE row BETWEEN ?1 AND ?2"));
  TRY(Statement put_text, connection.prepare("INSERT INTO texts (row, collection, scope, id, text) "
                                             "VALUES (?1, ?2, ?3, ?4, ?5)"));
  TRY(Statement remove_text, connection.prepare("DELETE FROM texts WHERE row = ?1"));
  TRY(Statement insert_words,
      connection.prepare("INSERT INTO words (rowid, word) VALUES (?1, ?2)"));
  TRY(Statement remove_words, connection.prepare("INSERT INTO words (words, rowid, word) "
                                                 "VALUES ('delete', ?1, ?2)"));
  return Statements{std::move(begin),        std::move(commit),      std::move(rollback),
                    std::move(begin_batch),  std::move(undo_batch),  std::move(end_batch),
                    std::move(look_up),      std::move(insert),      std::move(update),
                    std::move(remove),       std::move(find_value),  std::move(insert_entry),
                    std::move(remove_entry), std::move(get_text),    std::move(last_text),
                    std::move(put_text),     std::move(remove_text), std::move(insert_words),
                    std::move(remove_words)};
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
  changed_words_.clear();
  TRY_VOID(statements_.begin.run());
  for (std::size_t i = 0; i < group.size(); ++i) {
    TRY_VOID(apply_or_undo(group[i], results[i]));
  }
  TRY_VOID(write_words());
  return statements_.commit.run();
}

// Fails only when the whole transaction cannot go on.
Result<void> Writer::apply_or_undo(const Batch& batch, Result<void>& result) {
  TRY_VOID(statements_.begin_batch.run());
  words_of_batch_.clear();
  result = apply(batch);
  for (auto& [row, words] : result ? words_of_batch_ : ChangedWords{}) {
    const auto [known, is_new] = changed_words_.try_emplace(row, words);
    if (!is_new) known->second.after = std::move(words.after);
  }
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
  return Before{cursor.integer(0), cursor.integer(1), std::move(indexes), cursor.integer(3)};
}

Result<void> Writer::let_go(const Write& write, Before& before) {
  for (const auto& [name, value] : before.indexes) {
    if (write.document && has(write.document->indexes, name, value)) continue;
    TRY_VOID(statements_.remove_entry.run(Text{write.collection}, Text{name}, Blob{value},
                                          Blob{write.id}));
  }
  if (before.text_row != 0) TRY_VOID(let_text_go(write, before));
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
  TRY(const std::int64_t text_row, put_text(write, before));
  if (before.version > 0) {
    return statements_.update.run(before.row, version, Blob{indexes}, Text{document.body},
                                  text_row);
  }
  return statements_.insert.run(Text{write.collection}, Blob{write.id}, version, Blob{indexes},
                                Text{document.body}, text_row);
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

// ---- words
// ----------------------------------------------------------------------------------------------

void Writer::change_words(std::int64_t row, std::string before, std::string after) {
  const auto [known, is_new] = words_of_batch_.try_emplace(row, std::move(before), after);
  if (!is_new) known->second.after = std::move(after);
}

// What stays as it was costs a look at it; after this `before` has a row only if that stays.
Result<void> Writer::let_text_go(const Write& write, Before& before) {
  std::string scope;
  std::string text;
  {
    Cursor cursor = statements_.get_text.start(before.text_row);
    TRY_VOID(cursor.next());
    scope = cursor.bytes(0);
    text = cursor.bytes(1);
  }
  const Searched there{std::move(scope), moment_of(before.text_row), std::move(text)};
  if (write.document && write.document->searched == there) return {};
  change_words(before.text_row, tokens_of(write.collection, there.scope, there.text), "");
  TRY_VOID(statements_.remove_text.run(before.text_row));
  before.text_row = 0;
  return {};
}

// The row of its text; 0: it has none.
Result<std::int64_t> Writer::put_text(const Write& write, const Before& before) {
  if (before.text_row != 0 || !write.document->searched) return before.text_row;
  const Searched& searched = *write.document->searched;
  TRY(const std::int64_t row, free_row(searched.moment));
  TRY_VOID(statements_.put_text.run(row, Text{write.collection}, Blob{searched.scope},
                                    Blob{write.id}, Text{searched.text}));
  change_words(row, "", tokens_of(write.collection, searched.scope, searched.text));
  return row;
}

Result<std::int64_t> Writer::free_row(std::int64_t moment) {
  const std::int64_t last = last_row_of(moment);
  Cursor cursor = statements_.last_text.start(first_row_of(moment), last);
  TRY_VOID(cursor.next());
  const std::int64_t row = cursor.integer(0) + 1;
  if (row <= last) return row;
  return fail(ErrorCode::invalid, "The store cannot hold more texts of one millisecond.");
}

Result<void> Writer::write_words() {
  for (const auto& [row, words] : changed_words_) {
    if (words.before == words.after) continue;
    if (!words.before.empty()) TRY_VOID(statements_.remove_words.run(row, Text{words.before}));
    if (!words.after.empty()) TRY_VOID(statements_.insert_words.run(row, Text{words.after}));
  }
  return {};
}

}  // namespace mayfly::store::sqlite
