#include "rdf/iri.h"

#include <algorithm>

#include "rdf/byte_search.h"
#include "rdf/chars.h"

namespace mayfly::rdf {
namespace {

// The five components; a component that is not there is told from one that is empty.
struct Parts {
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::string_view query;
  std::string_view fragment;
  bool has_authority = false;
  bool has_query = false;
  bool has_fragment = false;
};

Parts split(std::string_view iri) {
  Parts parts;
  parts.scheme = scheme_of(iri);
  if (!parts.scheme.empty()) iri.remove_prefix(parts.scheme.size() + 1);
  if (const std::size_t hash = iri.find('#'); hash != std::string_view::npos) {
    parts.has_fragment = true;
    parts.fragment = iri.substr(hash + 1);
    iri = iri.substr(0, hash);
  }
  if (const std::size_t mark = iri.find('?'); mark != std::string_view::npos) {
    parts.has_query = true;
    parts.query = iri.substr(mark + 1);
    iri = iri.substr(0, mark);
  }
  if (iri.starts_with("//")) {
    parts.has_authority = true;
    const std::size_t end = std::min(iri.find('/', 2), iri.size());
    parts.authority = iri.substr(2, end - 2);
    iri.remove_prefix(end);
  }
  parts.path = iri;
  return parts;
}

// RFC 3986, 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  const auto drop_last = [&out] {
    const std::size_t slash = out.rfind('/');
    out.resize(slash == std::string::npos ? 0 : slash);
  };
  while (!path.empty()) {
    if (path.starts_with("../")) {
      path.remove_prefix(3);
    } else if (path.starts_with("./") || path.starts_with("/./")) {
      path.remove_prefix(2);
    } else if (path == "/.") {
      path = "/";
    } else if (path.starts_with("/../")) {
      path.remove_prefix(3);
      drop_last();
    } else if (path == "/..") {
      path = "/";
      drop_last();
    } else if (path == "." || path == "..") {
      path = {};
    } else {
      const std::size_t end = std::min(path.find('/', 1), path.size());
      out += path.substr(0, end);
      path.remove_prefix(end);
    }
  }
  return out;
}

std::string merged_path(const Parts& base, std::string_view path) {
  if (base.has_authority && base.path.empty()) return "/" + std::string(path);
  const std::size_t slash = base.path.rfind('/');
  const std::string_view folder =
      slash == std::string_view::npos ? std::string_view{} : base.path.substr(0, slash + 1);
  return std::string(folder) + std::string(path);
}

}  // namespace

std::string_view scheme_of(std::string_view iri) {
  if (iri.empty() || !is_alpha(static_cast<unsigned char>(iri.front()))) return {};
  for (std::size_t at = 1; at < iri.size(); ++at) {
    const auto c = static_cast<unsigned char>(iri[at]);
    if (c == ':') return iri.substr(0, at);
    if (!is_alnum(c) && c != '+' && c != '-' && c != '.') return {};
  }
  return {};
}

std::size_t find_not_iri(std::string_view text, std::size_t at) {
  return find_byte(text, at, [](auto c) {
    return ((c >= 0) & (c <= ' ')) | (c == '<') | (c == '>') | (c == '"') | (c == '{') |
           (c == '}') | (c == '|') | (c == '^') | (c == '`') | (c == '\\');
  });
}

bool has_only_iri_chars(std::string_view iri) {
  return find_not_iri(iri, 0) == iri.size();
}

bool is_absolute_iri(std::string_view iri) {
  return !scheme_of(iri).empty() && has_only_iri_chars(iri);
}

std::string resolve(std::string_view base_iri, std::string_view reference) {
  if (!scheme_of(reference).empty() || base_iri.empty()) return std::string(reference);
  const Parts base = split(base_iri);
  const Parts given = split(reference);
  std::string out(base.scheme);
  if (!out.empty()) out += ':';
  const Parts& owner = given.has_authority ? given : base;
  if (owner.has_authority) {
    out += "//";
    out += owner.authority;
  }
  if (given.has_authority || given.path.starts_with('/')) {
    out += without_dot_segments(given.path);
  } else if (given.path.empty()) {
    out += base.path;
  } else {
    out += without_dot_segments(merged_path(base, given.path));
  }
  const Parts& asker = given.has_authority || !given.path.empty() || given.has_query ? given : base;
  if (asker.has_query) {
    out += '?';
    out += asker.query;
  }
  if (given.has_fragment) {
    out += '#';
    out += given.fragment;
  }
  return out;
}

}  // namespace mayfly::rdf
