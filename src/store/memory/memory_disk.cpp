#include "store/memory/memory_disk.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <tuple>
#include <utility>

#include "core/assert.h"
#include "core/words.h"
#include "store/collections.h"

namespace mayfly::store {
namespace {

template <class Map>
auto* find_in(Map& map, std::string_view key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

template <class Range>
Page first_of(Range&& documents, std::size_t limit) {
  Page page;
  for (const auto& [id, document] : documents | std::views::take(limit)) {
    page.push_back(*document);
    page.back().searched.reset();
  }
  return page;
}

bool has_word(const std::vector<std::string>& words, const SearchedWord& wanted) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return wanted.beginning ? word.starts_with(wanted.word) : word == wanted.word;
  });
}

}  // namespace

Result<void> MemoryDisk::apply(Batch batch) {
  for (const Write& write : batch) {
    const std::int64_t found = version_of(write.collection, write.id);
    if (found != write.expected_version) return wrong_version(write, found);
  }
  TRY_VOID(check_unique(batch));
  for (const Write& write : batch) take_out(write);
  for (Write& write : batch) {
    if (write.document) put_in(std::move(write));
  }
  return {};
}

std::optional<Document> MemoryDisk::get(std::string_view collection, std::string_view id) const {
  const auto document = peek(collection, id);
  if (document == nullptr) return std::nullopt;
  std::optional<Document> copy = *document;
  copy->searched.reset();
  return copy;
}

std::shared_ptr<const Document> MemoryDisk::peek(std::string_view collection,
                                                 std::string_view id) const {
  const Shelf* shelf = find_shelf(collection);
  const auto* document = shelf == nullptr ? nullptr : find_in(shelf->documents, id);
  return document == nullptr ? nullptr : *document;
}

Page MemoryDisk::query(const Query& query) const {
  const Documents* documents = find(query);
  if (documents == nullptr) return {};
  auto begin = documents->begin();
  auto end = documents->end();
  if (query.newest_first) {
    if (!query.after_id.empty()) end = documents->lower_bound(query.after_id);
    return first_of(std::ranges::subrange(begin, end) | std::views::reverse, query.limit);
  }
  if (!query.after_id.empty()) begin = documents->upper_bound(query.after_id);
  return first_of(std::ranges::subrange(begin, end), query.limit);
}

std::size_t MemoryDisk::count(const Tally& tally) const {
  const Documents* documents =
      find({.collection = tally.collection, .index = tally.index, .value = tally.value});
  return documents == nullptr ? 0 : std::min(tally.most, documents->size());
}

Hits MemoryDisk::search(const Search& search) const {
  const Shelf* shelf = find_shelf(search.collection);
  const auto* scope = shelf == nullptr ? nullptr : find_in(shelf->searched, search.scope);
  Hits hits;
  if (scope == nullptr) return hits;
  for (const auto& [place, text] : *scope | std::views::reverse) {
    if (place.first > search.until) continue;
    if (place.first < search.from || hits.size() == search.limit) break;
    const std::vector<std::string> words = words_of(text);
    const bool fits = std::ranges::any_of(search.any, [&](const auto& all) {
      return std::ranges::all_of(
          all, [&](const SearchedWord& wanted) { return has_word(words, wanted); });
    });
    if (fits) hits.push_back({place.second, place.first, text});
  }
  return hits;
}

const MemoryDisk::Shelf* MemoryDisk::find_shelf(std::string_view collection) const {
  return find_in(shelves_, collection);
}

const MemoryDisk::Documents* MemoryDisk::find(const Query& query) const {
  const Shelf* shelf = find_shelf(query.collection);
  if (shelf == nullptr || query.index.empty()) return shelf ? &shelf->documents : nullptr;
  const auto* values = find_in(shelf->indexes, query.index);
  return values == nullptr ? nullptr : find_in(*values, query.value);
}

std::int64_t MemoryDisk::version_of(std::string_view collection, std::string_view id) const {
  const Shelf* shelf = find_shelf(collection);
  const auto* document = shelf == nullptr ? nullptr : find_in(shelf->documents, id);
  return document == nullptr ? 0 : (*document)->version;
}

// Judges the state after the batch: a value is free when its holder is written too (the holder's
// new values are claims like all others), and nobody claims what another write of the batch has
// claimed.
Result<void> MemoryDisk::check_unique(const Batch& batch) const {
  std::set<std::pair<std::string_view, std::string_view>> written;
  for (const Write& write : batch) written.emplace(write.collection, write.id);

  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> claimed;
  for (const Write& write : batch) {
    if (!write.document) continue;
    for (const auto& [index, value] : write.document->indexes) {
      if (!find_index(*find_collection(write.collection), index)->unique) continue;
      if (!claimed.emplace(write.collection, index, value).second) return value_taken(write, index);
      const Documents* holders =
          find({.collection = write.collection, .index = index, .value = value});
      if (holders != nullptr && !written.contains({write.collection, holders->begin()->first})) {
        return value_taken(write, index);
      }
    }
  }
  return {};
}

void MemoryDisk::take_out(const Write& write) {
  Shelf& shelf = shelves_[write.collection];
  const auto old = shelf.documents.find(write.id);
  if (old == shelf.documents.end()) return;
  for (const auto& [index, value] : old->second->indexes) {
    auto& values = shelf.indexes[index];
    const auto holders = values.find(value);
    ASSERT(holders != values.end());
    holders->second.erase(write.id);
    if (holders->second.empty()) values.erase(holders);
  }
  if (old->second->searched) take_out_of_search(shelf, *old->second);
  shelf.documents.erase(old);
}

void MemoryDisk::put_in(Write write) {
  write.document->id = write.id;
  write.document->version = write.expected_version + 1;
  const auto document = std::make_shared<const Document>(*std::move(write.document));
  Shelf& shelf = shelves_[write.collection];
  for (const auto& [index, value] : document->indexes) {
    shelf.indexes[index][value].emplace(write.id, document);
  }
  if (document->searched) put_into_search(shelf, *document);
  shelf.documents.emplace(std::move(write.id), document);
}

void MemoryDisk::take_out_of_search(Shelf& shelf, const Document& document) {
  const auto scope = shelf.searched.find(document.searched->scope);
  ASSERT(scope != shelf.searched.end());
  scope->second.erase({document.searched->moment, document.id});
  if (scope->second.empty()) shelf.searched.erase(scope);
}

void MemoryDisk::put_into_search(Shelf& shelf, const Document& document) {
  const Searched& searched = *document.searched;
  shelf.searched[searched.scope].emplace(Place{searched.moment, document.id}, searched.text);
}

}  // namespace mayfly::store
