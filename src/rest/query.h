// Query parameters, as strict as bodies: one that is not known would be silently without effect.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "http/message.h"
#include "service/service.h"

namespace mayfly::rest {

enum class QueryKind {
  name,
  pattern,  // a name, with what stands in a region's before it: aws:us-east-1
  moment,   // a month, a day or a moment
};

// One parameter that an operation takes. A number when `max` is set, one of `choices` when there
// are any, otherwise what its kind says.
struct QueryRule {
  std::string_view name;
  std::string_view doc;
  std::string_view otherwise = {};  // when it is not given
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::span<const std::string_view> choices = {};
  QueryKind kind = QueryKind::name;
};

inline constexpr std::int64_t kLimitMax = 1000;
inline constexpr std::size_t kCursorMax = 200;
inline constexpr QueryRule kLimitRule{.name = "limit",
                                      .doc = "At most so many in one answer.",
                                      .otherwise = "100",
                                      .min = 1,
                                      .max = kLimitMax};
inline constexpr QueryRule kCursorRule{.name = "cursor",
                                       .doc = "Where to go on: next_cursor of the answer before."};

class Query {
 public:
  // Precondition of both: the operation has a rule of that name.
  const std::string& text(std::string_view name) const;
  std::size_t number(std::string_view name) const;
  // Of kind moment; none when it is not given.
  std::optional<Time> moment(std::string_view name) const;
  // limit and cursor.
  service::PageRequest page() const;

 private:
  friend Result<Query> read_query(std::span<const QueryRule>, const std::vector<http::Parameter>&);
  std::map<std::string, std::string, std::less<>> values_;
};

// ErrorCode::malformed with every wrong parameter named.
Result<Query> read_query(std::span<const QueryRule> rules,
                         const std::vector<http::Parameter>& given);

}  // namespace mayfly::rest
