// A list that its copies share until one of them grows. For what belongs to a value and is only
// ever added to, such as a history: the value can be copied for each step of its life without
// copying all that was. Reads like a std::vector.
//
// Threads: each copy as if it were a std::vector of its own.
#pragma once

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <utility>
#include <vector>

#include "json/described.h"

namespace mayfly {

template <class T>
class SharedList {
 public:
  using value_type = T;
  using Items = std::vector<T>;
  using const_iterator = Items::const_iterator;

  SharedList() = default;
  SharedList(Items items)
      : shared_(items.empty() ? nullptr : new Shared{.items = std::move(items)}) {}

  const_iterator begin() const { return items().begin(); }
  const_iterator end() const { return items().end(); }
  std::size_t size() const { return items().size(); }
  bool empty() const { return items().empty(); }
  const T& operator[](std::size_t index) const { return items()[index]; }
  const T& back() const { return items().back(); }

  void push_back(T item) { own().push_back(std::move(item)); }
  void erase(std::size_t index) {
    Items& mine = own();
    mine.erase(mine.begin() + static_cast<std::ptrdiff_t>(index));
  }

  friend bool operator==(const SharedList& a, const SharedList& b) {
    return a.shared_ == b.shared_ || a.items() == b.items();
  }

 private:
  // Counted here and not by std::shared_ptr, whose use_count() says nothing of what the others did
  // before they left: who finds himself alone writes where they have read.
  struct Shared {
    std::atomic<std::size_t> owners = 0;
    Items items;

    friend void intrusive_ptr_add_ref(Shared* shared) {
      shared->owners.fetch_add(1, std::memory_order_relaxed);
    }
    friend void intrusive_ptr_release(Shared* shared) {
      if (shared->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared;
    }
  };

  const Items& items() const {
    static const Items kNone;
    return shared_ ? shared_->items : kNone;
  }
  Items& own() {
    // Acquires what intrusive_ptr_release() of the last other one released: its reading is over.
    const bool alone = shared_ && shared_->owners.load(std::memory_order_acquire) == 1;
    if (!alone) shared_ = new Shared{.items = items()};
    return shared_->items;
  }

  boost::intrusive_ptr<Shared> shared_;  // nullptr: none
};

template <class T>
struct json::is_vector<SharedList<T>> : std::true_type {};

}  // namespace mayfly
