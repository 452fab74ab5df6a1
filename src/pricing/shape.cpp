#include "pricing/shape.h"

namespace mayfly::pricing {
namespace {

constexpr std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

Range sizes_fitting(Fit fit, std::optional<std::int64_t> asked) {
  if (!asked) return {};
  switch (fit) {
    case Fit::equal:
      return {*asked, *asked};
    case Fit::similar:
      return {ceil_divide(9 * *asked, 10), 12 * *asked / 10};
    case Fit::at_least:
      break;
  }
  return {.low = *asked};
}

Range askable_for(Fit fit, std::int64_t size) {
  switch (fit) {
    case Fit::equal:
      return {size, size};
    case Fit::similar:
      return {ceil_divide(10 * size, 12), 10 * size / 9};
    case Fit::at_least:
      break;
  }
  return {1, size};
}

std::vector<Fit> fits_of(Match match) {
  switch (match) {
    case Match::at_least:
      return {Fit::at_least};
    case Match::exact:
      return {Fit::equal};
    case Match::closest:
      break;
  }
  return {Fit::equal, Fit::similar, Fit::at_least};
}

std::optional<std::int64_t> memory_asked(const Request& request) {
  return request.memory_gib.transform([](Gib asked) { return asked.value; });
}

Shape::Shape(const Request& request)
    : closest_(request.match == Match::closest),
      vcpus_asked_(request.vcpus.value_or(1)),
      memory_asked_(memory_asked(request).value_or(1)),
      vcpus_weight_(request.vcpus ? 1 : 0),
      memory_weight_(request.memory_gib ? 1 : 0) {
  for (Fit fit : fits_of(request.match)) {
    ways_.push_back({.fit = fit,
                     .vcpus = sizes_fitting(fit, request.vcpus),
                     .memory = sizes_fitting(fit, memory_asked(request))});
  }
}

std::optional<Closeness> Shape::closeness(const Row& row) const {
  for (int i = 0; i < static_cast<int>(ways_.size()); ++i) {
    const Way& way = ways_[i];
    if (!way.vcpus.contains(row.vcpus) || !way.memory.contains(row.memory)) continue;
    Closeness closeness{.fit = i};
    if (way.fit == Fit::at_least && closest_) {
      // v/a + m/b orders like v*b + m*a; at most 1024 * 65536e6 each, far inside 64 bits.
      closeness.oversize =
          vcpus_weight_ * row.vcpus * memory_asked_ + memory_weight_ * row.memory * vcpus_asked_;
    }
    return closeness;
  }
  return std::nullopt;
}

}  // namespace mayfly::pricing
