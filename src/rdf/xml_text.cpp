#include "rdf/xml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "rdf/chars.h"
#include "rdf/xml_encoding.h"

namespace mayfly::rdf {
namespace {

constexpr std::size_t kEntityDepthMax = 8;
// What ends a piece that is copied as it is.
constexpr ByteSet kInText("<&]");
constexpr ByteSet kInTag("<>\"'");
constexpr ByteSet kInAttribute("<&\"'");
constexpr std::size_t kNoOffset = std::string_view::npos;

struct Entity {
  std::string value;
  bool external = false;
};

class XmlScanner {
 public:
  XmlScanner(std::string_view text, std::size_t expanded_max)
      : text_(text), expanded_max_(expanded_max) {
    out_.reserve(text.size() + 64);
  }

  bool run() { return content(text_, 0); }
  std::string take() { return std::move(out_); }
  const std::string& error() const { return error_; }
  std::size_t error_line() const { return line_of(text_, error_at_); }

 private:
  bool fail(std::string what) {
    if (error_.empty()) {
      error_ = std::move(what);
      error_at_ = place_;
    }
    return false;
  }
  bool content(std::string_view text, std::size_t depth);
  bool markup(std::string_view text, std::size_t& at, std::size_t depth);
  bool copy_until(std::string_view text, std::size_t& at, std::size_t after,
                  std::string_view closing, std::string_view what);
  bool tag(std::string_view text, std::size_t& at, std::size_t depth);
  bool attribute_text(std::string_view text, std::size_t depth);
  bool reference(std::string_view text, std::size_t& at, std::size_t depth, bool in_attribute);
  bool document_type(std::string_view text, std::size_t& at);
  bool declaration(std::string_view text);
  bool entity_declaration(std::string_view rest);
  bool entity_value(std::string_view quoted, std::string& value);

  std::string_view text_;
  const std::size_t expanded_max_;
  std::string out_;
  std::map<std::string, Entity, std::less<>> entities_;
  std::string error_;
  std::size_t error_at_ = 0;
  std::size_t place_ = 0;  // in text_, also while an entity is being put in place
  std::size_t expanded_ = 0;
  bool element_seen_ = false;
  bool type_seen_ = false;
};

// "&#10;" -> the character; kNoChar if it is none that XML has.
char32_t character_reference(std::string_view name) {
  name.remove_prefix(1);
  const bool hex = name.starts_with('x');
  if (hex) name.remove_prefix(1);
  if (name.empty()) return kNoChar;
  char32_t c = 0;
  for (const char digit : name) {
    const int value = hex_value(static_cast<unsigned char>(digit));
    if (value < 0 || (!hex && value > 9)) return kNoChar;
    c = c * (hex ? 16 : 10) + static_cast<char32_t>(value);
    if (c > 0x10FFFF) return kNoChar;
  }
  return is_xml_char(c) ? c : kNoChar;
}

bool XmlScanner::content(std::string_view text, std::size_t depth) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t next = kInText.find(text, at);
    out_ += text.substr(at, next - at);
    at = next;
    if (at == text.size()) break;
    if (depth == 0) place_ = at;
    if (text[at] == ']') {
      if (text.substr(at).starts_with("]]>")) return fail("']]>' must not be in text");
      out_ += ']';
      ++at;
    } else if (text[at] == '&' ? !reference(text, at, depth, false) : !markup(text, at, depth)) {
      return false;
    }
  }
  return true;
}

bool XmlScanner::copy_until(std::string_view text, std::size_t& at, std::size_t after,
                            std::string_view closing, std::string_view what) {
  const std::size_t end = text.find(closing, at + after);
  if (end == kNoOffset) return fail(fmt::format("{} is not closed", what));
  out_ += text.substr(at, end + closing.size() - at);
  at = end + closing.size();
  return true;
}

