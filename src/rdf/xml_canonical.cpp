#include "rdf/xml_canonical.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "rdf/byte_search.h"
#include "rdf/chars.h"
#include "rdf/xml_text.h"

namespace mayfly::rdf {
namespace {

class Canonicalizer {
 public:
  explicit Canonicalizer(Namespaces& scope) : scope_(scope) {}

  bool content(pugi::xml_node parent, std::size_t depth) {
    return std::ranges::all_of(parent.children(),
                               [&](pugi::xml_node child) { return node(child, depth); });
  }
  CanonicalXml result() && { return {.text = std::move(out_), .error = std::move(error_)}; }

 private:
  struct Attribute {
    std::string_view name_space;
    std::string_view local;
    pugi::xml_attribute attribute;
  };

  bool fail(std::string what) {
    error_ = std::move(what);
    return false;
  }

  bool node(pugi::xml_node child, std::size_t depth) {
    switch (child.type()) {
      case pugi::node_element:
        return element(child, depth);
      case pugi::node_pcdata:
      case pugi::node_cdata:
        append_text(child.value());
        return true;
      case pugi::node_comment:
        out_ += "<!--";
        out_ += child.value();
        out_ += "-->";
        return true;
      case pugi::node_pi:
        if (!is_ncname(child.name()) || equal_ignoring_case(child.name(), "xml"))
          return fail("a processing instruction has no proper name");
        out_ += "<?";
        out_ += child.name();
        if (*child.value() != '\0') (out_ += ' ') += child.value();
        out_ += "?>";
        return true;
      default:
        return fail("XML in a literal may hold elements, text, comments and instructions");
    }
  }

  bool element(pugi::xml_node child, std::size_t depth) {
    if (depth == 0) return fail("elements are nested too deeply");
    if (!read_qname(child.name())) return fail(fmt::format("'{}' is no name", child.name()));
    const Namespaces::Mark scope_mark = scope_.mark();
    const std::size_t rendered_mark = rendered_.size();
    if (std::string wrong = scope_.push(child); !wrong.empty()) return fail(std::move(wrong));
    std::vector<std::string_view> prefixes{split_name(child.name()).prefix};
    std::vector<Attribute> attributes;
    if (!collect(child, prefixes, attributes)) return false;
    out_ += '<';
    out_ += child.name();
    if (!declare(std::move(prefixes))) return false;
    for (const Attribute& attribute : attributes)
      append_attribute(attribute.attribute.name(), attribute.attribute.value());
    out_ += '>';
    if (!content(child, depth - 1)) return false;
    out_ += "</";
    out_ += child.name();
    out_ += '>';
    rendered_.resize(rendered_mark);
    scope_.pop(scope_mark);
    return true;
  }

  bool collect(pugi::xml_node child, std::vector<std::string_view>& prefixes,
               std::vector<Attribute>& attributes) {
    for (const pugi::xml_attribute attribute : child.attributes()) {
      std::string_view declared;
      if (is_declaration(attribute.name(), declared)) continue;
      if (!read_qname(attribute.name()))
        return fail(fmt::format("'{}' is no name", attribute.name()));
      const QName name = split_name(attribute.name());
      Attribute found{.name_space = {}, .local = name.local, .attribute = attribute};
      if (!name.prefix.empty()) {
        const std::string_view* name_space = scope_.find(name.prefix);
        if (name_space == nullptr)
          return fail(fmt::format("the prefix '{}:' is not declared", name.prefix));
        found.name_space = *name_space;
        prefixes.push_back(name.prefix);
      }
      attributes.push_back(found);
    }
    const auto key = [](const Attribute& one) { return std::tuple(one.name_space, one.local); };
    std::ranges::sort(attributes, {}, key);
    const auto twin = std::ranges::adjacent_find(attributes, {}, key);
    return twin == attributes.end() ||
           fail(fmt::format("the attribute '{}' is given twice", twin->attribute.name()));
  }

