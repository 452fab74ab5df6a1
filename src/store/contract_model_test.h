// The contract once more, by chance: thousands of random operations against a store and against the
// simplest thing that could be one. MAYFLY_SEED=<n> replays a run.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "core/random.h"
#include "store/contract_fixture.h"

namespace mayfly::store {

// Slow on purpose: no index, no sharing, every question answered by looking at everything.
class ModelStore {
 public:
  // "ok" or "conflict".
  std::string commit(const Batch& batch) {
    auto after = documents_;
    for (const Write& write : batch) {
      const auto found = documents_.find({write.collection, write.id});
      const std::int64_t version = found == documents_.end() ? 0 : found->second.version;
      if (version != write.expected_version) return "conflict";
      after.erase({write.collection, write.id});
      if (!write.document) continue;
      Document document = *write.document;
      document.id = write.id;
      document.version = version + 1;
      after[{write.collection, write.id}] = document;
    }
    if (!unique(after)) return "conflict";
    documents_ = std::move(after);
    return "ok";
  }

  std::optional<Document> get(const std::string& collection, const std::string& id) const {
    const auto found = documents_.find({collection, id});
    return found == documents_.end() ? std::nullopt : std::optional(as_read(found->second));
  }

  // Moments are numbers that nothing shares here, so there is one order.
  Hits search(const Search& search) const {
    Hits hits;
    for (const auto& [key, document] : documents_) {
      const auto& searched = document.searched;
      const bool there = key.first == search.collection && searched &&
                         searched->scope == search.scope && searched->moment >= search.from &&
                         searched->moment <= search.until;
      if (there && std::ranges::any_of(search.any, [&](const auto& all) {
            return std::ranges::all_of(all, [&](const SearchedWord& word) {
              const std::string text = " " + searched->text + " ";
              return text.find(" " + word.word + (word.beginning ? "" : " ")) != text.npos;
            });
          }))
        hits.push_back({key.second, searched->moment, searched->text});
    }
    std::ranges::sort(hits, std::ranges::greater{}, &Hit::moment);
    hits.resize(std::min(hits.size(), search.limit));
    return hits;
  }

  Page query(const Query& query) const {
    Page page;
    for (const auto& [key, document] : documents_) {
      if (key.first != query.collection) continue;
      const auto value = document.indexes.find(query.index);
      const bool has = value != document.indexes.end() && value->second == query.value;
      if (!query.index.empty() && !has) continue;
      const bool before =
          query.newest_first ? document.id >= query.after_id : document.id <= query.after_id;
      if (!query.after_id.empty() && before) continue;
      page.push_back(as_read(document));
    }
    if (query.newest_first) std::ranges::reverse(page);
    page.resize(std::min(page.size(), query.limit));
    return page;
  }

 private:
  using Documents = std::map<std::pair<std::string, std::string>, Document>;

  static Document as_read(Document document) {
    document.searched.reset();
    return document;
  }

  static bool unique(const Documents& documents) {
    std::map<std::pair<std::string, std::string>, int> holders;  // of the one unique index we try
    for (const auto& [key, document] : documents) {
      const auto token = document.indexes.find("token");
      if (token != document.indexes.end() && ++holders[{key.first, token->second}] > 1)
        return false;
    }
    return true;
  }

  Documents documents_;
};

// Few ids and values, so that chance meets itself; versions right three times in four.
class RandomOperations {
 public:
  RandomOperations(std::uint64_t seed, const ModelStore& model) : random_(seed), model_(model) {}

  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  std::string collection() { return one_in(2) ? "users" : "reservations"; }
  std::string id() {
    return std::string(1 + random_.below(3), static_cast<char>('a' + random_.below(4)));
  }

