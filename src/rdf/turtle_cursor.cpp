#include "rdf/turtle_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "rdf/byte_search.h"
#include "rdf/iri.h"
#include "rdf/term.h"

namespace mayfly::rdf {
namespace {

enum : unsigned char { kIriByte = 1, kLocalByte = 2, kSpaceByte = 4 };

constexpr std::array<unsigned char, 256> kByteClasses = [] {
  std::array<unsigned char, 256> classes{};
  for (std::size_t c = 0x21; c < 256; ++c) classes[c] = kIriByte;
  for (const char c : std::string_view("<>\"{}|^`\\")) classes[static_cast<unsigned char>(c)] = 0;
  for (std::size_t c = 0; c < 128; ++c) {
    if (is_alnum(static_cast<char32_t>(c)) || c == '_' || c == '-' || c == ':')
      classes[c] |= kLocalByte;
    if (is_space(static_cast<char32_t>(c))) classes[c] |= kSpaceByte;
  }
  return classes;
}();

bool has_class(char c, unsigned char wanted) {
  return (kByteClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

}  // namespace

bool TurtleCursor::fail(std::string what) {
  if (error_.empty()) {
    error_ = std::move(what);
    error_at_ = at_;
  }
  return false;
}

bool TurtleCursor::fail_expected(std::string_view expected) {
  if (at_end()) return fail(fmt::format("expected {}, but the text ends", expected));
  constexpr std::size_t kShown = 20;
  std::size_t end = at_;
  while (end < text_.size() && end - at_ < kShown && text_[end] != '\n' && text_[end] != '\r')
    ++end;
  while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
  return fail(fmt::format("expected {}, found '{}'", expected, text_.substr(at_, end - at_)));
}

void TurtleCursor::skip_space() {
  while (at_ < text_.size()) {
    if (has_class(text_[at_], kSpaceByte)) {
      ++at_;
    } else if (text_[at_] == '#') {
      at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
    } else {
      return;
    }
  }
}

bool TurtleCursor::take(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool TurtleCursor::unicode_escape(char32_t& c) {
  const std::size_t digits = peek() == 'u' ? 4 : 8;
  ++at_;
  c = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int value = hex_value(static_cast<unsigned char>(peek()));
    if (value < 0) return fail_expected(fmt::format("{} hexadecimal digits", digits));
    c = c * 16 + static_cast<char32_t>(value);
    ++at_;
    if (c > 0x10FFFF) return fail("an escape is beyond the last Unicode character");
  }
  if (c >= 0xD800 && c <= 0xDFFF) return fail("an escape is half of a surrogate pair");
  return true;
}

bool TurtleCursor::iri_reference(std::string_view& iri) {
  const std::size_t start = ++at_;
  at_ = find_not_iri(text_, start);
  if (peek() == '>') {
    iri = text_.substr(start, at_++ - start);
    return true;
  }
  buffer_.assign(text_.substr(start, at_ - start));
  while (!take('>')) {
    if (has_class(peek(), kIriByte)) {
      buffer_.push_back(text_[at_++]);
      continue;
    }
    if (peek() != '\\' || (peek(1) != 'u' && peek(1) != 'U'))
      return fail_expected("a character that an IRI may have, or '>'");
    ++at_;
    char32_t c = 0;
    if (!unicode_escape(c)) return false;
    if (c < 0x80 && !has_class(static_cast<char>(c), kIriByte))
      return fail("an escape stands for a character that an IRI may not have");
    append_utf8(c, buffer_);
  }
  iri = buffer_;
  return true;
}

bool TurtleCursor::string_escape() {
  ++at_;
  if (peek() == 'u' || peek() == 'U') {
    char32_t c = 0;
    if (!unicode_escape(c)) return false;
    append_utf8(c, buffer_);
    return true;
  }
  constexpr std::string_view kLetters = "tbnrf\"'\\";
  constexpr std::string_view kMeaning = "\t\b\n\r\f\"'\\";
  const std::size_t which = at_end() ? std::string_view::npos : kLetters.find(peek());
  if (which == std::string_view::npos) return fail_expected("an escape such as \\n or \\u00E9");
  buffer_.push_back(kMeaning[which]);
  ++at_;
  return true;
}

bool TurtleCursor::quoted(std::string_view& text) {
  const char quote = peek();
  const bool is_long = peek(1) == quote && peek(2) == quote;
  const std::string_view closing = text_.substr(at_, is_long ? 3 : 1);
  const std::size_t opened = at_;
  at_ += closing.size();
  std::size_t start = at_;
  bool buffered = false;
  while (true) {
    at_ = find_byte(text_, at_, [quote](auto c) {
      return (c == quote) | (c == '\\') | (c == '\n') | (c == '\r');
    });
    if (at_end()) {
      at_ = opened;
      return fail("a string is not closed");
    }
    const char c = text_[at_];
    if (c == quote && text_.substr(at_).starts_with(closing)) break;
    if (c == '\\') {
      if (!buffered) buffer_.clear();
      buffered = true;
      buffer_.append(text_.substr(start, at_ - start));
      if (!string_escape()) return false;
      start = at_;
    } else if (!is_long && (c == '\n' || c == '\r')) {
      at_ = opened;
      return fail("a string is not closed at the end of its line");
    } else {
      ++at_;
    }
  }
  text = text_.substr(start, at_ - start);
  at_ += closing.size();
  if (buffered) text = buffer_.append(text);
  return true;
}

bool TurtleCursor::language(std::string_view& tag) {
  const std::size_t start = ++at_;
  while (is_alnum(static_cast<unsigned char>(peek())) || peek() == '-') ++at_;
  tag = text_.substr(start, at_ - start);
  return is_language_tag(tag) || fail(fmt::format("'@{}' is not a language tag", tag));
}

std::string_view TurtleCursor::word() {
  const std::size_t start = at_;
  std::size_t end = at_;  // behind the last character that may be the last one
  std::size_t at = at_;
  while (true) {
    const char32_t c = decode(text_, at);
    if (c == kNoChar) break;
    if (end == start ? is_name_base(c) : is_name_char(c)) {
      end = at;
    } else if (c != '.' || end == start) {
      break;
    }
  }
  at_ = end;
  return text_.substr(start, end - start);
}

bool TurtleCursor::blank_label(std::string_view& label) {
  at_ += 2;
  const std::size_t start = at_;
  std::size_t end = at_;
  std::size_t at = at_;
  while (true) {
    const char32_t c = decode(text_, at);
    if (c == kNoChar) break;
    if (end == start ? is_name_start(c) || is_digit(c) : is_name_char(c)) {
      end = at;
    } else if (c != '.' || end == start) {
      break;
    }
  }
  if (end == start) return fail_expected("the label of a blank node after '_:'");
  at_ = end;
  label = text_.substr(start, end - start);
  return true;
}

// %41 stays as it is, \, loses its backslash.
bool TurtleCursor::local_escape(std::string_view& local, std::size_t start) {
  buffer_.assign(text_.substr(start, at_ - start));
  std::size_t dots = 0;  // not part of the name unless something follows
  while (true) {
    const char c = peek();
    if (c == '.' && !at_end()) {
      ++dots;
      ++at_;
      continue;
    }
    std::size_t next = at_;
    const char32_t character = decode(text_, next);
    const bool plain = character != kNoChar && (is_name_char(character) || character == ':') &&
                       (is_name_start(character) || is_digit(character) || character == ':' ||
                        !buffer_.empty() || dots > 0);
    if (!plain && (at_end() || (c != '%' && c != '\\'))) break;
    buffer_.append(dots, '.');
    dots = 0;
    if (c == '%') {
      if (hex_value(static_cast<unsigned char>(peek(1))) < 0 ||
          hex_value(static_cast<unsigned char>(peek(2))) < 0)
        return fail_expected("two hexadecimal digits after '%' in a name");
      next = at_ + 3;
    } else if (c == '\\') {
      ++at_;
      if (at_end() ||
          std::string_view("_~.-!$&'()*+,;=/?#@%").find(peek()) == std::string_view::npos)
        return fail_expected("a character that a name may escape");
      next = at_ + 1;
    }
    buffer_.append(text_.substr(at_, next - at_));
    at_ = next;
  }
  at_ -= dots;
  local = buffer_;
  return true;
}

bool TurtleCursor::local_name(std::string_view& local) {
  const std::size_t start = at_;
  while (at_ < text_.size() && has_class(text_[at_], kLocalByte) && (at_ > start || peek() != '-'))
    ++at_;
  const char next = peek();
  const bool more =
      next == '.' || next == '%' || next == '\\' || static_cast<unsigned char>(next) >= 0x80;
  if (more) return local_escape(local, start);
  local = text_.substr(start, at_ - start);
  return true;
}

bool TurtleCursor::number(std::string_view& text, std::string_view& datatype) {
  const std::size_t start = at_;
  const auto digits = [this] {
    const std::size_t before = at_;
    while (is_digit(static_cast<unsigned char>(peek()))) ++at_;
    return at_ - before;
  };
  if (peek() == '+' || peek() == '-') ++at_;
  const std::size_t whole = digits();
  datatype = kInteger;
  const auto after = static_cast<unsigned char>(peek(1));
  // A dot without digits after it ends the statement, unless an exponent makes it part of a double.
  const auto is_exponent = [this](std::size_t at) {
    if (peek(at) != 'e' && peek(at) != 'E') return false;
    const std::size_t sign = peek(at + 1) == '+' || peek(at + 1) == '-' ? 1 : 0;
    return is_digit(static_cast<unsigned char>(peek(at + 1 + sign)));
  };
  if (peek() == '.' && (is_digit(after) || (whole > 0 && is_exponent(1)))) {
    ++at_;
    digits();
    datatype = kDecimal;
  } else if (whole == 0) {
    return fail_expected("a number");
  }
  if (is_exponent(0)) {
    at_ += peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    digits();
    datatype = kDouble;
  }
  text = text_.substr(start, at_ - start);
  return true;
}

}  // namespace mayfly::rdf