bool XmlScanner::markup(std::string_view text, std::size_t& at, std::size_t depth) {
  const std::string_view here = text.substr(at);
  if (here.starts_with("<!--")) {
    const std::size_t dashes = text.find("--", at + 4);
    if (dashes != kNoOffset && !text.substr(dashes).starts_with("-->"))
      return fail("'--' must not be in a comment");
    return copy_until(text, at, 4, "-->", "a comment");
  }
  if (here.starts_with("<![CDATA[")) return copy_until(text, at, 9, "]]>", "a CDATA section");
  if (here.starts_with("<?")) return copy_until(text, at, 2, "?>", "a processing instruction");
  if (here.starts_with("<!DOCTYPE")) {
    if (depth > 0 || element_seen_ || type_seen_) return fail("a DOCTYPE is out of place");
    type_seen_ = true;
    return document_type(text, at);
  }
  element_seen_ = true;
  return tag(text, at, depth);
}

bool XmlScanner::tag(std::string_view text, std::size_t& at, std::size_t depth) {
  std::size_t start = at;  // of what is not copied yet
  std::size_t search = at + 1;
  while (true) {
    const std::size_t next = kInTag.find(text, search);
    if (next == text.size()) return fail("a tag is not closed");
    if (text[next] == '<') return fail("'<' must not be inside a tag");
    out_ += text.substr(start, next + 1 - start);
    if (text[next] == '>') {
      at = next + 1;
      return true;
    }
    const std::size_t close = text.find(text[next], next + 1);
    if (close == kNoOffset) return fail("the value of an attribute is not closed");
    if (!attribute_text(text.substr(next + 1, close - next - 1), depth)) return false;
    start = close;
    search = close + 1;
  }
}

// Of the document itself (depth 0) or of an entity inside an attribute.
bool XmlScanner::attribute_text(std::string_view text, std::size_t depth) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t next = kInAttribute.find(text, at);
    out_ += text.substr(at, next - at);
    at = next;
    if (at == text.size()) break;
    if (text[at] == '<') return fail("'<' must not be in the value of an attribute");
    if (text[at] == '&') {
      if (!reference(text, at, depth, true)) return false;
    } else {
      out_ += depth == 0 ? text.substr(at, 1) : text[at] == '"' ? "&quot;" : "&apos;";
      ++at;
    }
  }
  return true;
}

bool XmlScanner::reference(std::string_view text, std::size_t& at, std::size_t depth,
                           bool in_attribute) {
  const std::size_t end = text.find(';', at);
  if (end == kNoOffset) return fail("'&' must be written as '&amp;'");
  const std::string_view name = text.substr(at + 1, end - at - 1);
  const std::string_view whole = text.substr(at, end + 1 - at);
  at = end + 1;
  if (name.starts_with('#')) {
    if (character_reference(name) == kNoChar)
      return fail(fmt::format("'{}' is no character that XML has", whole.substr(0, 20)));
    out_ += whole;
    return true;
  }
  if (name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos") {
    out_ += whole;
    return true;
  }
  if (!is_ncname(name)) return fail("'&' must be written as '&amp;'");
  const auto entity = entities_.find(name);
  if (entity == entities_.end())
    return fail(fmt::format("the entity '&{};' is not declared", name));
  if (entity->second.external)
    return fail(fmt::format("the entity '&{};' is external; nothing is fetched", name));
  if (depth >= kEntityDepthMax)
    return fail(fmt::format("entities are nested deeper than {} levels", kEntityDepthMax));
  expanded_ += entity->second.value.size();
  if (expanded_ > expanded_max_) return fail("its entities make the document too large");
  return in_attribute ? attribute_text(entity->second.value, depth + 1)
                      : content(entity->second.value, depth + 1);
}

