#include "clouds/aws/sigv4.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <vector>

#include "core/assert.h"
#include "core/id.h"

namespace mayfly::clouds::aws {
namespace {

using Digest = std::array<unsigned char, 32>;

Digest hmac_sha256(std::string_view key, std::string_view text) {
  Digest digest{};
  unsigned length = 0;
  const unsigned char* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                   reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                   digest.data(), &length);
  ASSERT(made != nullptr && length == digest.size());
  return digest;
}

std::string_view view_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hex_of(const Digest& digest) {
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

// 20260102T030405Z
std::string amz_date(Time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    pieces.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return pieces;
}

// Without empty, "." and ".." segments, and with what is left percent-encoded once more: every
// service but S3 signs the path as it is encoded on the wire, encoded again.
std::string canonical_path(std::string_view path) {
  const std::vector<std::string_view> segments = split(path, '/');
  std::vector<std::string_view> kept;
  for (const std::string_view segment : segments) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string text;
  for (const std::string_view segment : kept) text += '/' + http::percent_encode(segment);
  const std::string_view last = segments.back();
  if (kept.empty() || last.empty() || last == "." || last == "..") text += '/';
  return text;
}

std::string canonical_query(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const std::string_view piece : split(query, '&')) {
    const std::size_t equals = std::min(piece.find('='), piece.size());
    pairs.emplace_back(piece.substr(0, equals), piece.substr(std::min(equals + 1, piece.size())));
  }
  std::ranges::sort(pairs);
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  }
  return text;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

// Trimmed, and every run of blanks inside as one.
std::string squeezed(std::string_view value) {
  std::string text;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) text += c;
    if (blank && !text.empty() && text.back() != ' ') text += ' ';
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

struct CanonicalHeaders {
  std::string lines;         // name:value\n, sorted
  std::string signed_names;  // name;name
};

CanonicalHeaders canonical_headers(const http::Headers& headers) {
  std::map<std::string, std::string> values;
  for (const http::Header& header : headers) {
    const auto [row, first] = values.try_emplace(lower_case(header.name), squeezed(header.value));
    if (!first) row->second += "," + squeezed(header.value);
  }
  CanonicalHeaders canonical;
  for (const auto& [name, value] : values) {
    canonical.lines += fmt::format("{}:{}\n", name, value);
    canonical.signed_names += (canonical.signed_names.empty() ? "" : ";") + name;
  }
  return canonical;
}

std::string canonical_request(const Signable& request, const CanonicalHeaders& headers) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path),
                     canonical_query(request.query), headers.lines, headers.signed_names,
                     sha256_hex(request.body));
}

Digest signing_key(const Secret& secret, std::string_view day, std::string_view region,
                   std::string_view service) {
  std::string seed = fmt::format("AWS4{}", secret.reveal());
  const Digest of_day = hmac_sha256(seed, day);
  OPENSSL_cleanse(seed.data(), seed.size());
  const Digest of_region = hmac_sha256(view_of(of_day), region);
  const Digest of_service = hmac_sha256(view_of(of_region), service);
  return hmac_sha256(view_of(of_service), "aws4_request");
}

}  // namespace

http::Headers sign(const Signable& request, const Credentials& credentials, std::string_view region,
                   std::string_view service, Time now) {
  const std::string date = amz_date(now);
  const std::string scope =
      fmt::format("{}/{}/{}/aws4_request", std::string_view(date).substr(0, 8), region, service);
  http::Headers added{{"X-Amz-Date", date}};
  if (!credentials.session_token.empty()) {
    added.push_back({"X-Amz-Security-Token", std::string(credentials.session_token.reveal())});
  }
  Signable whole = request;
  whole.headers.insert(whole.headers.end(), added.begin(), added.end());
  const CanonicalHeaders headers = canonical_headers(whole.headers);
  const std::string text = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", date, scope,
                                       sha256_hex(canonical_request(whole, headers)));
  const Digest key =
      signing_key(credentials.secret, std::string_view(date).substr(0, 8), region, service);
  added.push_back({"Authorization",
                   fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                               credentials.id, scope, headers.signed_names,
                               hex_of(hmac_sha256(view_of(key), text)))});
  return added;
}

}  // namespace mayfly::clouds::aws
