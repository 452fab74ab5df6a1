// Namespaces over pugixml, which knows none: what prefixes mean where, and names split and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly::rdf {

inline constexpr std::string_view kXmlNamespace = "http://www.w3.org/XML/1998/namespace";
inline constexpr std::string_view kXmlnsNamespace = "http://www.w3.org/2000/xmlns/";

struct QName {
  std::string_view prefix;
  std::string_view local;
};

// In scope at once: looking one up goes through them all.
inline constexpr std::size_t kBindingsMax = 256;

// Nothing checked: what is before the colon, if there is one, and behind.
QName split_name(std::string_view name);
// The same, of what is a name in both parts.
std::optional<QName> read_qname(std::string_view name);

// `xmlns` or `xmlns:x`: then the prefix, which may be empty.
bool is_declaration(std::string_view attribute_name, std::string_view& prefix);

// The bindings of an element and of those around it, innermost last.
class Namespaces {
 public:
  struct Mark {
    std::size_t bindings = 0;
    std::uint32_t scope = 0;
  };
  // The declarations of this element. Empty, or what is wrong with them.
  std::string push(pugi::xml_node element);
  Mark mark() const { return {.bindings = bindings_.size(), .scope = scope_}; }
  void pop(const Mark& mark) {
    bindings_.resize(mark.bindings);
    scope_ = mark.scope;
  }
  // A number for what is bound now: the same number, the same bindings.
  std::uint32_t scope() const { return scope_; }
  // Null when the prefix is not bound. Of no prefix: the default namespace, perhaps empty.
  const std::string_view* find(std::string_view prefix) const;

  struct Binding {
    std::string_view prefix;
    std::string_view name_space;
  };
  const std::vector<Binding>& bindings() const { return bindings_; }

 private:
  std::vector<Binding> bindings_;
  std::uint32_t scope_ = 0;
  std::uint32_t scopes_ = 0;  // how many there have been
};

}  // namespace mayfly::rdf
