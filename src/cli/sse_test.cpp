#include "cli/sse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<ServerSentEvent> read(const std::vector<std::string_view>& pieces) {
  std::vector<ServerSentEvent> events;
  SseParser parser([&](const ServerSentEvent& event) { events.push_back(event); });
  for (const std::string_view piece : pieces) EXPECT_TRUE(parser.feed(piece));
  return events;
}

ServerSentEvent event(std::string id, std::string type, std::string data) {
  return {.id = std::move(id), .type = std::move(type), .data = std::move(data)};
}

constexpr std::string_view kStream =
    "\xEF\xBB\xBF: welcome\n"
    "id: 1\nevent: phase\ndata: {\"a\":1}\n\n"
    "data:two\r\ndata: lines\r\n\r\n"
    ":keep-alive\n\n"
    "id: 3\revent: note\rdata: ü\r\r"
    "data\n\n"
    "retry: 10\nunknown: x\ndata:  blank kept\n\n"
    "id: 9\ndata: not finished";

const auto kEventsOfStream = ElementsAre(
    event("1", "phase", R"({"a":1})"), event("1", "message", "two\nlines"), event("3", "note", "ü"),
    event("3", "message", ""), event("3", "message", " blank kept"));

TEST(SseParser, ReadsEventsWithAllLineEnds) {
  EXPECT_THAT(read({kStream}), kEventsOfStream);
}

TEST(SseParser, DoesNotMindWhereTheBytesAreCut) {
  for (std::size_t cut = 0; cut <= kStream.size(); ++cut) {
    EXPECT_THAT(read({kStream.substr(0, cut), kStream.substr(cut)}), kEventsOfStream) << cut;
  }
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < kStream.size(); ++i) bytes.push_back(kStream.substr(i, 1));
  EXPECT_THAT(read(bytes), kEventsOfStream);
}

TEST(SseParser, AnEventWithoutDataIsNone) {
  EXPECT_THAT(read({"event: phase\nid: 7\n\n"}), IsEmpty());
  EXPECT_THAT(read({"event: phase\nid: 7\n\ndata: x\n\n"}),
              ElementsAre(event("7", "message", "x")));
}

TEST(SseParser, GivesUpOnEndlessLinesAndEvents) {
  const auto fails = [](std::string_view repeated) {
    SseParser parser([](const ServerSentEvent&) {});
    for (std::size_t size = 0; size <= 2 * SseParser::kEventMax; size += repeated.size()) {
      if (!parser.feed(repeated)) return true;
    }
    return false;
  };
  EXPECT_TRUE(fails(std::string(1000, 'x')));
  EXPECT_TRUE(fails("data: " + std::string(1000, 'x') + "\n"));
  EXPECT_FALSE(fails("data: " + std::string(1000, 'x') + "\n\n"));
}

}  // namespace
}  // namespace mayfly::cli
