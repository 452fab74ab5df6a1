#include "http/chunked.h"

#include <algorithm>

namespace mayfly::http {
namespace {

constexpr int kSizeDigitsMax = 16;
// Extensions and trailers are read and forgotten; without a limit a client could send them forever.
constexpr std::size_t kIgnoredMax = 16 << 10;

}  // namespace

std::size_t ChunkedDecoder::feed(std::string_view bytes, std::string& body) {
  std::size_t consumed = 0;
  while (state_ == State::reading && consumed < bytes.size()) {
    if (place_ == Place::data) {
      consumed += take_data(bytes.substr(consumed), body);
    } else {
      take(bytes[consumed]);
      ++consumed;
    }
  }
  return consumed;
}

std::size_t ChunkedDecoder::take_data(std::string_view bytes, std::string& body) {
  const std::size_t taken = std::min<std::uint64_t>(chunk_left_, bytes.size());
  body.append(bytes.substr(0, taken));
  body_size_ += taken;
  chunk_left_ -= taken;
  if (chunk_left_ == 0) place_ = Place::data_return;
  return taken;
}

void ChunkedDecoder::take(char c) {
  switch (place_) {
    case Place::size:
      return take_size(c);
    case Place::extension:
      return take_ignored(c, Place::size_line_end);
    case Place::size_line_end:
      expect(c, '\n', Place::data);
      return end_size_line();
    case Place::data:
      return;  // feed() hands data over in bulk
    case Place::data_return:
      return expect(c, '\r', Place::data_line_end);
    case Place::data_line_end:
      return expect(c, '\n', Place::size);
    case Place::trailer_start:
      if (c == '\r') {
        place_ = Place::last_line_end;
        return;
      }
      place_ = Place::trailer;
      return take_ignored(c, Place::trailer_line_end);
    case Place::trailer:
      return take_ignored(c, Place::trailer_line_end);
    case Place::trailer_line_end:
      return expect(c, '\n', Place::trailer_start);
    case Place::last_line_end:
      expect(c, '\n', Place::size);
      if (state_ == State::reading) state_ = State::done;
      return;
  }
}

void ChunkedDecoder::take_size(char c) {
  const int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
  if (digit >= 0) {
    chunk_left_ = chunk_left_ * 16 + static_cast<unsigned>(digit);
    if (++digits_ > kSizeDigitsMax) state_ = State::malformed;
  } else if (digits_ == 0) {
    state_ = State::malformed;
  } else if (c == '\r') {
    place_ = Place::size_line_end;
  } else if (c == ';' || c == ' ' || c == '\t') {
    place_ = Place::extension;
  } else {
    state_ = State::malformed;
  }
}

void ChunkedDecoder::take_ignored(char c, Place at_return) {
  if (c == '\r') {
    place_ = at_return;
  } else if (c == '\n' || c == '\0' || ++ignored_ > kIgnoredMax) {
    state_ = State::malformed;
  }
}

void ChunkedDecoder::expect(char c, char expected, Place next) {
  if (c == expected) {
    place_ = next;
  } else {
    state_ = State::malformed;
  }
}

void ChunkedDecoder::end_size_line() {
  if (state_ != State::reading) return;
  digits_ = 0;
  if (chunk_left_ == 0) {
    place_ = Place::trailer_start;
  } else if (chunk_left_ > body_max_ - body_size_) {
    state_ = State::too_large;
  }
}

}  // namespace mayfly::http
