// The short names of namespaces that a document was written with, or shall be written with. Order
// is that of first naming, so what is written is the same every time. A plain value.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly::rdf {

struct Prefix {
  std::string name;        // without the colon; may be empty
  std::string name_space;  // an absolute IRI
  bool operator==(const Prefix&) const = default;
};

class Prefixes {
 public:
  Prefixes() = default;
  Prefixes(std::initializer_list<Prefix> entries) : entries_(entries) {}

  // A name given before gets the new namespace.
  void set(std::string_view name, std::string_view name_space);
  const std::string* find(std::string_view name) const;
  // "dcterms:title" -> the IRI. Nothing when the prefix is unknown or there is no colon.
  std::optional<std::string> expand(std::string_view compact) const;

  const std::vector<Prefix>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  bool operator==(const Prefixes&) const = default;

 private:
  std::vector<Prefix> entries_;
};

}  // namespace mayfly::rdf
