// The tags of a machine, shared by its copies: a listing of ten thousand machines goes from hand to
// hand and is compared with the one before, and what almost never changes should cost neither
// copies nor comparisons. Reads like a std::map; changing one copy leaves the others alone.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/assert.h"
#include "json/described.h"

namespace mayfly {

class Tags {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;
  using value_type = Map::value_type;
  using const_iterator = Map::const_iterator;

  Tags() = default;
  Tags(std::initializer_list<value_type> tags)
      : map_(tags.size() == 0 ? nullptr : std::make_shared<Map>(tags)) {}
  Tags(const std::map<std::string, std::string>& tags)
      : map_(tags.empty() ? nullptr : std::make_shared<Map>(tags.begin(), tags.end())) {}

  const_iterator begin() const { return map().begin(); }
  const_iterator end() const { return map().end(); }
  const_iterator find(std::string_view key) const { return map().find(key); }
  bool contains(std::string_view key) const { return map().contains(key); }
  const std::string& at(std::string_view key) const {
    const auto found = find(key);
    ASSERT(found != end());
    return found->second;
  }
  std::size_t size() const { return map().size(); }
  bool empty() const { return !map_ || map_->empty(); }

  std::string& operator[](const std::string& key) { return own()[key]; }
  void insert(value_type tag) { own().insert(std::move(tag)); }

  friend bool operator==(const Tags& a, const Tags& b) {
    return a.map_ == b.map_ || a.map() == b.map();
  }

 private:
  const Map& map() const {
    static const Map kNone;
    return map_ ? *map_ : kNone;
  }
  Map& own() {
    if (!map_ || map_.use_count() > 1) map_ = std::make_shared<Map>(map());
    return *map_;
  }

  std::shared_ptr<Map> map_;  // nullptr: none
};

template <>
struct json::is_text_map<Tags> : std::true_type {};

}  // namespace mayfly
