// The tokens of Turtle that need care: IRIs, names, strings and numbers, cut out of a text. A token
// without escapes is a view of the text; one with escapes is put together in a buffer that the next
// token reuses. The first failure is kept, with its place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rdf/chars.h"

namespace mayfly::rdf {

class TurtleCursor {
 public:
  // The text is valid UTF-8 and outlives the cursor.
  explicit TurtleCursor(std::string_view text) : text_(text) {}

  std::size_t size() const { return text_.size(); }
  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  std::size_t error_line() const { return line_of(text_, error_at_); }
  // Always false, for `return fail(...)`.
  bool fail(std::string what);
  // `expected` and what is there instead.
  bool fail_expected(std::string_view expected);

  // Whitespace and comments.
  void skip_space();
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool at_end() const { return at_ >= text_.size(); }
  void skip(std::size_t bytes) { at_ += bytes; }
  bool take(char c) {
    if (peek() != c || at_end()) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word);
  // For looking ahead: back to where mark() was asked.
  std::size_t mark() const { return at_; }
  void rewind(std::size_t mark) { at_ = mark; }

  // Each of these stands at its first character.
  bool iri_reference(std::string_view& iri);  // <...>, not resolved
  bool quoted(std::string_view& text);        // '...', "...", and the long ones
  bool language(std::string_view& tag);       // @en
  bool blank_label(std::string_view& label);  // _:x
  bool local_name(std::string_view& local);   // after the colon; may be empty
  bool number(std::string_view& text, std::string_view& datatype);
  // A prefix, or a word such as PREFIX, a, true; up to what can be in neither. May be empty.
  std::string_view word();

 private:
  bool unicode_escape(char32_t& c);
  bool string_escape();
  bool local_escape(std::string_view& local, std::size_t start);

  std::string_view text_;
  std::size_t at_ = 0;
  std::string buffer_;
  std::string error_;
  std::size_t error_at_ = 0;
};

}  // namespace mayfly::rdf
