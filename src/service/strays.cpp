#include "service/async.h"

namespace mayfly::service {

Async<engine::SweepReport> Service::sweep(std::string user, bool dry_run) {
  using Answer = Result<engine::SweepReport>;
  auto start = [&](Done<Answer> done) {
    parts_.engine_loop.post([this, user, dry_run, done = std::move(done)]() mutable {
      parts_.engine.sweep(user, dry_run, std::move(done));
    });
  };
  co_return co_await http::await_done<Answer>(std::ref(start));
}

Async<Listing<StrayView>> Service::list_strays(std::string user, PageRequest page) {
  auto documents = co_await read_page(
      parts_.store, {.collection = "strays", .index = "user", .value = user}, std::move(page));
  if (!documents) co_return std::unexpected(std::move(documents).error());
  Listing<StrayView> listing{.next_cursor = std::move(documents->next_cursor)};
  for (const store::Document& document : documents->items) {
    CO_TRY(const engine::Stray stray, engine::stray_from_document(document));
    listing.items.push_back(view_of(stray));
  }
  co_return listing;
}

}  // namespace mayfly::service
