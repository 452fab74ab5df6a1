#include "rest/sse.h"

#include <gtest/gtest.h>

namespace mayfly::rest {
namespace {

TEST(Sse, FramesAnEntryInOneDataLine) {
  const JournalEntry entry{.seq = 7,
                           .at = *parse_time("2026-01-02T03:04:05Z"),
                           .type = "phase",
                           .phase = Phase::ready,
                           .attempt = 1,
                           .message = "two\nlines\r"};
  EXPECT_EQ(
      frame(entry),
      "id: 7\nevent: phase\ndata: {\"seq\":7,\"at\":\"2026-01-02T03:04:05Z\",\"type\":\"phase\","
      "\"phase\":\"ready\",\"attempt\":1,\"message\":\"two\\nlines\\u000d\",\"cloud_code\":\"\"}"
      "\n\n");
}

TEST(Sse, GoesOnAfterWhatWasSeen) {
  Reservation reservation;
  for (int seq = 1; seq <= 3; ++seq) reservation.journal.push_back({.seq = seq, .type = "note"});
  std::int64_t seen = 1;
  const std::string both = frames_after(reservation, seen);
  EXPECT_EQ(both, frame(reservation.journal[1]) + frame(reservation.journal[2]));
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(frames_after(reservation, seen), "");
}

TEST(Sse, ReadsWhereAClientLeftOff) {
  EXPECT_EQ(read_last_event_id({}), 0);
  EXPECT_EQ(read_last_event_id({{"last-event-id", "12"}}), 12);
  for (const char* wrong : {"", "a", "1a", "-1", "1.0", " 1", "99999999999999999999"}) {
    const auto read = read_last_event_id({{"Last-Event-ID", wrong}});
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.error().code, ErrorCode::malformed);
    EXPECT_EQ(read.error().fields.front().field, "Last-Event-ID");
  }
}

}  // namespace
}  // namespace mayfly::rest
