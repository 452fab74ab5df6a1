#include <sstream>

#include "fixture.h"
#include "json/parse.h"

namespace mayfly::rest {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Event {
  std::int64_t id = 0;
  std::string type;
  json::value data;
};

std::vector<Event> events_in(const std::string& text) {
  std::vector<Event> events;
  std::istringstream lines(text);
  Event event;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("id: ")) event.id = std::stoll(line.substr(4));
    if (line.starts_with("event: ")) event.type = line.substr(7);
    if (line.starts_with("data: ")) event.data = json::parse(line.substr(6)).value();
    if (line.empty() && !event.type.empty()) events.push_back(std::exchange(event, {}));
  }
  return events;
}

class Events : public RestTest {
 protected:
  static std::string path_of(const Reply& made) {
    return "reservations/" + text_of(made.body, "id") + "/events";
  }
};

TEST_F(Events, TellTheWholeStoryAndEndWithIt) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations", kSmall);
  ann.ask("DELETE", "reservations/" + text_of(made.body, "id"));
  const Reply told = ann.ask("GET", path_of(made));
  ASSERT_EQ(told.status, 200);
  EXPECT_EQ(told.header("Cache-Control"), "no-store");
  EXPECT_EQ(told.header("X-Accel-Buffering"), "no");
  const std::vector<Event> events = events_in(told.text);
  ASSERT_GT(events.size(), 3U);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].id, static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(events[i].data.at("seq").as_int64(), events[i].id);
    EXPECT_EQ(text_of(events[i].data, "type"), events[i].type);
  }
  EXPECT_EQ(text_of(events.back().data, "phase"), "released");
}

TEST_F(Events, GoOnWhereAClientLeftOff) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations", kSmall);
  ann.ask("DELETE", "reservations/" + text_of(made.body, "id"));
  const std::vector<Event> all = events_in(ann.ask("GET", path_of(made)).text);
  const std::vector<Event> rest =
      events_in(ann.ask("GET", path_of(made), {}, {{"Last-Event-ID", "2"}}).text);
  ASSERT_EQ(rest.size(), all.size() - 2);
  EXPECT_EQ(rest.front().id, 3);
  EXPECT_TRUE(events_in(ann.ask("GET", path_of(made), {}, {{"Last-Event-ID", "99"}}).text).empty());
  const Reply wrong = ann.ask("GET", path_of(made), {}, {{"Last-Event-ID", "two"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_TRUE(wrong.names("Last-Event-ID"));
}

TEST_F(Events, ComeWhenTheyHappen) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations", kSmall);
  http::RawClient stream = ann.begin("GET", path_of(made));
  EXPECT_THAT(stream.receive_through("\"phase\":\"ready\""), HasSubstr("id: 1\n"));
  EXPECT_EQ(ann.ask("DELETE", "reservations/" + text_of(made.body, "id")).status, 200);
  EXPECT_THAT(stream.receive_through("\r\n0\r\n\r\n"), HasSubstr("\"phase\":\"released\""));
}

TEST_F(Events, HaveAHeadAndNoMoreForHead) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations", kSmall);
  const Reply head = ann.ask("HEAD", path_of(made));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(ann.ask("HEAD", "reservations/r-unknown/events").status, 404);
}

}  // namespace
}  // namespace mayfly::rest
