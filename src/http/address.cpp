#include "http/address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "core/assert.h"

namespace mayfly::http {
namespace {

using Bytes = std::array<unsigned char, 16>;

struct Net {
  Bytes base;
  int bits;
};

constexpr Net v4(int a, int b, int c, int bits) {
  return {
      {static_cast<unsigned char>(a), static_cast<unsigned char>(b), static_cast<unsigned char>(c)},
      bits};
}

// What IANA's special-purpose registry does not call globally reachable, and multicast.
constexpr Net kNotPublicV4[] = {
    v4(0, 0, 0, 8),      v4(10, 0, 0, 8),     v4(100, 64, 0, 10), v4(127, 0, 0, 8),
    v4(169, 254, 0, 16), v4(172, 16, 0, 12),  v4(192, 0, 0, 24),  v4(192, 0, 2, 24),
    v4(192, 88, 99, 24), v4(192, 168, 0, 16), v4(198, 18, 0, 15), v4(198, 51, 100, 24),
    v4(203, 0, 113, 24), v4(224, 0, 0, 4),    v4(240, 0, 0, 4),
};

// Of IPv6 only 2000::/3 is given out; these parts of it are not the Internet, or lead elsewhere.
constexpr Net kGlobalV6 = {{0x20}, 3};
constexpr Net kNotPublicV6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},  // protocol assignments, with Teredo, ORCHID and benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4: an IPv4 address inside
    {{0x3f, 0xff}, 20},              // documentation
};
constexpr Bytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool inside(const Bytes& address, const Net& net) {
  for (int bit = 0; bit < net.bits; bit += 8) {
    const int left = std::min(8, net.bits - bit);
    const auto mask = static_cast<unsigned char>(0xff << (8 - left));
    const auto byte = static_cast<std::size_t>(bit) / 8;
    if ((address[byte] & mask) != (net.base[byte] & mask)) return false;
  }
  return true;
}

template <std::size_t Count>
bool inside_any(const Bytes& address, const Net (&nets)[Count]) {
  return std::ranges::any_of(nets, [&](const Net& net) { return inside(address, net); });
}

bool is_public_v4(const unsigned char* four) {
  Bytes address{};
  std::copy_n(four, 4, address.begin());
  return !inside_any(address, kNotPublicV4);
}

bool is_public_v6(const Bytes& address) {
  if (std::equal(kMapped.begin(), kMapped.begin() + 12, address.begin()))
    return is_public_v4(address.data() + 12);
  return inside(address, kGlobalV6) && !inside_any(address, kNotPublicV6);
}

bool names_private(std::string host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.ends_with('.')) host.pop_back();
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  Bytes bytes{};
  const bool is_address = inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
                          inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
  return is_address && !is_public_address(host);
}

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// Empty when the URL has no such part.
std::string url_part(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) !=
      CURLUE_OK) {
    return {};
  }
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return text;
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    unsigned char four[4];
    std::memcpy(four, &v4.sin_addr, sizeof four);
    return is_public_v4(four);
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    Bytes bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return is_public_v6(bytes);
  }
  return false;
}

bool is_public_address(std::string_view text) {
  const std::string written(text);
  Bytes bytes{};
  if (inet_pton(AF_INET, written.c_str(), bytes.data()) == 1) return is_public_v4(bytes.data());
  return inet_pton(AF_INET6, written.c_str(), bytes.data()) == 1 && is_public_v6(bytes);
}

std::optional<WebAddress> read_web_address(const std::string& text, std::string_view& why) {
  why = "must be an http or https URL";
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7f; };
  if (!std::ranges::all_of(text, is_plain)) return std::nullopt;
  if (!text.starts_with("http://") && !text.starts_with("https://")) return std::nullopt;
  const Url url(curl_url(), &curl_url_cleanup);
  ASSERT(url != nullptr);
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return std::nullopt;
  const std::string host = url_part(url, CURLUPART_HOST);
  if (host.empty()) return std::nullopt;
  const std::string_view authority =
      std::string_view(text).substr(0, text.find_first_of("/?#", text.find("//") + 2));
  if (authority.contains('@')) {
    why = "must not have a user or a password in it";
    return std::nullopt;
  }
  if (text.contains('#')) {
    why = "must not have a fragment (#)";
    return std::nullopt;
  }
  WebAddress address{.url = url_part(url, CURLUPART_URL),
                     .host = host + ":" + url_part(url, CURLUPART_PORT)};
  address.is_private = names_private(host);
  std::ranges::transform(address.host, address.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return address;
}

}  // namespace mayfly::http
