// Status line and header of an answer, written straight into one string: Beast's serializer costs a
// fifth of the whole exchange.
#pragma once

#include <string>
#include <string_view>

#include "core/time.h"
#include "http/server.h"

namespace mayfly::http {

enum class BodyKind {
  none,   // 204 and 304
  sized,  // Content-Length
  chunked,
  until_close,  // of unknown length, to HTTP/1.0
};

struct Framing {
  BodyKind body = BodyKind::sized;
  bool close = false;
  bool say_keep_alive = false;  // HTTP/1.0 closes unless told otherwise
};

std::string response_head(const Response& response, Framing framing, std::string_view date);

// The Date header's value, made anew only when the second changes.
class DateCache {
 public:
  std::string_view at(Time now);

 private:
  std::chrono::sys_seconds second_{std::chrono::sys_seconds::min()};
  std::string text_;
};

}  // namespace mayfly::http
