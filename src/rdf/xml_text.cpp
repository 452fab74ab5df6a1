#include "rdf/xml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "rdf/byte_search.h"
#include "rdf/chars.h"
#include "rdf/xml_encoding.h"

namespace mayfly::rdf {
namespace {

constexpr std::size_t kEntityDepthMax = 8;
constexpr std::size_t kNoOffset = std::string_view::npos;

struct Entity {
  std::string value;
  bool external = false;
};

// A text on its way through: the document, or the value of an entity that is being put in place.
struct Source {
  std::string_view text;
  std::size_t depth = 0;  // how many entities it is inside of
  std::size_t at = 0;
  std::size_t copied = 0;  // what is before has come out already

  bool ends() const { return at == text.size(); }
  std::string_view rest() const { return text.substr(at); }
};

class XmlScanner {
 public:
  XmlScanner(std::string_view text, std::size_t expanded_max)
      : document_{.text = text}, expanded_max_(expanded_max) {}

  bool run() { return content(document_); }
  // Whether something had to be put in place: mostly nothing, and then nothing is copied.
  bool has_changes() const { return document_.copied > 0; }
  std::string take_changed() {
    copy_to(document_, document_.text.size());
    return std::move(out_);
  }
  const std::string& error() const { return error_; }
  std::size_t error_line() const { return line_of(document_.text, error_at_); }

 private:
  bool fail(std::string what) {
    if (error_.empty()) {
      error_ = std::move(what);
      error_at_ = place_;
    }
    return false;
  }
  void copy_to(Source& source, std::size_t end) {
    out_ += source.text.substr(source.copied, end - source.copied);
    source.copied = end;
  }
  bool content(Source& source);
  bool markup(Source& source);
  bool skip_until(Source& source, std::size_t after, std::string_view closing,
                  std::string_view what);
  bool tag(Source& source);
  bool attribute(Source& source);
  bool reference(Source& source, bool in_attribute);
  bool expand(const Entity& entity, std::size_t depth, bool in_attribute);
  bool expand_in_attribute(Source& source);
  bool document_type(Source& source);
  bool declaration(std::string_view text);
  bool entity_declaration(std::string_view rest);
  bool entity_value(std::string_view quoted, std::string& value);

