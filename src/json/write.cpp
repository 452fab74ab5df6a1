#include "json/write.h"

#include <algorithm>
#include <charconv>

#include "json/print.h"

namespace mayfly::json {

void Writer::quoted(std::string_view text) {
  std::size_t clean = clean_prefix(text);
  char* at = room(text.size() + 2);
  *at++ = '"';
  std::memcpy(at, text.data(), clean);
  at += clean;
  if (clean == text.size()) {
    *at++ = '"';
    return done(at);
  }
  done(at);
  while (clean < text.size()) {
    char escape[kEscapeBytesMax];
    raw({escape, escape_of(text[clean], escape)});
    text.remove_prefix(clean + 1);
    clean = clean_prefix(text);
    raw(text.substr(0, clean));
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
