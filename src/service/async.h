// The ports' callbacks as coroutines, for the service's own files.
#pragma once

#include "http/await.h"
#include "service/service.h"

namespace mayfly::service {

inline Async<std::optional<store::Document>> get_document(store::Store& store,
                                                          std::string collection, std::string id) {
  http::AsioLoop loop(co_await boost::asio::this_coro::executor);
  using Answer = Result<std::optional<store::Document>>;
  auto start = [&](Done<Answer> done) {
    store.get(std::move(collection), std::move(id), loop, std::move(done));
  };
  co_return co_await http::await_done<Answer>(std::ref(start));
}

inline Async<store::Page> query_documents(store::Store& store, store::Query query) {
  http::AsioLoop loop(co_await boost::asio::this_coro::executor);
  auto start = [&](Done<Result<store::Page>> done) {
    store.query(std::move(query), loop, std::move(done));
  };
  co_return co_await http::await_done<Result<store::Page>>(std::ref(start));
}

inline Async<std::size_t> count_documents(store::Store& store, store::Tally tally) {
  http::AsioLoop loop(co_await boost::asio::this_coro::executor);
  auto start = [&](Done<Result<std::size_t>> done) {
    store.count(std::move(tally), loop, std::move(done));
  };
  co_return co_await http::await_done<Result<std::size_t>>(std::ref(start));
}

inline Async<void> commit(store::Store& store, store::Batch batch) {
  http::AsioLoop loop(co_await boost::asio::this_coro::executor);
  auto start = [&](Done<Result<void>> done) {
    store.commit(std::move(batch), loop, std::move(done));
  };
  co_return co_await http::await_done<Result<void>>(std::ref(start));
}

// Reads one document of a described type; not_found (with `what` named) when there is none.
template <class T>
Async<Stored<T>> read_document(store::Store& store, std::string collection, std::string id,
                               std::string what) {
  auto document = co_await get_document(store, std::move(collection), std::move(id));
  if (!document) co_return std::unexpected(std::move(document).error());
  if (!*document) co_return fail(ErrorCode::not_found, "There is no " + what);
  co_return from_document<T>(**document);
}

inline constexpr std::size_t kPageMax = 1000;

// One page of documents and where the next one starts.
inline Async<Listing<store::Document>> read_page(store::Store& store, store::Query query,
                                                 PageRequest page) {
  query.limit = page.limit + 1;
  query.after_id = std::move(page.cursor);
  auto documents = co_await query_documents(store, std::move(query));
  if (!documents) co_return std::unexpected(std::move(documents).error());
  Listing<store::Document> listing{.items = *std::move(documents)};
  if (listing.items.size() > page.limit) {
    listing.items.resize(page.limit);
    listing.next_cursor = listing.items.back().id;
  }
  co_return listing;
}

}  // namespace mayfly::service
