// The tags of a machine, shared by its copies: a listing of ten thousand machines goes from hand to
// hand and is compared with the one before, and what almost never changes should cost neither
// copies nor comparisons. Reads like a std::map; changing one copy leaves the others alone.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "json/described.h"

namespace mayfly {

class Tags {
 public:
  // Ordered by key. A machine has three: looking at each is the fastest search.
  using value_type = std::pair<std::string, std::string>;
  using Rows = std::vector<value_type>;
  using const_iterator = Rows::const_iterator;

  Tags() = default;
  Tags(std::initializer_list<value_type> tags) {
    for (const value_type& tag : tags) insert(tag);
  }
  Tags(const std::map<std::string, std::string>& tags) {
    for (const auto& tag : tags) insert(tag);
  }

  const_iterator begin() const { return rows().begin(); }
  const_iterator end() const { return rows().end(); }
  const_iterator find(std::string_view key) const {
    return std::ranges::find(rows(), key, &value_type::first);
  }
  bool contains(std::string_view key) const { return find(key) != end(); }
  const std::string& at(std::string_view key) const {
    const auto found = find(key);
    ASSERT(found != end());
    return found->second;
  }
  std::size_t size() const { return rows().size(); }
  bool empty() const { return rows().empty(); }

  std::string& operator[](const std::string& key) {
    Rows& mine = own();
    const auto place = std::ranges::lower_bound(mine, key, {}, &value_type::first);
    if (place != mine.end() && place->first == key) return place->second;
    return mine.insert(place, {key, {}})->second;
  }
  // Like a map's: what is there stays.
  void insert(const value_type& tag) {
    if (!contains(tag.first)) (*this)[tag.first] = tag.second;
  }

  friend bool operator==(const Tags& a, const Tags& b) {
    return a.rows_ == b.rows_ || a.rows() == b.rows();
  }

 private:
  const Rows& rows() const {
    static const Rows kNone;
    return rows_ ? *rows_ : kNone;
  }
  Rows& own() {
    if (!rows_ || rows_.use_count() > 1) rows_ = std::make_shared<Rows>(rows());
    return *rows_;
  }

  std::shared_ptr<Rows> rows_;  // nullptr: none
};

template <>
struct json::is_text_map<Tags> : std::true_type {};

}  // namespace mayfly