  Batch batch() {
    Batch batch;
    for (auto writes = 1 + random_.below(4); writes > 0; --writes) {
      Write write{.collection = collection(), .id = id()};
      const bool twice = std::ranges::any_of(batch, [&](const Write& other) {
        return other.collection == write.collection && other.id == write.id;
      });
      if (twice) continue;
      const auto there = model_.get(write.collection, write.id);
      write.expected_version = there ? there->version : 0;
      if (one_in(12)) write.expected_version = static_cast<std::int64_t>(random_.below(4));
      if (write.expected_version == 0 || !one_in(4)) write.document = document(write.collection);
      batch.push_back(std::move(write));
    }
    return batch;
  }

  Query query() {
    Query query{
        .collection = collection(), .limit = 1 + random_.below(8), .newest_first = one_in(2)};
    if (one_in(2)) query.after_id = id();
    if (one_in(2)) return query;
    query.index = query.collection == "users" ? "token" : one_in(2) ? "user" : "live";
    query.value = value();
    return query;
  }

  Search search() {
    Search search{.collection = collection(), .scope = scope(), .limit = 1 + random_.below(8)};
    for (auto any = 1 + random_.below(3); any > 0; --any) {
      std::vector<SearchedWord>& all = search.any.emplace_back();
      for (auto words = 1 + random_.below(2); words > 0; --words)
        all.push_back({word(), one_in(3)});
    }
    if (one_in(4)) search.until = moment_ - std::min<std::int64_t>(moment_, 100);
    if (one_in(4)) search.from = moment_ - std::min<std::int64_t>(moment_, 50);
    return search;
  }

 private:
  std::string value() {
    return std::string(random_.below(3), static_cast<char>('x' + random_.below(3)));
  }

  std::string scope() { return one_in(2) ? "ada" : "bob"; }
  std::string word() {
    return std::string(1 + random_.below(2), static_cast<char>('p' + random_.below(3)));
  }

  Document document(const std::string& collection) {
    Document document{.body = std::to_string(random_.next())};
    if (one_in(2)) {
      document.searched = {.scope = scope(), .moment = moment_++};
      for (auto words = random_.below(4); words > 0; --words)
        document.searched->text += (document.searched->text.empty() ? "" : " ") + word();
    }
    if (collection == "users") {
      if (one_in(2)) document.indexes["token"] = value();
      return document;
    }
    for (const char* index : {"user", "live", "user_live"}) {
      if (one_in(2)) document.indexes[index] = value();
    }
    return document;
  }

  SeededRandom random_;
  const ModelStore& model_;
  std::int64_t moment_ = 0;
};

TEST_P(StoreContract, AgreesWithAModelOverFiveThousandRandomOperations) {
  const char* given = ::getenv("MAYFLY_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : SystemRandom().next();
  SCOPED_TRACE("MAYFLY_SEED=" + std::to_string(seed));
  ModelStore model;
  RandomOperations random(seed, model);
  int accepted_batches = 0;
  std::size_t hits = 0;
  for (int operation = 0; operation < 5000 && !HasFailure(); ++operation) {
    SCOPED_TRACE("operation " + std::to_string(operation));
    if (random.one_in(2)) {
      const Batch batch = random.batch();
      const std::string expected = model.commit(batch);
      EXPECT_EQ(commit(batch), expected);
      accepted_batches += expected == "ok" ? 1 : 0;
    } else if (random.one_in(2)) {
      const std::string collection = random.collection();
      const std::string id = random.id();
      const Result<std::optional<Document>> expected = model.get(collection, id);
      EXPECT_EQ(ask_.get(collection, id), expected);
    } else if (random.one_in(2)) {
      const Query query = random.query();
      EXPECT_EQ(ask_.query(query), model.query(query));
    } else {
      const Search search = random.search();
      const Hits expected = model.search(search);
      EXPECT_EQ(ask_.search(search), expected);
      hits += expected.size();
    }
  }
  // Chance that never gets through, or always, has tried nothing.
  EXPECT_GT(accepted_batches, 500);
  EXPECT_LT(accepted_batches, 2400);
  EXPECT_GT(hits, 100U);
}

}  // namespace mayfly::store
