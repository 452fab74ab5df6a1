#include "oslc/links.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "oslc/previews.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

struct ShapeOf {
  Place place;
  std::string_view shape;  // empty: that of the user's new requests
};
constexpr std::array kShapeOf = {
    ShapeOf{Place::plan, "plan"},
    ShapeOf{Place::plans, "plan"},
    ShapeOf{Place::request, "request"},
    ShapeOf{Place::requests, ""},
    ShapeOf{Place::prepared, "request"},
    ShapeOf{Place::prepared_factory, ""},
    ShapeOf{Place::result, "result"},
    ShapeOf{Place::results, "result"},
    ShapeOf{Place::deployment, "deployment"},
    ShapeOf{Place::action_request, "request"},
    ShapeOf{Place::action_result, "result"},
    ShapeOf{Place::action_template, "request"},
    ShapeOf{Place::redeploy_template, "request"},
};

constexpr std::array kContainers = {Place::plans, Place::requests, Place::results};

}  // namespace

http::Headers resource_links(const Address& address, const Addresses& addresses) {
  http::Headers links;
  if (address.view != View::itself) return links;
  const auto add = [&](std::string_view target, std::string_view relation) {
    links.push_back({"Link", fmt::format("<{}>; rel=\"{}\"", target, relation)});
  };
  const auto* row = std::ranges::find(kShapeOf, address.place, &ShapeOf::place);
  if (row != kShapeOf.end()) {
    const Address shape = row->shape.empty()
                              ? Address{.place = Place::request_shape, .user = address.user}
                              : Address{.place = Place::shape, .id = std::string(row->shape)};
    add(addresses.of(shape), ldp::kConstrainedBy);
    // A container says more precisely what it is.
    if (std::ranges::find(kContainers, address.place) == kContainers.end())
      add(ldp::kResource, "type");
  }
  if (const std::string compact = compact_of(address, addresses); !compact.empty())
    add(compact, core::kCompactType);
  return links;
}

http::Headers links_of_made(std::string_view location, const Addresses& addresses) {
  const auto made = addresses.read(location);
  const std::string compact = made ? compact_of(*made, addresses) : "";
  if (compact.empty()) return {};
  return {{"Link",
           fmt::format("<{}>; rel=\"{}\"; anchor=\"{}\"", compact, core::kCompactType, location)}};
}

}  // namespace mayfly::oslc
