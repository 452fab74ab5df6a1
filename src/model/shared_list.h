// A list that its copies share until one of them grows. For what belongs to a value and is only
// ever added to, such as a history: the value can be copied for each step of its life without
// copying all that was. Reads like a std::vector.
#pragma once

#include <cstddef>
#include <memory>
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
      : items_(items.empty() ? nullptr : std::make_shared<Items>(std::move(items))) {}

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
    return a.items_ == b.items_ || a.items() == b.items();
  }

 private:
  const Items& items() const {
    static const Items kNone;
    return items_ ? *items_ : kNone;
  }
  Items& own() {
    if (!items_ || items_.use_count() > 1) items_ = std::make_shared<Items>(items());
    return *items_;
  }

  std::shared_ptr<Items> items_;  // nullptr: none
};

template <class T>
struct json::is_vector<SharedList<T>> : std::true_type {};

}  // namespace mayfly
