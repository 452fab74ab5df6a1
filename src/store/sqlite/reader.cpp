#include "store/sqlite/reader.h"

#include <string>
#include <utility>

#include "store/sqlite/database.h"
#include "store/sqlite/index_text.h"
#include "store/sqlite/word_index.h"

namespace mayfly::store::sqlite {
namespace {

Result<Document> document_of(const Cursor& cursor) {
  TRY(auto indexes, parse_indexes(cursor.bytes(2)));
  return Document{.id = std::string(cursor.bytes(0)),
                  .version = cursor.integer(1),
                  .body = std::string(cursor.bytes(3)),
                  .indexes = std::move(indexes)};
}

Result<Page> page_of(Cursor cursor) {
  Page page;
  for (;;) {
    TRY(const bool more, cursor.next());
    if (!more) return page;
    TRY(Document document, document_of(cursor));
    page.push_back(std::move(document));
  }
}

// Where a page without after_id begins: no id is less than the empty one, or greater than this.
std::string_view first_bound(bool newest_first) {
  static const std::string past_every_id(kIdBytesMax + 1, '\xff');
  return newest_first ? std::string_view(past_every_id) : std::string_view();
}

}  // namespace

Result<Reader> Reader::open(const std::filesystem::path& file) {
  TRY(Connection connection, open_for_reading(file));
  const auto all = [&](std::string_view order) {
    return connection.prepare(std::string("SELECT id, version, indexes, body FROM documents "
                                          "WHERE collection = ?1 AND ")
                                  .append(order)
                                  .append(" LIMIT ?3"));
  };
  // CROSS JOIN: the entries lead, and give their order.
  const auto value = [&](std::string_view order) {
    return connection.prepare(std::string("SELECT d.id, d.version, d.indexes, d.body "
                                          "FROM entries AS e CROSS JOIN documents AS d "
                                          "ON d.collection = e.collection AND d.id = e.id "
                                          "WHERE e.collection = ?1 AND e.index_name = ?4 "
                                          "AND e.value = ?5 AND e.")
                                  .append(order)
                                  .append(" LIMIT ?3"));
  };
  TRY(Statement get, connection.prepare("SELECT id, version, indexes, body FROM documents "
                                        "WHERE collection = ?1 AND id = ?2"));
  TRY(Statement all_up, all("id > ?2 ORDER BY id"));
  TRY(Statement all_down, all("id < ?2 ORDER BY id DESC"));
  TRY(Statement value_up, value("id > ?2 ORDER BY e.id"));
  TRY(Statement value_down, value("id < ?2 ORDER BY e.id DESC"));
  TRY(Statement count,
      connection.prepare("SELECT count(*) FROM (SELECT 1 FROM entries "
                         "WHERE collection = ?1 AND index_name = ?2 AND value = ?3 LIMIT ?4)"));
  // The words lead, and give their order.
  TRY(Statement search,
      connection.prepare("SELECT t.row, t.id, t.text FROM words AS w CROSS JOIN texts AS t "
                         "ON t.row = w.rowid WHERE w.words MATCH ?1 AND w.rowid BETWEEN ?2 AND ?3 "
                         "AND t.collection = ?4 AND t.scope = ?5 ORDER BY w.rowid DESC LIMIT ?6"));
  return Reader(
      std::move(connection),
      Statements{std::move(get), std::move(all_up), std::move(all_down), std::move(value_up),
                 std::move(value_down), std::move(count), std::move(search)});
}

Result<std::optional<Document>> Reader::get(std::string_view collection, std::string_view id) {
  Cursor cursor = statements_.get.start(Text{collection}, Blob{id});
  TRY(const bool found, cursor.next());
  if (!found) return std::nullopt;
  return document_of(cursor);
}

Result<std::vector<std::optional<Document>>> Reader::get_all(std::string_view collection,
                                                             const std::vector<std::string>& ids) {
  std::vector<std::optional<Document>> documents;
  documents.reserve(ids.size());
  for (const std::string& id : ids) {
    TRY(std::optional<Document> document, get(collection, id));
    documents.push_back(std::move(document));
  }
  return documents;
}

Result<Page> Reader::query(const Query& query) {
  const Text collection{query.collection};
  const Blob after{query.after_id.empty() ? first_bound(query.newest_first) : query.after_id};
  const auto limit = static_cast<std::int64_t>(query.limit);
  if (query.index.empty()) {
    Statement& all = query.newest_first ? statements_.all_down : statements_.all_up;
    return page_of(all.start(collection, after, limit));
  }
  Statement& value = query.newest_first ? statements_.value_down : statements_.value_up;
  return page_of(value.start(collection, after, limit, Text{query.index}, Blob{query.value}));
}

Result<std::size_t> Reader::count(const Tally& tally) {
  Cursor cursor = statements_.count.start(Text{tally.collection}, Text{tally.index},
                                          Blob{tally.value}, static_cast<std::int64_t>(tally.most));
  TRY_VOID(cursor.next());
  return static_cast<std::size_t>(cursor.integer(0));
}

Result<Hits> Reader::search(const Search& search) {
  const std::string question = question_of(search);
  Cursor cursor = statements_.search.start(
      Text{question}, first_row_of(search.from), last_row_of(search.until), Text{search.collection},
      Blob{search.scope}, static_cast<std::int64_t>(search.limit));
  Hits hits;
  for (;;) {
    TRY(const bool more, cursor.next());
    if (!more) return hits;
    hits.push_back({.id = std::string(cursor.bytes(1)),
                    .moment = moment_of(cursor.integer(0)),
                    .text = std::string(cursor.bytes(2))});
  }
}

}  // namespace mayfly::store::sqlite
