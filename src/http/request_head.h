// The request line and header of one request. Beast's parser is strict about their grammar; what it
// lets pass and HTTP forbids (folded lines, transfer codings it does not know, two Hosts) is
// refused here. A pure function of a complete head, so it can be tested and fuzzed without a
// socket.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "http/server.h"

namespace mayfly::http {

// Why the transport answers itself; the connection ends after it.
struct Refused {
  int status = 400;
  std::string_view why;  // a sentence for the client
};

struct RequestHead {
  Request request;
  bool is_http_1_0 = false;
  bool keep_alive = false;
  bool is_chunked = false;
  bool expects_continue = false;
  std::uint64_t content_length = 0;
};

// `head` ends with the empty line.
std::expected<RequestHead, Refused> parse_head(std::string_view head);

}  // namespace mayfly::http
