#include "oslc/addresses.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/target.h"
#include "oslc/follow_up_kinds.h"

namespace mayfly::oslc {
namespace {

// `*` stands for what varies: user, plan, id, in the order of AddressRow::holds; `!` for the
// address's kind of follow-up.
struct AddressRow {
  Place place;
  std::string_view path;
  std::string_view holds;
};

constexpr std::array kAddressRows = {
    AddressRow{Place::catalog, "oslc/catalog", ""},
    AddressRow{Place::root_services, "rootservices", ""},
    AddressRow{Place::root_services, ".well-known/oslc/rootservices.xml", ""},
    AddressRow{Place::catalog, ".well-known/oslc/sp-catalog", ""},
    AddressRow{Place::oauth1, "oslc/oauth1", ""},
    AddressRow{Place::shape, "oslc/shapes/*", "i"},
    AddressRow{Place::provider, "oslc/users/*", "u"},
    AddressRow{Place::details, "oslc/users/*/details", "u"},
    AddressRow{Place::plans, "oslc/users/*/plans", "u"},
    AddressRow{Place::plan, "oslc/users/*/plans/*", "up"},
    AddressRow{Place::future_action, "oslc/users/*/plans/*/!", "up"},
    AddressRow{Place::action_creation, "oslc/users/*/plans/*/!/creation", "up"},
    AddressRow{Place::action_template, "oslc/users/*/plans/*/!/request-template", "up"},
    AddressRow{Place::action_request, "oslc/users/*/plans/*/!/requests/*", "upi"},
    AddressRow{Place::action_result, "oslc/users/*/plans/*/!/results/*", "upi"},
    AddressRow{Place::requests, "oslc/users/*/requests", "u"},
    AddressRow{Place::request, "oslc/users/*/requests/*", "ui"},
    AddressRow{Place::results, "oslc/users/*/results", "u"},
    AddressRow{Place::result, "oslc/users/*/results/*", "ui"},
    AddressRow{Place::redeploy_template, "oslc/users/*/results/*/request-template", "ui"},
    AddressRow{Place::prepared_factory, "oslc/users/*/prepared", "u"},
    AddressRow{Place::prepared, "oslc/users/*/prepared/*", "ui"},
    AddressRow{Place::deployment, "oslc/users/*/deployments/*", "ui"},
    AddressRow{Place::request_shape, "oslc/users/*/shapes/request", "u"},
    AddressRow{Place::dialog, "oslc/users/*/dialogs/*", "ui"},
    AddressRow{Place::prefilled, "oslc/users/*/prefilled/*", "ui"},
    AddressRow{Place::icon, "oslc/icon.svg", ""},
    AddressRow{Place::asset, "oslc/assets/*", "i"},
};

constexpr std::string_view kTarget = "targetId";

struct ViewRow {
  View view;
  std::string_view segment;
};
constexpr std::array kViews = {ViewRow{View::compact, "compact"},
                               ViewRow{View::small_preview, "small-preview"},
                               ViewRow{View::large_preview, "large-preview"}};

std::string& part_of(Address& address, char which) {
  return which == 'u' ? address.user : which == 'p' ? address.plan : address.id;
}

bool fits_row(const AddressRow& row, const std::vector<std::string>& path, Address& address) {
  std::string_view pattern = row.path;
  std::size_t held = 0;
  for (const std::string& segment : path) {
    const std::string_view expected = pattern.substr(0, pattern.find('/'));
    if (pattern.empty() || segment.empty()) return false;
    pattern.remove_prefix(std::min(pattern.size(), expected.size() + 1));
    if (expected == "*") {
      part_of(address, row.holds[held++]) = segment;
    } else if (expected == "!") {
      const FollowUp* follow_up = follow_up_at(segment);
      if (!follow_up) return false;
      address.follow_up = follow_up->kind;
    } else if (segment != expected) {
      return false;
    }
  }
  return pattern.empty();
}

// As percent_encode, but with the colon, which RFC 3986 lets stand in segments and queries.
std::string encoded(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t colon = text.find(':');
    result += http::percent_encode(text.substr(0, colon));
    if (colon == std::string_view::npos) return result;
    result += ':';
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

bool has_views(Place place) {
  return place == Place::plan || place == Place::request || place == Place::result ||
         place == Place::deployment || place == Place::action_request ||
         place == Place::action_result;
}

std::optional<Address> read_address(const std::vector<std::string>& path,
                                    const std::vector<http::Parameter>& query) {
  const auto* named =
      path.empty() ? kViews.end() : std::ranges::find(kViews, path.back(), &ViewRow::segment);
  if (named != kViews.end()) {
    auto address = read_address({path.begin(), path.end() - 1}, query);
    if (!address || address->view != View::itself || !has_views(address->place))
      return std::nullopt;
    address->view = named->view;
    return address;
  }
  for (const AddressRow& row : kAddressRows) {
    Address address{.place = row.place};
    if (!fits_row(row, path, address)) continue;
    const bool targeted = row.place == Place::future_action ||
                          row.place == Place::action_creation ||
                          row.place == Place::action_template || row.place == Place::dialog;
    const auto target = std::ranges::find(query, kTarget, &http::Parameter::name);
    if (targeted && target != query.end()) address.target = target->value;
    return address;
  }
  return std::nullopt;
}

std::string Addresses::of(const Address& address) const {
  const auto* row = std::ranges::find(kAddressRows, address.place, &AddressRow::place);
  Address parts = address;
  std::string iri = base_ + "/";
  std::size_t held = 0;
  for (const char c : row->path) {
    if (c == '*') {
      iri += encoded(part_of(parts, row->holds[held++]));
    } else if (c == '!') {
      iri += follow_up_of(address.follow_up).segment;
    } else {
      iri += c;
    }
  }
  const auto* view = std::ranges::find(kViews, address.view, &ViewRow::view);
  if (view != kViews.end()) iri += fmt::format("/{}", view->segment);
  if (address.target) iri += fmt::format("?{}={}", kTarget, encoded(*address.target));
  return iri;
}

std::optional<Address> Addresses::read(std::string_view iri) const {
  if (!iri.starts_with(base_) || !iri.substr(base_.size()).starts_with('/')) return std::nullopt;
  iri.remove_prefix(base_.size());
  const auto target = http::parse_target("GET", iri.substr(0, iri.find('#')));
  if (!target) return std::nullopt;
  return read_address(target->path, target->query);
}

}  // namespace mayfly::oslc
