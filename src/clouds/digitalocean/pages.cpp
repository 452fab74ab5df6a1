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

boost::asio::awaitable<CloudResult<void>> read_pages(Api& api, Secret token, Listing listing,
                                                     Visit visit) {
  for (int page = 1; page <= kPagesMax; ++page) {
    ApiCall call{.operation = listing.operation, .path = page_path(listing, page)};
    auto reading = api.call(token, std::move(call));
    const CloudResult<json::value> tree = co_await std::move(reading);
    if (!tree) co_return std::unexpected(tree.error());
    const json::array* elements = array_of(*tree, listing.member);
    if (!elements) {
      co_return std::unexpected(
          unreadable(listing.operation, fmt::format("has no list '{}'", listing.member)));
    }
    for (const json::value& element : *elements) {
      if (auto visited = visit(element); !visited) co_return visited;
    }
    const CloudResult<bool> more = has_next(listing, *tree, page);
    if (!more) co_return std::unexpected(more.error());
    if (!*more) co_return CloudResult<void>{};
  }
  co_return std::unexpected(
      unreadable(listing.operation, fmt::format("has more than {} pages", kPagesMax)));
}

}  // namespace mayfly::clouds::digitalocean
