// Takes the chunks of a request body apart as they arrive (RFC 9112 section 7.1). By hand, because
// Beast 1.81 asserts on a last chunk that is cut at the wrong byte, and takes trailers for headers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mayfly::http {

class ChunkedDecoder {
 public:
  enum class State { reading, done, malformed, too_large };

  explicit ChunkedDecoder(std::size_t body_max) : body_max_(body_max) {}

  // Appends what is body to `body` and answers how many bytes it consumed: all of them, unless the
  // state is another than `reading` afterwards.
  std::size_t feed(std::string_view bytes, std::string& body);
  State state() const { return state_; }

 private:
  enum class Place {
    size,
    extension,
    size_line_end,
    data,
    data_return,
    data_line_end,
    trailer_start,
    trailer,
    trailer_line_end,
    last_line_end,
  };

  void take(char c);
  void take_size(char c);
  void take_ignored(char c, Place at_return);
  void expect(char c, char expected, Place next);
  void end_size_line();
  std::size_t take_data(std::string_view bytes, std::string& body);

  const std::size_t body_max_;
  State state_ = State::reading;
  Place place_ = Place::size;
  int digits_ = 0;
  std::uint64_t chunk_left_ = 0;
  std::size_t body_size_ = 0;
  std::size_t ignored_ = 0;  // bytes of extensions and trailers so far
};

}  // namespace mayfly::http
