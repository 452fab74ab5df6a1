// The Store port: versioned documents in named collections, written by compare-and-set.
//
// Why it looks like this: the record written before a cloud call *is* the intent, so a commit answers
// only when it is durable, and never lies. A version makes every writer say what it believes is there;
// whoever is wrong is told (Conflict) and reads again. Nothing here knows what a document means.
//
// Threads: every member may be called from any thread; `done` runs on the Loop the caller names.
// Order: commits posted by one thread become durable in that order.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/loop.h"
#include "core/result.h"

namespace mayfly::store {

struct Document {
  std::string id;             // unique in its collection; 1-200 bytes
  std::int64_t version = 0;   // 1 after the first write, then one more with each
  std::string body;           // JSON text, UTF-8; the store does not look inside
  // The lookups this document wants to be found by: index name -> value. Each name must be declared
  // by its collection (collections.h). Absent = not in that index.
  std::map<std::string, std::string> indexes;
};

// What must be true before a write, by version: 0 = must not exist.
struct Write {
  std::string collection;
  std::string id;
  std::int64_t expected_version = 0;
  std::optional<Document> document;  // nullopt removes it. document->version is ignored: it becomes
                                     // expected_version + 1
};

struct Conflict {
  std::string collection;
  std::string id;
};

// All writes of a batch happen or none does. On a version mismatch: ErrorCode::conflict whose message
// names collection and id of the first. Any other error: nothing was written as far as anybody can see,
// or (after a crash) all of it.
using Batch = std::vector<Write>;

struct Query {
  std::string collection;
  std::string index;           // an index name; empty = by id over the whole collection
  std::string value;           // equal to this; unused when index is empty
  std::string after_id;        // exclusive; empty = from the start
  std::size_t limit = 100;     // 1-10,000
  bool newest_first = false;   // descending by id
};

// Ordered by id in byte order (or reversed): a total order, so paging by after_id never skips or repeats.
using Page = std::vector<Document>;

class Store {
 public:
  virtual ~Store() = default;

  virtual void commit(Batch batch, Loop& answer_on, Done<Result<void>> done) = 0;
  virtual void get(std::string collection, std::string id, Loop& answer_on,
                   Done<Result<std::optional<Document>>> done) = 0;
  virtual void query(Query query, Loop& answer_on, Done<Result<Page>> done) = 0;
};

}  // namespace mayfly::store
