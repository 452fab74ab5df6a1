#include "clouds/digitalocean/pages.h"

#include <fmt/format.h>

#include "clouds/digitalocean/answer.h"

namespace mayfly::clouds::digitalocean {
namespace {

std::string page_path(const Listing& listing, int page) {
  return fmt::format("{}?{}{}per_page={}&page={}", listing.path, listing.filter,
                     listing.filter.empty() ? "" : "&", kPerPage, page);
}

// Whether links.pages.next names the page after this one. Of the link only its page number counts:
// the host and the filter of the next request are ours, whatever a server writes there.
CloudResult<bool> has_next(const Listing& listing, const json::value& tree, int page) {
  const json::value* links = member_of(tree, "links");
  const json::value* pages = links ? member_of(*links, "pages") : nullptr;
  const auto next = pages ? text_of(*pages, "next") : std::nullopt;
  if (!next) return false;
  const std::size_t query = next->find('?');
  if (query != std::string::npos) {
    const auto parameters = http::parse_form(std::string_view(*next).substr(query + 1));
    for (const auto& parameter : parameters.value_or(std::vector<http::Parameter>{})) {
      if (parameter.name == "page" && parameter.value == fmt::format("{}", page + 1)) return true;
    }
  }
  return std::unexpected(unreadable(
      listing.operation,
      fmt::format("links from page {} to something that is not page {}", page, page + 1)));
}

}  // namespace

boost::asio::awaitable<CloudResult<Page>> read_page(Api& api, Secret token, Listing listing,
                                                    int number) {
  ApiCall call{.operation = listing.operation, .path = page_path(listing, number)};
  auto reading = api.call(std::move(token), std::move(call));
  CloudResult<json::value> tree = co_await std::move(reading);
  if (!tree) co_return std::unexpected(tree.error());
  if (!array_of(*tree, listing.member)) {
    co_return std::unexpected(
        unreadable(listing.operation, fmt::format("has no list '{}'", listing.member)));
  }
  const CloudResult<bool> more = has_next(listing, *tree, number);
  if (!more) co_return std::unexpected(more.error());
  co_return Page{.elements = std::move(tree->as_object()[listing.member].as_array()),
                 .has_next = *more};
}

boost::asio::awaitable<CloudResult<void>> read_pages(Api& api, Secret token, Listing listing,
                                                     Visit visit) {
  for (int number = 1; number <= kPagesMax; ++number) {
    auto reading = read_page(api, token, listing, number);
    const CloudResult<Page> page = co_await std::move(reading);
    if (!page) co_return std::unexpected(page.error());
    for (const json::value& element : page->elements) {
      if (auto visited = visit(element); !visited) co_return visited;
    }
    if (!page->has_next) co_return CloudResult<void>{};
  }
  co_return std::unexpected(
      unreadable(listing.operation, fmt::format("has more than {} pages", kPagesMax)));
}

}  // namespace mayfly::clouds::digitalocean
