// Turns the bytes of a connection into one request, however they are cut. Knows every limit that
// can be judged from bytes; time is the connection's business.
#pragma once

#include <string_view>

#include "http/chunked.h"
#include "http/request_head.h"

namespace mayfly::http {

constexpr std::size_t kHeadMax = 16 << 10;

class RequestReader {
 public:
  enum class Stage {
    nothing,  // no byte of the request yet
    head,
    body,
    complete,  // take() it
    refused,   // see refused()
  };

  explicit RequestReader(std::size_t body_max) : body_max_(body_max), chunks_(body_max) {}

  // `bytes` are all that came and are not consumed yet: a head is consumed when it is complete.
  // Answers how many are consumed now; what follows a complete request stays.
  std::size_t feed(std::string_view bytes);

  Stage stage() const { return stage_; }
  // The connection refuses what takes too long.
  void refuse(Refused why);
  const Refused& refused() const { return refused_; }
  const RequestHead& head() const { return head_; }
  RequestHead take() { return std::move(head_); }
  // Answers to HEAD have no body; known even when the rest of the head is nonsense.
  bool is_head_request() const { return is_head_request_; }

 private:
  std::size_t feed_head(std::string_view bytes);
  std::size_t begin_head(std::string_view bytes);
  // 0 while the empty line has not come, and when it never may.
  std::size_t find_head_end(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  void begin_body();

  const std::size_t body_max_;
  Stage stage_ = Stage::nothing;
  std::size_t scanned_ = 0;  // where the search for the end of the head goes on
  RequestHead head_;
  ChunkedDecoder chunks_;
  Refused refused_;
  bool is_head_request_ = false;
};

}  // namespace mayfly::http
