#include "json/read.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <charconv>

#include "json/parse.h"
#include "json/print.h"

namespace mayfly::json {
namespace {

void append_utf8(unsigned code, std::string& out) {
  const auto byte = [&](unsigned bits) { out += static_cast<char>(bits); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 63));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 63));
    byte(0x80 | (code & 63));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 63));
    byte(0x80 | (code >> 6 & 63));
    byte(0x80 | (code & 63));
  }
}

}  // namespace

bool Reader::fail(std::string_view expected) {
  if (!failed()) expected_ = expected;
  return false;
}

Result<void> Reader::finish() {
  blank();
  if (!failed() && at_ != end_) fail("the end");
  if (!failed()) return {};
  return mayfly::fail(ErrorCode::malformed,
                      fmt::format("The document is not as expected at byte {}, near '{}': {} was "
                                  "expected",
                                  at_ - begin_, key_, expected_));
}

bool Reader::enter(char bracket) {
  if (failed()) return false;
  blank();
  if (at_ == end_ || *at_ != bracket) return fail(bracket == '{' ? "an object" : "a list");
  ++at_;
  return true;
}

// After an opening bracket: false when the closing one follows at once.
bool Reader::first(char close) {
  blank();
  if (at_ == end_ || *at_ != close) return true;
  ++at_;
  return false;
}

// After a value: true when another one follows.
bool Reader::next(char close) {
  if (failed()) return false;
  blank();
  if (at_ == end_ || (*at_ != ',' && *at_ != close)) return fail("a comma or the end of the list");
  return *at_++ == ',';
}

bool Reader::name() {
  std::string_view found;
  if (!text(found)) return false;
  if (found.data() == scratch_.data()) {
    key_text_ = found;
    found = key_text_;
  }
  key_ = found;
  blank();
  if (at_ == end_ || *at_ != ':') return fail("a colon");
  ++at_;
  return true;
}

bool Reader::text(std::string_view& out) {
  if (failed()) return false;
  blank();
  if (at_ == end_ || *at_ != '"') return fail("a text");
  const std::string_view rest(at_ + 1, static_cast<std::size_t>(end_ - at_ - 1));
  const std::size_t clean = clean_prefix(rest);
  if (clean < rest.size() && rest[clean] == '"') {
    out = rest.substr(0, clean);
    at_ += clean + 2;
    return true;
  }
  scratch_.clear();
  if (!unescape(scratch_)) return false;
  out = scratch_;
  return true;
}

bool Reader::text(std::string& out) {
  std::string_view found;
  if (!text(found)) return false;
  out = found;
  return true;
}

bool Reader::unescape(std::string& out) {
  ++at_;
  while (true) {
    const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
    const std::size_t clean = clean_prefix(rest);
    out.append(rest, 0, clean);
    at_ += clean;
    if (at_ == end_) return fail("the end of the text");
    if (*at_ == '"') {
      ++at_;
      return true;
    }
    if (*at_ != '\\') return fail("no control character");
    if (!escaped(out)) return false;
  }
}

bool Reader::escaped(std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  if (end_ - at_ < 2) return fail("an escape");
  const char letter = at_[1];
  if (const std::size_t known = kLetters.find(letter); known != std::string_view::npos) {
    out += kMeant[known];
    at_ += 2;
    return true;
  }
  unsigned code = 0;
  if (!unit(code)) return false;
  if (code >= 0xdc00 && code < 0xe000) return fail("a pair of surrogates");
  if (code >= 0xd800 && code < 0xdc00) {
    unsigned low = 0;
    if (!unit(low)) return false;
    if (low < 0xdc00 || low >= 0xe000) return fail("a pair of surrogates");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(code, out);
  return true;
}

// \uXXXX
bool Reader::unit(unsigned& out) {
  if (end_ - at_ < 6 || at_[0] != '\\' || at_[1] != 'u') return fail("an escape");
  const auto [stop, error] = std::from_chars(at_ + 2, at_ + 6, out, 16);
  if (error != std::errc{} || stop != at_ + 6) return fail("four hexadecimal digits");
  at_ += 6;
  return true;
}

std::string_view Reader::number_text() {
  blank();
  const char* stop = at_;
  const auto belongs = [](char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  };
  while (stop != end_ && belongs(*stop)) ++stop;
  return {at_, static_cast<std::size_t>(stop - at_)};
}

bool Reader::integer(std::int64_t& out) {
  if (failed()) return false;
  const std::string_view text = number_text();
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || stop != text.data() + text.size()) return fail("a whole number");
  at_ += text.size();
  return true;
}

bool Reader::millionths(std::int64_t& out) {
  if (failed()) return false;
  const std::string_view text = number_text();
  const auto parsed = parse_millionths(text);
  if (!parsed) return fail("a number with at most six decimals");
  out = *parsed;
  at_ += text.size();
  return true;
}

bool Reader::word(std::string_view expected) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(expected))
    return false;
  at_ += expected.size();
  return true;
}

bool Reader::boolean(bool& out) {
  if (failed()) return false;
  blank();
  if (word("true")) {
    out = true;
    return true;
  }
  if (!word("false")) return fail("true or false");
  out = false;
  return true;
}

bool Reader::null() {
  if (failed()) return false;
  blank();
  return word("null");
}

void Reader::skip() {
  if (!failed()) skip_value(0);
}

void Reader::skip_value(int depth) {
  if (depth > static_cast<int>(kDepthMax)) {
    fail("a document less deep");
    return;
  }
  blank();
  const char c = at_ == end_ ? '\0' : *at_;
  if (c == '{') {
    for (bool more = object(); more; more = next_member()) skip_value(depth + 1);
  } else if (c == '[') {
    for (bool more = list(); more; more = next_element()) skip_value(depth + 1);
  } else if (c == '"') {
    std::string_view ignored;
    text(ignored);
  } else if (!word("null") && !word("true") && !word("false")) {
    const std::size_t digits = number_text().size();
    if (digits == 0) fail("a value");
    at_ += digits;
  }
}

bool Reader::tree(value& out) {
  blank();
  const char* begin = at_;
  skip();
  if (failed()) return false;
  auto parsed = parse({begin, static_cast<std::size_t>(at_ - begin)});
  if (!parsed) return fail("a value");
  out = *std::move(parsed);
  return true;
}

}  // namespace mayfly::json
