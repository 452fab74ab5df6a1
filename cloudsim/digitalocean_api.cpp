#include "digitalocean_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

constexpr std::size_t kPerPageMax = 200;

constexpr Route kRoutes[] = {
    {"GET", "account", "read account", 200, read_account},
    {"GET", "account/keys", "list keys", 200, list_keys},
    {"POST", "account/keys", "create key", 201, create_key},
    {"GET", "account/keys/*", "read key", 200, read_key},
    {"DELETE", "account/keys/*", "delete key", 204, delete_key},
    {"GET", "droplets", "list droplets", 200, list_droplets},
    {"POST", "droplets", "create droplets", 202, create_droplets},
    {"DELETE", "droplets", "delete droplets by tag", 204, delete_droplets},
    {"GET", "droplets/*", "read droplet", 200, read_droplet},
    {"DELETE", "droplets/*", "delete droplet", 204, delete_droplet},
    {"GET", "actions", "list actions", 200, list_actions},
    {"GET", "actions/*", "read action", 200, read_action},
    {"GET", "sizes", "list sizes", 200, list_sizes},
    {"GET", "regions", "list regions", 200, list_regions},
    {"GET", "images", "list images", 200, list_images},
    {"GET", "images/*", "read image", 200, read_image},
    {"GET", "tags", "list tags", 200, list_tags},
    {"POST", "tags", "create tag", 201, create_tag},
    {"GET", "tags/*", "read tag", 200, read_tag},
    {"DELETE", "tags/*", "delete tag", 204, delete_tag},
};

bool path_matches(std::string_view pattern, const std::vector<std::string>& path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::size_t slash = std::min(pattern.find('/'), pattern.size());
    const std::string_view segment = pattern.substr(0, slash);
    if (segment.empty() || path[i].empty() || (segment != "*" && segment != path[i])) return false;
    pattern.remove_prefix(std::min(slash + 1, pattern.size()));
  }
  return pattern.empty();
}

std::optional<std::size_t> positive(const std::string& text, std::size_t fallback) {
  if (text.empty()) return fallback;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

// The listing's own address with another page number.
std::string page_link(const DropletsCall& call, const PageRange& range, std::size_t page) {
  std::string link = call.base + "/v2";
  for (const std::string& segment : call.path) link += '/' + http::percent_encode(segment);
  link += fmt::format("?page={}&per_page={}", page, range.per_page);
  for (const http::Parameter& parameter : call.query) {
    if (parameter.name == "page" || parameter.name == "per_page") continue;
    link +=
        '&' + http::percent_encode(parameter.name) + '=' + http::percent_encode(parameter.value);
  }
  return link;
}

}  // namespace

std::string DropletsCall::parameter(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &http::Parameter::name);
  return found == query.end() ? std::string{} : found->value;
}

const Route* find_route(std::string_view method, const std::vector<std::string>& path) {
  for (const Route& route : kRoutes) {
    if (route.method == method && path_matches(route.path, path)) return &route;
  }
  return nullptr;
}

std::unexpected<sim::CloudError> unprocessable(std::string message) {
  return sim::refuse(422, "unprocessable_entity", std::move(message));
}

std::unexpected<sim::CloudError> no_such_resource() {
  return sim::refuse(404, "not_found", "The resource you requested could not be found.");
}

sim::Outcome<PageRange> page_range(const DropletsCall& call, std::size_t total) {
  const auto page = positive(call.parameter("page"), 1);
  const auto per_page = positive(call.parameter("per_page"), 20);
  if (!page || !per_page || *page > 1'000'000) {
    return unprocessable("page and per_page must be positive numbers");
  }
  PageRange range{.page = *page, .per_page = std::min(*per_page, kPerPageMax)};
  range.begin = std::min(total, (range.page - 1) * range.per_page);
  range.end = std::min(total, range.begin + range.per_page);
  return range;
}

std::string print_page(const DropletsCall& call, const char* member, json::array items,
                       const PageRange& range, std::size_t total) {
  const std::size_t last = std::max<std::size_t>(1, (total + range.per_page - 1) / range.per_page);
  json::object pages;
  if (range.page > 1) {
    pages["first"] = page_link(call, range, 1);
    pages["prev"] = page_link(call, range, range.page - 1);
  }
  if (range.page < last) {
    pages["next"] = page_link(call, range, range.page + 1);
    pages["last"] = page_link(call, range, last);
  }
  json::object links;
  if (!pages.empty()) links["pages"] = std::move(pages);
  json::object answer;
  answer[member] = std::move(items);
  answer["links"] = std::move(links);
  answer["meta"] = {{"total", total}};
  return json::print(answer);
}

sim::Outcome<std::string> page_of(const DropletsCall& call, const char* member, json::array items) {
  return page_of(call, member, items.size(), [&](std::size_t i) { return items[i]; });
}

}  // namespace mayfly::cloudsim