  Source document_;
  const std::size_t expanded_max_;
  std::string out_;
  std::map<std::string, Entity, std::less<>> entities_;
  std::string error_;
  std::size_t error_at_ = 0;
  std::size_t place_ = 0;  // in the document, also while an entity is being put in place
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

bool XmlScanner::content(Source& source) {
  while (true) {
    source.at = find_byte(source.text, source.at,
                          [](auto c) { return (c == '<') | (c == '&') | (c == ']'); });
    if (source.ends()) return true;
    if (source.depth == 0) place_ = source.at;
    if (source.text[source.at] == ']') {
      if (source.rest().starts_with("]]>")) return fail("']]>' must not be in text");
      ++source.at;
    } else if (source.text[source.at] == '&' ? !reference(source, false) : !markup(source)) {
      return false;
    }
  }
}

bool XmlScanner::skip_until(Source& source, std::size_t after, std::string_view closing,
                            std::string_view what) {
  const std::size_t end = source.text.find(closing, source.at + after);
  if (end == kNoOffset) return fail(fmt::format("{} is not closed", what));
  source.at = end + closing.size();
  return true;
}

bool XmlScanner::markup(Source& source) {
  const std::string_view here = source.rest();
  if (here.starts_with("<!--")) {
    const std::size_t dashes = here.find("--", 4);
    if (dashes != kNoOffset && !here.substr(dashes).starts_with("-->"))
      return fail("'--' must not be in a comment");
    return skip_until(source, 4, "-->", "a comment");
  }
  if (here.starts_with("<![CDATA[")) return skip_until(source, 9, "]]>", "a CDATA section");
  if (here.starts_with("<?")) return skip_until(source, 2, "?>", "a processing instruction");
  if (here.starts_with("<!DOCTYPE")) {
    if (source.depth > 0 || element_seen_ || type_seen_) return fail("a DOCTYPE is out of place");
    type_seen_ = true;
    return document_type(source);
  }
  element_seen_ = true;
  return tag(source);
}

bool XmlScanner::tag(Source& source) {
  ++source.at;
  while (true) {
    source.at = find_byte(source.text, source.at, [](auto c) {
      return (c == '<') | (c == '>') | (c == '"') | (c == '\'');
    });
    if (source.ends()) return fail("a tag is not closed");
    const char found = source.text[source.at];
    if (found == '<') return fail("'<' must not be inside a tag");
    if (found != '>') {
      if (!attribute(source)) return false;
      continue;
    }
    ++source.at;
    return true;
  }
}

// From quote to quote.
bool XmlScanner::attribute(Source& source) {
  const char quote = source.text[source.at++];
  while (true) {
    source.at = find_byte(source.text, source.at,
                          [quote](auto c) { return (c == quote) | (c == '<') | (c == '&'); });
    const char found = source.ends() ? '<' : source.text[source.at];
    if (found == '<') {
      return fail(source.text.find(quote, source.at) == kNoOffset
                      ? "the value of an attribute is not closed"
                      : "'<' must not be in the value of an attribute");
    }
    if (found == quote) {
      ++source.at;
      return true;
    }
    if (!reference(source, true)) return false;
  }
}

bool XmlScanner::reference(Source& source, bool in_attribute) {
  const std::size_t start = source.at;
  const std::size_t end = find_byte(source.text, start + 1, [](auto c) {
    return (c == ';') | (c == '&') | (c == '<') | (c == '"') | (c == '\'');
  });
  if (end == source.text.size() || source.text[end] != ';')
    return fail("'&' must be written as '&amp;'");
  const std::string_view name = source.text.substr(start + 1, end - start - 1);
  source.at = end + 1;
  if (name.starts_with('#')) {
    const std::string_view whole = source.text.substr(start, end + 1 - start);
    return character_reference(name) != kNoChar ||
           fail(fmt::format("'{}' is no character that XML has", whole.substr(0, 20)));
  }
  if (name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos")
    return true;
  if (!is_ncname(name)) return fail("'&' must be written as '&amp;'");
  const auto entity = entities_.find(name);
  if (entity == entities_.end())
    return fail(fmt::format("the entity '&{};' is not declared", name));
  if (entity->second.external)
    return fail(fmt::format("the entity '&{};' is external; nothing is fetched", name));
  copy_to(source, start);
  source.copied = source.at;
  return expand(entity->second, source.depth + 1, in_attribute);
}

bool XmlScanner::expand(const Entity& entity, std::size_t depth, bool in_attribute) {
  if (depth > kEntityDepthMax)
    return fail(fmt::format("entities are nested deeper than {} levels", kEntityDepthMax));
  expanded_ += entity.value.size();
  if (expanded_ > expanded_max_) return fail("its entities make the document too large");
  Source source{.text = entity.value, .depth = depth};
  if (in_attribute ? !expand_in_attribute(source) : !content(source)) return false;
  copy_to(source, source.text.size());
  return true;
}

// A quote that comes from an entity ends no value.
bool XmlScanner::expand_in_attribute(Source& source) {
  while (true) {
    source.at = find_byte(source.text, source.at, [](auto c) {
      return (c == '<') | (c == '&') | (c == '"') | (c == '\'');
    });
    if (source.ends()) return true;
    const char found = source.text[source.at];
    if (found == '<') return fail("'<' must not be in the value of an attribute");
    if (found == '&') {
      if (!reference(source, true)) return false;
      continue;
    }
    copy_to(source, source.at);
    out_ += found == '"' ? "&quot;" : "&apos;";
    source.copied = ++source.at;
  }
}

// `<!DOCTYPE rdf:RDF [ ... ]>`: only its line ends are kept.
bool XmlScanner::document_type(Source& source) {
  const std::string_view text = source.text;
  const std::size_t start = source.at;
  std::size_t& at = source.at;
  bool inside = false;
  copy_to(source, start);
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
  source.copied = at;
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

Result<std::string_view> prepare_xml(std::string_view format, std::string_view text,
                                     const Limits& limits, std::string& storage) {
  if (text.size() > limits.bytes_max)
    return std::unexpected(check_text(format, text, limits).error());
  TRY(const std::string_view utf8, xml_as_utf8(format, text, storage));
  if (const std::size_t at = find_not_xml(utf8); at != kNoOffset) {
    TRY_VOID(check_text(format, utf8, {.bytes_max = utf8.size()}));  // that it is UTF-8
    return fail_at(format, line_of(utf8, at), "holds a character that XML does not have");
  }
  XmlScanner scanner(utf8, limits.bytes_max);
  if (!scanner.run()) return fail_at(format, scanner.error_line(), scanner.error());
  if (!scanner.has_changes()) return utf8;
  return storage = scanner.take_changed();
}

}  // namespace mayfly::rdf
