// Writes groups of batches: one transaction, one wait for the disk, a result for each batch.
//
// Synchronous; belongs to one thread at a time. Other processes may write between two groups.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

namespace mayfly::store::sqlite {

class Writer {
 public:
  static Result<Writer> open(const std::filesystem::path& file);

  // The results in the order of the batches, which have passed check(). Ok means durable. A batch
  // that conflicts leaves the others alone. When the transaction fails, all of them have failed.
  std::vector<Result<void>> commit(std::span<const Batch> group);

  // Before the end: the log goes back into the main file.
  Result<void> checkpoint() { return connection_.checkpoint(); }

 private:
  using Indexes = std::map<std::string, std::string>;
  // What is there before a write; version 0: nothing.
  struct Before {
    std::int64_t row = 0;
    std::int64_t version = 0;
    Indexes indexes;
    std::int64_t text_row = 0;  // 0: search does not find it
  };
  // What the words of a row of texts are, and become. Empty: there is no such row.
  struct Words {
    std::string before;
    std::string after;
  };
  using ChangedWords = std::map<std::int64_t, Words>;
  struct Statements {
    Statement begin, commit, rollback;
    Statement begin_batch, undo_batch, end_batch;
    Statement look_up, insert, update, remove;
    Statement find_value, insert_entry, remove_entry;
    Statement get_text, last_text, put_text, remove_text;
    Statement insert_words, remove_words;
  };

  Writer(Connection connection, Statements statements)
      : connection_(std::move(connection)), statements_(std::move(statements)) {}
  static Result<Statements> prepare(Connection& connection);

  Result<void> commit_group(std::span<const Batch> group, std::vector<Result<void>>& results);
  Result<void> apply_or_undo(const Batch& batch, Result<void>& result);
  Result<void> apply(const Batch& batch);
  Result<Before> look_up(const Write& write);
  Result<void> let_go(const Write& write, Before& before);
  Result<void> put(const Write& write, const Before& before);
  Result<void> take_value(const Write& write, std::string_view index, std::string_view value);
  Result<void> let_text_go(const Write& write, Before& before);
  Result<std::int64_t> put_text(const Write& write, const Before& before);
  Result<std::int64_t> free_row(std::int64_t moment);
  void change_words(std::int64_t row, std::string before, std::string after);
  Result<void> write_words();

  Connection connection_;
  Statements statements_;
  // Words are written at the end of the transaction, once for all of it: FTS5 makes a part of its
  // index of whatever is written before a savepoint ends.
  ChangedWords changed_words_;  // of the batches that are applied
  ChangedWords words_of_batch_;
};

}  // namespace mayfly::store::sqlite
