#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/words.h"
#include "store/collections.h"

namespace mayfly::store {
namespace {

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::invalid, "The store was asked for something impossible: " + message);
}

// Ids are any bytes, messages are text.
std::string printable(std::string_view id) {
  std::string text;
  for (const char c : id) {
    if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

Result<const Collection*> known_collection(std::string_view name) {
  if (const Collection* collection = find_collection(name)) return collection;
  return invalid(fmt::format("there is no collection '{}'", printable(name)));
}

Result<void> check_index(const Collection& collection, std::string_view index,
                         std::string_view value) {
  if (find_index(collection, index) == nullptr) {
    return invalid(
        fmt::format("the collection '{}' has no index '{}'", collection.name, printable(index)));
  }
  if (value.size() > kIndexValueBytesMax) {
    return invalid(fmt::format("a value of the index '{}' of '{}' has {} bytes, the most is {}",
                               index, collection.name, value.size(), kIndexValueBytesMax));
  }
  return {};
}

Result<void> check_id(std::string_view collection, std::string_view id) {
  if (!id.empty() && id.size() <= kIdBytesMax) return {};
  return invalid(fmt::format("an id of '{}' has {} bytes, it must have 1 to {}", collection,
                             id.size(), kIdBytesMax));
}

Result<void> check_scope(std::string_view collection, std::string_view scope) {
  if (scope.size() <= kScopeBytesMax) return {};
  return invalid(fmt::format("a scope of '{}' has {} bytes, the most is {}", collection,
                             scope.size(), kScopeBytesMax));
}

Result<void> check_moment(std::int64_t moment) {
  if (moment >= 0 && moment <= kMomentMax) return {};
  return invalid(fmt::format("the moment {}, it must be 0 to {}", moment, kMomentMax));
}

Result<void> check_searched(std::string_view collection, const Searched& searched) {
  TRY_VOID(check_scope(collection, searched.scope));
  TRY_VOID(check_moment(searched.moment));
  if (searched.text.size() <= kSearchedBytesMax) return {};
  return invalid(
      fmt::format("a document of '{}' is to be found by a text of {} bytes, the most is {}",
                  collection, searched.text.size(), kSearchedBytesMax));
}

Result<void> check_document(const Collection& collection, const Write& write,
                            const Document& document) {
  if (!document.id.empty() && document.id != write.id) {
    return invalid(fmt::format("the document '{}' is written as '{}' of '{}'",
                               printable(document.id), printable(write.id), collection.name));
  }
  if (document.body.size() > kBodyBytesMax) {
    return fail(
        ErrorCode::too_large,
        fmt::format("The document '{}' of '{}' has {} bytes, the most is {}.", printable(write.id),
                    collection.name, document.body.size(), kBodyBytesMax));
  }
  for (const auto& [index, value] : document.indexes) {
    TRY_VOID(check_index(collection, index, value));
  }
  if (document.searched) return check_searched(collection.name, *document.searched);
  return {};
}

Result<void> check(const Write& write) {
  TRY(const Collection* collection, known_collection(write.collection));
  TRY_VOID(check_id(write.collection, write.id));
  if (write.expected_version < 0) {
    return invalid(fmt::format("the version {} of '{}' of '{}'", write.expected_version,
                               printable(write.id), write.collection));
  }
  if (write.document) return check_document(*collection, write, *write.document);
  if (write.expected_version > 0) return {};
  return invalid(fmt::format("to remove '{}' of '{}' and that it does not exist",
                             printable(write.id), write.collection));
}

}  // namespace

const Collection* find_collection(std::string_view name) {
  const auto* found = std::ranges::find(kCollections, name, &Collection::name);
  return found == kCollections.end() ? nullptr : found;
}

const Index* find_index(const Collection& collection, std::string_view name) {
  const auto* found = std::ranges::find(collection.indexes, name, &Index::name);
  return found == collection.indexes.end() || name.empty() ? nullptr : found;
}

Result<void> check(const Batch& batch) {
  if (batch.size() > kBatchWritesMax) {
    return invalid(
        fmt::format("a batch of {} writes, the most is {}", batch.size(), kBatchWritesMax));
  }
  std::set<std::pair<std::string_view, std::string_view>> named;
  for (const Write& write : batch) {
    TRY_VOID(check(write));
    if (!named.emplace(write.collection, write.id).second) {
      return invalid(fmt::format("two writes of one batch name '{}' of '{}'", printable(write.id),
                                 write.collection));
    }
  }
  return {};
}

Result<void> check_get(std::string_view collection, std::string_view id) {
  TRY_VOID(known_collection(collection));
  return check_id(collection, id);
}

Result<void> check_get_all(std::string_view collection, const std::vector<std::string>& ids) {
  TRY_VOID(known_collection(collection));
  if (ids.size() > kPageMax)
    return invalid(fmt::format("{} documents at once, the most is {}", ids.size(), kPageMax));
  for (const std::string& id : ids) TRY_VOID(check_id(collection, id));
  return {};
}

Result<void> check(const Query& query) {
  TRY(const Collection* collection, known_collection(query.collection));
  if (!query.index.empty()) TRY_VOID(check_index(*collection, query.index, query.value));
  if (!query.after_id.empty()) TRY_VOID(check_id(query.collection, query.after_id));
  if (query.limit >= 1 && query.limit <= kPageMax) return {};
  return invalid(fmt::format("a page of {} documents, it must be 1 to {}", query.limit, kPageMax));
}

Result<void> check(const Tally& tally) {
  TRY(const Collection* collection, known_collection(tally.collection));
  TRY_VOID(check_index(*collection, tally.index, tally.value));
  if (tally.most >= 1 && tally.most <= kTallyMax) return {};
  return invalid(fmt::format("to count up to {}, it must be 1 to {}", tally.most, kTallyMax));
}

Result<void> check(const Search& search) {
  TRY_VOID(known_collection(search.collection));
  TRY_VOID(check_scope(search.collection, search.scope));
  TRY_VOID(check_moment(search.from));
  TRY_VOID(check_moment(search.until));
  std::size_t words = 0;
  for (const auto& all : search.any) {
    if (all.empty()) return invalid("to search for no words");
    words += all.size();
    for (const SearchedWord& word : all) {
      if (words_of(word.word) != std::vector{word.word})
        return invalid(fmt::format("'{}' is no word", printable(word.word)));
    }
  }
  if (words == 0 || words > kSearchedWordsMax)
    return invalid(
        fmt::format("to search for {} words, it must be 1 to {}", words, kSearchedWordsMax));
  if (search.limit >= 1 && search.limit <= kPageMax) return {};
  return invalid(fmt::format("{} hits at once, it must be 1 to {}", search.limit, kPageMax));
}

std::unexpected<Error> wrong_version(const Write& write, std::int64_t found_version) {
  const auto what = [](std::int64_t version) {
    return version == 0 ? std::string("not there") : fmt::format("at version {}", version);
  };
  return fail(
      ErrorCode::conflict,
      fmt::format("'{}' of '{}' is {}; the writer believed it to be {}.", printable(write.id),
                  write.collection, what(found_version), what(write.expected_version)),
      "Read it again and decide anew.");
}

std::unexpected<Error> value_taken(const Write& write, std::string_view index) {
  std::unexpected<Error> error = fail(
      ErrorCode::conflict,
      fmt::format("'{}' of '{}' cannot be written: another document has its value of the unique "
                  "index '{}'.",
                  printable(write.id), write.collection, index),
      "Choose another value.");
  error.error().fields.push_back({std::string(index), "is taken"});
  return error;
}

}  // namespace mayfly::store
