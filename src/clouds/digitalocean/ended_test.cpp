#include "clouds/digitalocean/driver.h"
#include "clouds/digitalocean/driver_fixture.h"

namespace mayfly::clouds::digitalocean {
namespace {

using Ends = std::map<std::string, Time>;

std::string actions_page(int number) {
  return fmt::format("GET /v2/actions?per_page=200&page={}", number);
}

std::string link_to(int number) {
  return fmt::format("https://api.digitalocean.com/v2/actions?page={}&per_page=200", number);
}

struct ActionShape {
  std::string resource_id;
  std::string type = "destroy";
  std::string status = "completed";
  std::string completed_at = R"("2026-11-22T11:59:30Z")";
  std::string resource_type = "droplet";
};

std::string action_json(const ActionShape& shape) {
  return fmt::format(
      R"({{"id":36804636,"status":"{}","type":"{}","started_at":"2026-11-22T11:59:28Z",
"completed_at":{},"resource_id":{},"resource_type":"{}","region":null,"region_slug":"nyc3"}})",
      shape.status, shape.type, shape.completed_at, shape.resource_id, shape.resource_type);
}

class Ended : public DriverTest {
 public:
  void script(int number, const std::vector<ActionShape>& actions, std::string_view next = "") {
    std::vector<std::string> elements;
    for (const ActionShape& action : actions) elements.push_back(action_json(action));
    client.on(actions_page(number), 200, page_json("actions", elements, next));
  }
  const Time destroyed = parse_time("2026-11-22T11:59:30Z").value();
};

TEST_F(Ended, IsWhenTheAccountsDestroyActionCompleted) {
  script(1, {{.resource_id = "7"}, {.resource_id = "8"}, {.resource_id = "9"}});
  EXPECT_EQ(ended({"7", "9"}).value(), (Ends{{"7", destroyed}, {"9", destroyed}}));
}

TEST_F(Ended, OfNothingAsksNothing) {
  EXPECT_EQ(ended({}).value(), Ends{});
  EXPECT_TRUE(client.calls.empty());
}

TEST_F(Ended, ReadsNoFurtherThanItMust) {
  script(1, {{.resource_id = "7"}}, link_to(2));
  EXPECT_EQ(ended({"7"}).value().size(), 1u);
  EXPECT_EQ(client.calls.size(), 1u);
}

TEST_F(Ended, IsSoughtOnLaterPages) {
  script(1, {{.resource_id = "1"}}, link_to(2));
  script(2, {{.resource_id = "2"}}, link_to(3));
  script(3, {{.resource_id = "7"}});
  EXPECT_EQ(ended({"7"}).value().size(), 1u);
}

TEST_F(Ended, IsNotSoughtAmongWhatIsOlderThanTheMachine) {
  script(1, {{.resource_id = "7", .type = "create"}, {.resource_id = "8"}}, link_to(2));
  EXPECT_EQ(ended({"7", "8"}).value(), (Ends{{"8", destroyed}}));
  EXPECT_EQ(client.calls.size(), 1u);
}

TEST_F(Ended, IsFoundOnAPageWhateverItsOrder) {
  script(1, {{.resource_id = "7", .type = "create"}, {.resource_id = "7"}}, link_to(2));
  EXPECT_EQ(ended({"7"}).value().size(), 1u);
}

TEST_F(Ended, IsGivenUpAfterSomePagesWithWhatWasFound) {
  for (int number = 1; number <= kActionPagesMax; ++number) {
    script(number, {{.resource_id = std::to_string(number)}}, link_to(number + 1));
  }
  EXPECT_EQ(ended({"3", "77"}).value(), (Ends{{"3", destroyed}}));
  EXPECT_EQ(client.calls.size(), static_cast<std::size_t>(kActionPagesMax));
}

TEST_F(Ended, IsNotWhatIsUnderWayOrFailedOrSomethingElse) {
  script(1, {{.resource_id = "1", .status = "in-progress", .completed_at = "null"},
             {.resource_id = "2", .status = "errored"},
             {.resource_id = "3", .type = "power_off"},
             {.resource_id = "4", .resource_type = "image"},
             {.resource_id = "5", .completed_at = "null"},
             {.resource_id = "null"}});
  EXPECT_EQ(ended({"1", "2", "3", "4", "5", ""}).value(), Ends{});
}

TEST_F(Ended, IsAWholeSecond) {
  script(1, {{.resource_id = "7", .completed_at = R"("2026-11-22T11:59:30.987Z")"}});
  EXPECT_EQ(ended({"7"}).value().at("7"), destroyed);
}

TEST_F(Ended, OfHostileActionsIsNotStated) {
  for (const char* odd :
       {"\"\"", "\"yesterday\"", "0", "{}", "[]", "true", "\"2026-13-40T00:00:00Z\"", "1e300"}) {
    script(1, {{.resource_id = "7", .completed_at = odd}});
    EXPECT_EQ(ended({"7"}).value(), Ends{}) << odd;
    client.forget_all();
    script(1, {{.resource_id = odd}});
    EXPECT_EQ(ended({"7"}).value(), Ends{}) << odd;
    client.forget_all();
  }
  client.on(actions_page(1), 200, R"({"actions":[null,7,"x",[],{}],"links":{}})");
  EXPECT_EQ(ended({"7"}).value(), Ends{});
}

TEST_F(Ended, IsRefusedToATokenThatMayNotReadActions) {
  client.on(actions_page(1), 403,
            error_json("forbidden", "You are not authorized to perform this operation"));
  const auto refused = ended({"7"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reaction, Reaction::skip_cloud);
  EXPECT_TRUE(refused.error().message.contains("actions:read")) << refused.error().message;
}

TEST_F(Ended, IsUnclearFromAnAnswerThatIsNone) {
  for (const char* body : {"", "{}", "[]", R"({"actions":{}})", "<html>",
                           R"({"actions":[],"links":{"pages":{"next":"x"}}})"}) {
    client.on(actions_page(1), 200, body);
    EXPECT_EQ(ended({"7"}).error().code, "UnreadableAnswer") << body;
    client.forget_all();
  }
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
