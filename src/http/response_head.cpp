#include "http/response_head.h"

#include <fmt/format.h>

#include <array>
#include <ctime>

#include "core/assert.h"

namespace mayfly::http {
namespace {

bool is_servers_business(std::string_view name) {
  return equals_ignoring_case(name, "Content-Length") ||
         equals_ignoring_case(name, "Transfer-Encoding") || equals_ignoring_case(name, "Date") ||
         equals_ignoring_case(name, "Connection");
}

// Values may carry what a user once sent (a Location, an ETag), so a line end inside must not begin
// another header or another answer. RFC 9110 section 5.5 lets a recipient read such bytes as
// spaces; we write them so.
void append_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    out += (byte < ' ' && byte != '\t') || byte == 0x7F ? ' ' : c;
  }
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  append_value(out, value);
  out += "\r\n";
}

}  // namespace

std::string response_head(const Response& response, Framing framing, std::string_view date) {
  ASSERT(response.status >= 200 && response.status <= 999);
  std::string out;
  out.reserve(256);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status,
                 reason_phrase(response.status));
  append_header(out, "Date", date);
  for (const Header& header : response.headers) {
    // Names come from our code, never from outside.
    ASSERT(is_token(header.name) && !is_servers_business(header.name));
    append_header(out, header.name, header.value);
  }
  switch (framing.body) {
    case BodyKind::sized:
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.body.size());
      break;
    case BodyKind::chunked:
      out += "Transfer-Encoding: chunked\r\n";
      break;
    case BodyKind::none:
    case BodyKind::until_close:
      break;
  }
  if (framing.close) {
    out += "Connection: close\r\n";
  } else if (framing.say_keep_alive) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  return out;
}

std::string_view DateCache::at(Time now) {
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second != second_) {
    second_ = second;
    const std::time_t seconds = second.time_since_epoch().count();
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    text_ =
        fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[utc.tm_wday], utc.tm_mday,
                    months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  }
  return text_;
}

}  // namespace mayfly::http