// `<!DOCTYPE rdf:RDF [ ... ]>`: only its line ends are kept.
bool XmlScanner::document_type(std::string_view text, std::size_t& at) {
  const std::size_t start = at;
  bool inside = false;
  at += std::string_view("<!DOCTYPE").size();
  while (true) {
    const std::size_t next = text.find_first_of("\"'[]<>%", at);
    if (next == kNoOffset) return fail("the DOCTYPE is not closed");
    const char c = text[next];
    place_ = next;
    at = next + 1;
    if (c == '"' || c == '\'') {
      at = text.find(c, at);
      if (at == kNoOffset) return fail("a quoted text in the DOCTYPE is not closed");
      ++at;
    } else if (c == '[' && !inside) {
      inside = true;
    } else if (c == ']' && inside) {
      inside = false;
    } else if (c == '>' && !inside) {
      break;
    } else if (c == '%' && inside) {
      return fail("parameter entities are not supported");
    } else if (c == '<' && inside) {
      const std::string_view rest = text.substr(next);
      const std::string_view closing = rest.starts_with("<!--") ? "-->"
                                       : rest.starts_with("<?") ? "?>"
                                                                : "";
      std::size_t end = next + 1;
      if (!closing.empty()) {
        end = text.find(closing, next + 2);
        if (end == kNoOffset) return fail("the DOCTYPE is not closed");
        at = end + closing.size();
        continue;
      }
      while (end < text.size() && text[end] != '>') {
        if (text[end] == '"' || text[end] == '\'') end = text.find(text[end], end + 1);
        if (end == kNoOffset) return fail("a declaration in the DOCTYPE is not closed");
        ++end;
      }
      if (end >= text.size()) return fail("a declaration in the DOCTYPE is not closed");
      if (!declaration(text.substr(next, end - next))) return false;
      at = end + 1;
    } else {
      return fail(fmt::format("'{}' is out of place in the DOCTYPE", c));
    }
  }
  out_.append(static_cast<std::size_t>(std::ranges::count(text.substr(start, at - start), '\n')),
              '\n');
  return true;
}

bool XmlScanner::declaration(std::string_view text) {
  if (text.starts_with("<!ENTITY")) return entity_declaration(text.substr(8));
  if (text.starts_with("<!ELEMENT") || text.starts_with("<!NOTATION")) return true;
  if (text.starts_with("<!ATTLIST")) {
    if (text.find_first_of("\"'") == kNoOffset) return true;
    return fail("default values of attributes are not supported");
  }
  return fail("a declaration in the DOCTYPE is not known");
}

bool XmlScanner::entity_declaration(std::string_view rest) {
  rest = trimmed(rest);
  if (rest.starts_with('%')) return true;  // its use is refused
  const std::size_t end = std::min(rest.find_first_of(" \t\r\n"), rest.size());
  const std::string_view name = rest.substr(0, end);
  if (!is_ncname(name)) return fail("an entity has no name");
  rest = trimmed(rest.substr(end));
  Entity entity;
  if (rest.starts_with("SYSTEM") || rest.starts_with("PUBLIC")) {
    entity.external = true;
  } else if (rest.size() < 2 || (rest[0] != '"' && rest[0] != '\'') ||
             rest.find(rest[0], 1) != rest.size() - 1) {
    return fail(fmt::format("the value of the entity '{}' is not in quotes", name));
  } else if (!entity_value(rest.substr(1, rest.size() - 2), entity.value)) {
    return false;
  }
  entities_.try_emplace(std::string(name), std::move(entity));  // the first one counts
  return true;
}

// Character references are replaced when the entity is declared, other references when it is used.
bool XmlScanner::entity_value(std::string_view quoted, std::string& value) {
  while (!quoted.empty()) {
    const std::size_t next = std::min(quoted.find("&#"), quoted.size());
    value += quoted.substr(0, next);
    quoted.remove_prefix(next);
    if (quoted.empty()) break;
    const std::size_t end = quoted.find(';');
    const char32_t c = end == kNoOffset ? kNoChar : character_reference(quoted.substr(1, end - 1));
    if (c == kNoChar) return fail("a character reference in the DOCTYPE is wrong");
    append_utf8(c, value);
    quoted.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

Result<std::string> prepare_xml(std::string_view format, std::string_view text,
                                const Limits& limits) {
  if (text.size() > limits.bytes_max)
    return std::unexpected(check_text(format, text, limits).error());
  std::string storage;
  TRY(const std::string_view utf8, xml_as_utf8(format, text, storage));
  TRY_VOID(check_text(format, utf8, {.bytes_max = 2 * limits.bytes_max}));
  if (const std::size_t at = find_not_xml(utf8); at != kNoOffset)
    return fail_at(format, line_of(utf8, at), "holds a character that XML does not have");
  XmlScanner scanner(utf8, limits.bytes_max);
  if (!scanner.run()) return fail_at(format, scanner.error_line(), scanner.error());
  return scanner.take();
}

}  // namespace mayfly::rdf
