// What the tests of every Store share: words for writes and outcomes, an empty store in an empty
// folder.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "core/thread_loop.h"
#include "store/blocking.h"
#include "store/store.h"

namespace mayfly::store {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "mayfly-store-XXXXXX").string();
    ASSERT(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

using Indexes = std::map<std::string, std::string>;
using Ids = std::vector<std::string>;

inline Write create(std::string collection, std::string id, std::string body = "{}",
                    Indexes indexes = {}) {
  return {.collection = std::move(collection),
          .id = std::move(id),
          .document = Document{.body = std::move(body), .indexes = std::move(indexes)}};
}

inline Write create_searched(std::string collection, std::string id, Searched searched) {
  Write write = create(std::move(collection), std::move(id));
  write.document->searched = std::move(searched);
  return write;
}

inline Write update(std::string collection, std::string id, std::int64_t seen,
                    std::string body = "{}", Indexes indexes = {}) {
  Write write = create(std::move(collection), std::move(id), std::move(body), std::move(indexes));
  write.expected_version = seen;
  return write;
}

inline Write removal(std::string collection, std::string id, std::int64_t seen) {
  return {.collection = std::move(collection), .id = std::move(id), .expected_version = seen};
}

template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : std::string(name_of(result.error().code));
}

// An empty store in an empty folder of its own.
using MakeStore = std::unique_ptr<Store> (*)(const std::filesystem::path& folder);

class StoreContract : public ::testing::TestWithParam<MakeStore> {
 protected:
  std::string commit(Batch batch) { return outcome(ask_.commit(std::move(batch))); }
  // Versions and bodies at a glance: "2:body", "-" when it is not there.
  std::string look(std::string collection, std::string id) {
    const auto found = ask_.get(std::move(collection), std::move(id));
    if (!found) return outcome(found);
    return *found ? std::to_string((*found)->version) + ":" + (*found)->body : "-";
  }
  Ids ids(Query query) {
    const Result<Page> page = ask_.query(std::move(query));
    EXPECT_EQ(outcome(page), "ok");
    Ids found;
    for (const Document& document : page.value_or(Page{})) found.push_back(document.id);
    return found;
  }
  Ids find(std::string collection, std::string index, std::string value) {
    return ids({.collection = std::move(collection),
                .index = std::move(index),
                .value = std::move(value)});
  }

  // Of ada's reservations.
  Ids search(std::vector<std::vector<SearchedWord>> any) {
    const Result<Hits> hits =
        ask_.search({.collection = "reservations", .scope = "ada", .any = std::move(any)});
    EXPECT_EQ(outcome(hits), "ok");
    Ids found;
    for (const Hit& hit : hits.value_or(Hits{})) found.push_back(hit.id);
    return found;
  }

  TempFolder folder_;
  ThreadLoop loop_;
  std::unique_ptr<Store> store_ = GetParam()(folder_.path());
  Blocking ask_{*store_, loop_};
};

}  // namespace mayfly::store
