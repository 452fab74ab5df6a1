#include "cli/sse.h"

namespace mayfly::cli {

bool SseParser::feed(std::string_view bytes) {
  for (const char c : bytes) {
    const bool ends_return = after_return_ && c == '\n';
    after_return_ = c == '\r';
    if (ends_return) continue;
    if (c == '\r' || c == '\n') {
      if (!end_line()) return false;
    } else {
      line_ += c;
      if (line_.size() > kEventMax) return false;
    }
  }
  return true;
}

bool SseParser::end_line() {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string_view line = line_;
  if (first_line_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  first_line_ = false;

  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);

  if (line.empty()) {
    dispatch();
  } else if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (field == "event") {
    event_.type = value;
  } else if (field == "id" && !value.contains('\0')) {
    event_.id = value;
  }
  line_.clear();
  return event_.data.size() <= kEventMax;
}

void SseParser::dispatch() {
  if (event_.type.empty()) event_.type = "message";
  if (has_data_) on_event_(event_);
  event_.type = "message";
  event_.data.clear();
  has_data_ = false;
}

}  // namespace mayfly::cli
