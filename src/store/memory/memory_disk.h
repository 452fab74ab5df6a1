// What a MemoryStore keeps, apart from it: the disk survives when a simulated crash destroys the
// store, and the next store is made over the same one.
//
// Synchronous, not synchronised: one thread. Documents are shared inside and copied when they are
// handed out; everything is ordered, so equal histories give equal answers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"
#include "store/store.h"

namespace mayfly::store {

class MemoryDisk {
 public:
  // All of the batch or, with ErrorCode::conflict, nothing. The batch has passed check().
  Result<void> apply(Batch batch);

  std::optional<Document> get(std::string_view collection, std::string_view id) const;
  // The same without a copy, for those who only look; nullptr when there is none.
  std::shared_ptr<const Document> peek(std::string_view collection, std::string_view id) const;
  Page query(const Query& query) const;
  std::size_t count(const Tally& tally) const;
  Hits search(const Search& search) const;

 private:
  using Documents = std::map<std::string, std::shared_ptr<const Document>, std::less<>>;
  using Place = std::pair<std::int64_t, std::string>;
  struct Shelf {
    Documents documents;
    // scope -> the texts in it, in the order of moments, then ids. Invariant: no empty value.
    std::map<std::string, std::map<Place, std::string>, std::less<>> searched;
    // index -> value -> the documents that have it. Invariant: no empty value.
    std::map<std::string, std::map<std::string, Documents, std::less<>>, std::less<>> indexes;
  };

  const Shelf* find_shelf(std::string_view collection) const;
  const Documents* find(const Query& query) const;
  std::int64_t version_of(std::string_view collection, std::string_view id) const;
  Result<void> check_unique(const Batch& batch) const;
  void take_out(const Write& write);
  void put_in(Write write);
  static void take_out_of_search(Shelf& shelf, const Document& document);
  static void put_into_search(Shelf& shelf, const Document& document);

  std::map<std::string, Shelf, std::less<>> shelves_;
};

}  // namespace mayfly::store
