// A Store asked and waited for: for a command that has nothing else to do, and for tests. The
// loop's thread is the one that must not call, or it waits for itself.
#pragma once

#include <future>
#include <utility>

#include "store/store.h"

namespace mayfly::store {

class Blocking {
 public:
  // Both outlive this. The loop has a thread of its own (core/thread_loop.h).
  Blocking(Store& store, Loop& loop) : store_(store), loop_(loop) {}

  Result<void> commit(Batch batch) {
    return wait<void>([&](auto done) { store_.commit(std::move(batch), loop_, std::move(done)); });
  }
  Result<std::optional<Document>> get(std::string collection, std::string id) {
    return wait<std::optional<Document>>([&](auto done) {
      store_.get(std::move(collection), std::move(id), loop_, std::move(done));
    });
  }
  Result<std::vector<std::optional<Document>>> get_all(std::string collection,
                                                       std::vector<std::string> ids) {
    return wait<std::vector<std::optional<Document>>>([&](auto done) {
      store_.get_all(std::move(collection), std::move(ids), loop_, std::move(done));
    });
  }
  Result<Page> query(Query query) {
    return wait<Page>([&](auto done) { store_.query(std::move(query), loop_, std::move(done)); });
  }
  Result<std::size_t> count(Tally tally) {
    return wait<std::size_t>(
        [&](auto done) { store_.count(std::move(tally), loop_, std::move(done)); });
  }
  Result<Hits> search(Search search) {
    return wait<Hits>([&](auto done) { store_.search(std::move(search), loop_, std::move(done)); });
  }

 private:
  template <class T, class Ask>
  Result<T> wait(Ask ask) {
    std::promise<Result<T>> answer;
    ask([&answer](Result<T> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  Store& store_;
  Loop& loop_;
};

}  // namespace mayfly::store
