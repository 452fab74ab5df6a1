// Reads a text/event-stream (WHATWG HTML, 9.2.6) however its bytes are cut.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace mayfly::cli {

struct ServerSentEvent {
  std::string id;  // the last one given, also by an earlier event
  std::string type = "message";
  std::string data;
  bool operator==(const ServerSentEvent&) const = default;
};

class SseParser {
 public:
  using OnEvent = std::function<void(const ServerSentEvent&)>;

  explicit SseParser(OnEvent on_event) : on_event_(std::move(on_event)) {}

  // False when a line or an event is longer than a reservation's journal can make it; then the
  // stream is not what we think it is.
  bool feed(std::string_view bytes);

  static constexpr std::size_t kEventMax = 256 << 10;

 private:
  bool end_line();
  void dispatch();

  OnEvent on_event_;
  std::string line_;
  ServerSentEvent event_;
  bool has_data_ = false;
  bool after_return_ = false;  // a line feed that follows belongs to it
  bool first_line_ = true;     // may begin with a byte order mark
};

}  // namespace mayfly::cli