  // Those that this element uses and that no element around it in the output has declared.
  bool declare(std::vector<std::string_view> prefixes) {
    std::ranges::sort(prefixes);
    const auto repeated = std::ranges::unique(prefixes);
    prefixes.erase(repeated.begin(), repeated.end());
    for (const std::string_view prefix : prefixes) {
      if (prefix == "xml") continue;
      const std::string_view* name_space = scope_.find(prefix);
      if (name_space == nullptr)
        return fail(fmt::format("the prefix '{}:' is not declared", prefix));
      const auto known = std::find_if(rendered_.rbegin(), rendered_.rend(),
                                      [&](const auto& one) { return one.prefix == prefix; });
      const std::string_view before = known == rendered_.rend() ? "" : known->name_space;
      if (before == *name_space) continue;
      rendered_.push_back({.prefix = prefix, .name_space = *name_space});
      append_attribute(prefix.empty() ? "xmlns" : fmt::format("xmlns:{}", prefix), *name_space);
    }
    return true;
  }

  void append_text(std::string_view text) {
    for (const char c : text) {
      switch (c) {
        case '&':
          out_ += "&amp;";
          break;
        case '<':
          out_ += "&lt;";
          break;
        case '>':
          out_ += "&gt;";
          break;
        case '\r':
          out_ += "&#xD;";
          break;
        default:
          out_ += c;
      }
    }
  }

  void append_attribute(std::string_view name, std::string_view value) {
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    for (const char c : value) {
      switch (c) {
        case '&':
          out_ += "&amp;";
          break;
        case '<':
          out_ += "&lt;";
          break;
        case '"':
          out_ += "&quot;";
          break;
        case '\t':
          out_ += "&#x9;";
          break;
        case '\n':
          out_ += "&#xA;";
          break;
        case '\r':
          out_ += "&#xD;";
          break;
        default:
          out_ += c;
      }
    }
    out_ += '"';
  }

  Namespaces& scope_;
  std::vector<Namespaces::Binding> rendered_;
  std::string out_;
  std::string error_;
};

// Content without markup: escaped is what has to be, in the one way that is canonical.
bool is_canonical_text(std::string_view text) {
  const auto special = [](auto c) { return (c == '&') | (c == '>') | (c == '\r'); };
  for (std::size_t at = 0; (at = find_byte(text, at, special)) < text.size(); ++at) {
    const std::string_view here = text.substr(at);
    if (!here.starts_with("&amp;") && !here.starts_with("&lt;") && !here.starts_with("&gt;") &&
        !here.starts_with("&#xD;"))
      return false;
  }
  return find_not_xml(text) == std::string_view::npos;
}

}  // namespace

CanonicalXml canonical_content(pugi::xml_node element, Namespaces& scope, std::size_t depth_max) {
  const Namespaces::Mark mark = scope.mark();
  Canonicalizer canonicalizer(scope);
  canonicalizer.content(element, depth_max);
  scope.pop(mark);
  return std::move(canonicalizer).result();
}

bool is_canonical_xml(std::string_view text) {
  if (text.find('<') == std::string_view::npos) return is_canonical_text(text);
  const std::string wrapped = fmt::format("<x>{}</x>", text);
  std::string storage;
  const Result<std::string_view> prepared =
      prepare_xml("XML", wrapped, {.bytes_max = wrapped.size()}, storage);
  if (!prepared) return false;
  pugi::xml_document document;
  if (!document.load_buffer(prepared->data(), prepared->size(), kXmlParseFlags,
                            pugi::encoding_utf8))
    return false;
  if (document.first_child() != document.last_child()) return false;  // "</x><x>" within
  Namespaces scope;
  const CanonicalXml canonical = canonical_content(document.first_child(), scope, 100);
  return canonical.error.empty() && canonical.text == text;
}

}  // namespace mayfly::rdf
