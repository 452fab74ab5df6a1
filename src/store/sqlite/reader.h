// Answers questions from a connection of its own, each from one moment of the store.
//
// Synchronous; belongs to one thread at a time. Never waits for the writer, nor the writer for it.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

namespace mayfly::store::sqlite {

class Reader {
 public:
  // The file has been opened for writing in this process.
  static Result<Reader> open(const std::filesystem::path& file);

  // What is asked has passed check_get() or check().
  Result<std::optional<Document>> get(std::string_view collection, std::string_view id);
  Result<std::vector<std::optional<Document>>> get_all(std::string_view collection,
                                                       const std::vector<std::string>& ids);
  Result<Page> query(const Query& query);
  Result<std::size_t> count(const Tally& tally);
  Result<Hits> search(const Search& search);

 private:
  struct Statements {
    Statement get;
    Statement all_up, all_down;      // the whole collection, by id
    Statement value_up, value_down;  // one value of an index, by id
    Statement count;
    Statement search;
  };

  Reader(Connection connection, Statements statements)
      : connection_(std::move(connection)), statements_(std::move(statements)) {}

  Connection connection_;
  Statements statements_;
};

}  // namespace mayfly::store::sqlite
