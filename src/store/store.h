// The Store port: versioned documents in named collections, written by compare-and-set.
//
// Why it looks like this: the record written before a cloud call *is* the intent, so a commit
// answers only when it is durable, and never lies. A version makes every writer say what it
// believes is there; whoever is wrong is told (ErrorCode::conflict) and reads again. Nothing here
// knows what a document means.
//
// Threads: every member may be called from any thread and returns at once; `done` runs on the Loop
// the caller names, exactly once, never inside the call. A Loop that was named outlives the Store;
// one that has stopped by then drops the answer. Order: commits posted by one thread are applied in
// that order. A read sees every commit that was answered before the read was posted. End: the
// destructor finishes what was accepted before and answers it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/loop.h"
#include "core/result.h"

namespace mayfly::store {

// Ids and index values are bytes, compared as bytes.
inline constexpr std::size_t kIdBytesMax = 200;           // and at least 1
inline constexpr std::size_t kIndexValueBytesMax = 1000;  // the empty value is a value
inline constexpr std::size_t kBodyBytesMax = 16 << 20;
inline constexpr std::size_t kBatchWritesMax = 1000;
inline constexpr std::size_t kPageMax = 10'000;

// What search() finds a document by.
struct Searched {
  std::string scope = {};   // whose it is: one search looks at one scope
  std::int64_t moment = 0;  // milliseconds, 0 to kMomentMax; what is found comes newest first
  std::string text = {};    // its words count (core/words.h)

  bool operator==(const Searched&) const = default;
};
inline constexpr std::size_t kScopeBytesMax = 200;
inline constexpr std::size_t kSearchedBytesMax = 8000;
inline constexpr std::int64_t kMomentMax = (std::int64_t{1} << 42) - 1;

struct Document {
  std::string id = {};       // unique in its collection
  std::int64_t version = 0;  // 1 after the first write, then one more with each
  std::string body = {};     // JSON text, UTF-8; the store does not look inside
  // The lookups this document wants to be found by: index name -> value. Each name must be declared
  // by its collection (collections.h). Absent = not in that index.
  std::map<std::string, std::string> indexes = {};
  // nullopt: search() does not find it. Whoever reads a document does not get this back.
  std::optional<Searched> searched = {};

  bool operator==(const Document&) const = default;
};

struct Write {
  std::string collection = {};
  std::string id = {};
  // What must be true before: the version that is there, 0 = there is none.
  std::int64_t expected_version = 0;
  // nullopt removes what is there. Otherwise document->id is `id` or left empty, and
  // document->version is ignored: it becomes expected_version + 1. A document that was removed
  // starts at 1 again.
  std::optional<Document> document = {};
};

// All writes of a batch happen or none does. They happen at once: their order means nothing, two of
// them cannot name the same document, and a value of a unique index may move from one to the other.
// The empty batch succeeds when all before it have.
//
// invalid: refused without a look at what is stored. conflict: nothing was written; the message
// names collection and id of the first wrong version, or (all versions being right) the unique
// index whose value another document has, which is then also in Error::fields. Any other error: all
// of it was written or nothing; whoever needs to know reads again. Repeating the same batch is
// safe: if the first one was written after all, the second one is a conflict.
using Batch = std::vector<Write>;

struct Query {
  std::string collection = {};
  std::string index = {};     // an index name; empty = the whole collection
  std::string value = {};     // equal to this; unused when index is empty
  std::string after_id = {};  // exclusive, need not exist; empty = from the first of this order
  std::size_t limit = 100;    // 1 to kPageMax
  bool newest_first = false;  // descending by id
};

// Ordered by id in byte order (or reversed): a total order, so paging by after_id never skips or
// repeats what is there all along. One page is one moment. Fewer than `limit` = there are no more.
using Page = std::vector<Document>;

// How many documents have a value in an index. Looks at index entries only, and at no more than
// `most` of them: an answer of `most` means that many or more.
struct Tally {
  std::string collection = {};
  std::string index = {};
  std::string value = {};
  std::size_t most = 10'000;  // 1 to kTallyMax
};
inline constexpr std::size_t kTallyMax = 1'000'000;

// Finds documents by words of what they are searched by, never by looking at all of them. Words are
// those of core/words.h.
struct SearchedWord {
  std::string word = {};
  bool beginning = false;  // a word that begins so is one, too

  bool operator==(const SearchedWord&) const = default;
};
struct Search {
  std::string collection = {};
  std::string scope = {};
  // Found is what has all words of one of these. Neither these nor one of them is empty.
  std::vector<std::vector<SearchedWord>> any = {};
  // Moments, both inclusive.
  std::int64_t from = 0;
  std::int64_t until = kMomentMax;
  std::size_t limit = 100;  // 1 to kPageMax
};
inline constexpr std::size_t kSearchedWordsMax = 200;  // of one search

struct Hit {
  std::string id = {};
  std::int64_t moment = 0;
  std::string text = {};  // Searched::text, as it was written

  bool operator==(const Hit&) const = default;
};
// The newest first; those of one moment in an order that stays. Fewer than `limit` = no more.
using Hits = std::vector<Hit>;

class Store {
 public:
  virtual ~Store() = default;

  virtual void commit(Batch batch, Loop& answer_on, Done<Result<void>> done) = 0;
  virtual void get(std::string collection, std::string id, Loop& answer_on,
                   Done<Result<std::optional<Document>>> done) = 0;
  // As many times get(), at once: nullopt for each that there is none of. At most kPageMax ids.
  virtual void get_all(std::string collection, std::vector<std::string> ids, Loop& answer_on,
                       Done<Result<std::vector<std::optional<Document>>>> done) = 0;
  virtual void query(Query query, Loop& answer_on, Done<Result<Page>> done) = 0;
  virtual void count(Tally tally, Loop& answer_on, Done<Result<std::size_t>> done) = 0;
  virtual void search(Search search, Loop& answer_on, Done<Result<Hits>> done) = 0;
};

// What every implementation refuses, in the same words, before it looks at what is stored
// (ErrorCode::invalid; only a body past its limit is ErrorCode::too_large).
Result<void> check(const Batch& batch);
Result<void> check_get(std::string_view collection, std::string_view id);
Result<void> check_get_all(std::string_view collection, const std::vector<std::string>& ids);
Result<void> check(const Query& query);
Result<void> check(const Tally& tally);
Result<void> check(const Search& search);

// The two ways a batch can conflict, in the same words everywhere.
std::unexpected<Error> wrong_version(const Write& write, std::int64_t found_version);
std::unexpected<Error> value_taken(const Write& write, std::string_view index);

}  // namespace mayfly::store
