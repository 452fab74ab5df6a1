#include "json/write.h"

#include <algorithm>
#include <bit>
#include <charconv>

#include "json/print.h"

namespace mayfly::json {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr std::size_t kWord = 8;

template <class Word>
Word load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// One to seven bytes, then spaces; without a loop, and without reading past the end.
std::uint64_t load_short(const char* from, std::size_t size) {
  std::uint64_t word = kSpaces << (8 * size);
  if (size >= 4) {
    word |= load<std::uint32_t>(from);
    word |= std::uint64_t{load<std::uint32_t>(from + size - 4)} << (8 * (size - 4));
    return word;
  }
  for (const std::size_t at : {std::size_t{0}, size / 2, size - 1})
    word |= std::uint64_t{load<unsigned char>(from + at)} << (8 * at);
  return word;
}

}  // namespace

// Copies and looks in one pass: almost every text is short and clean.
void Writer::quoted(std::string_view text) {
  char* at = room(text.size() + kWord + 2);
  *at++ = '"';
  const char* from = text.data();
  std::size_t left = text.size();
  std::uint64_t dirty = 0;
  for (; left >= kWord; left -= kWord, from += kWord, at += kWord) {
    const std::uint64_t word = load<std::uint64_t>(from);
    std::memcpy(at, &word, kWord);
    dirty |= dirty_bytes(word);
  }
  if (left > 0) {
    const std::uint64_t word = load_short(from, left);
    std::memcpy(at, &word, kWord);
    dirty |= dirty_bytes(word);
    at += left;
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
