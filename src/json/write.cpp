#include "json/write.h"

#include <algorithm>
#include <charconv>

#include "json/print.h"

namespace mayfly::json {

// Copies and looks in one pass: almost every text is short and clean.
void Writer::quoted(std::string_view text) {
  constexpr std::size_t kWord = 8;
  char* const start = room(text.size() + kWord + 2);
  char* at = start;
  *at++ = '"';
  const char* from = text.data();
  const char* const end = from + text.size();
  std::uint64_t dirty = 0;
  while (end - from >= static_cast<std::ptrdiff_t>(kWord)) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, kWord);
    std::memcpy(at, &word, kWord);
    dirty |= dirty_bytes(word);
    from += kWord;
    at += kWord;
  }
  if (from != end) {
    std::uint64_t word = kSpaces;
    std::memcpy(&word, from, static_cast<std::size_t>(end - from));
    std::memcpy(at, &word, kWord);
    dirty |= dirty_bytes(word);
    at += end - from;
  }
  if (dirty != 0) return escaped(text);
  *at++ = '"';
  done(at);
}

void Writer::escaped(std::string_view text) {
  put('"');
  while (true) {
    const std::size_t clean = clean_prefix(text);
    raw(text.substr(0, clean));
    if (clean == text.size()) break;
    char escape[kEscapeBytesMax];
    raw({escape, escape_of(text[clean], escape)});
    text.remove_prefix(clean + 1);
  }
  put('"');
}

void Writer::number(std::int64_t number) {
  constexpr std::size_t kDigitsMax = 20;
  char* at = room(kDigitsMax);
  done(std::to_chars(at, at + kDigitsMax, number).ptr);
}

void Writer::clear() {
  // One very large text must not hold its memory for ever.
  constexpr std::ptrdiff_t kKeptMax = 1 << 20;
  if (end_ - buffer_.get() > kKeptMax) {
    buffer_.reset();
    end_ = nullptr;
  }
  at_ = buffer_.get();
}

void Writer::grow(std::size_t bytes) {
  constexpr std::size_t kFirst = 4096;
  const std::size_t used = size();
  const std::size_t wanted = std::max({kFirst, 2 * used, used + bytes});
  auto larger = std::make_unique_for_overwrite<char[]>(wanted);
  if (used > 0) std::memcpy(larger.get(), buffer_.get(), used);
  buffer_ = std::move(larger);
  at_ = buffer_.get() + used;
  end_ = buffer_.get() + wanted;
}

namespace detail {

Writer& scratch() {
  thread_local Writer writer;
  writer.clear();
  return writer;
}

void write_tree(const value& tree, Writer& out) {
  out.raw(print(tree));
}

}  // namespace detail
}  // namespace mayfly::json
