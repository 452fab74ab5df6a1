#include "rest/sse.h"

#include <fmt/format.h>

#include <charconv>

#include "json/codec.h"

namespace mayfly::rest {

std::string frame(const JournalEntry& entry) {
  // JSON text has no line ends of its own, so it is one `data` line.
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", entry.seq, entry.type,
                     json::to_text(entry));
}

std::string frames_after(const Reservation& reservation, std::int64_t& seen) {
  std::string text;
  for (const JournalEntry& entry : reservation.journal) {
    if (entry.seq <= seen) continue;
    text += frame(entry);
    seen = entry.seq;
  }
  return text;
}

Result<std::int64_t> read_last_event_id(const http::Headers& headers) {
  const auto header = http::find_header(headers, "Last-Event-ID");
  if (!header) return 0;
  std::int64_t number = 0;
  const auto [end, error] =
      std::from_chars(header->data(), header->data() + header->size(), number);
  if (error != std::errc{} || end != header->data() + header->size() || number < 0) {
    Error wrong{.code = ErrorCode::malformed,
                .message = "The header Last-Event-ID must be the number of an event",
                .remedy = "Leave it out to see all events."};
    wrong.fields.push_back({"Last-Event-ID", "must be the number of an event"});
    return std::unexpected(std::move(wrong));
  }
  return number;
}

}  // namespace mayfly::rest
