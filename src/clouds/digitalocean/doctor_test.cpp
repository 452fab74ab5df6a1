#include <gmock/gmock.h>

#include "clouds/digitalocean/driver_fixture.h"

namespace mayfly::clouds::digitalocean {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

constexpr char kAccountLine[] = "GET /v2/account";
constexpr char kRegionsLine[] = "GET /v2/regions?per_page=200&page=1";
constexpr char kSizesLine[] = "GET /v2/sizes?per_page=1&page=1";
constexpr char kImageLine[] = "GET /v2/images/ubuntu-24-04-x64";
constexpr char kDropletsLine[] = "GET /v2/droplets?per_page=1&page=1";
constexpr char kActionsLine[] = "GET /v2/actions?per_page=1&page=1";

class DropletDoctor : public DriverTest {
 public:
  void script(const char* left_out = "") {
    const auto on = [&](const char* line, std::string body) {
      if (std::string_view(line) != left_out) client.on(line, 200, std::move(body));
    };
    on(kAccountLine,
       R"({"account":{"droplet_limit":25,"email":"sammy@example.com","uuid":"u","status":"active"}})");
    on(kRegionsLine, page_json("regions", {R"({"slug":"nyc3","available":true})",
                                           R"({"slug":"ams2","available":false})"}));
    on(kSizesLine, page_json("sizes", {}));
    on(kImageLine, R"({"image":{"slug":"ubuntu-24-04-x64"}})");
    on(kDropletsLine, page_json("droplets", {}));
    on(kActionsLine, page_json("actions", {}));
  }
  CloudResult<Examination> examine(std::string region = {}) {
    return answer_of<Examination>(
        [&](auto done) { cloud.examine(key(), region, loop, std::move(done)); });
  }
  static const Finding& named(const CloudResult<Examination>& found, std::string_view check) {
    const auto row = std::ranges::find(found.value().findings, check, &Finding::check);
    if (row == found->findings.end()) throw std::runtime_error("no such finding");
    return *row;
  }
};

TEST_F(DropletDoctor, FindsEverythingThere) {
  script();
  const auto found = examine();
  ASSERT_TRUE(found) << found.error().message;
  std::vector<std::string> checks;
  for (const Finding& finding : found->findings) {
    checks.push_back(finding.check);
    if (finding.check != "change_machines") EXPECT_EQ(finding.outcome, FindingOutcome::ok);
  }
  EXPECT_THAT(checks, ElementsAre("identity", "region", "sizes", "image", "list_machines",
                                  "actions", "change_machines"));
  EXPECT_EQ(named(found, "identity").detail, "sammy@example.com, at most 25 droplets at once");
  EXPECT_EQ(named(found, "change_machines").outcome, FindingOutcome::unknown);
}

TEST_F(DropletDoctor, OnlyReads) {
  script();
  ASSERT_TRUE(examine());
  EXPECT_THAT(client.calls, Each(Field(&http::Call::method, "GET")));
}

TEST_F(DropletDoctor, NamesTheScopeThatIsMissing) {
  script(kImageLine);
  client.on(kImageLine, 403, error_json("forbidden", "You are not authorized"));
  const auto found = examine();
  const Finding& image = named(found, "image");
  EXPECT_EQ(image.outcome, FindingOutcome::missing);
  EXPECT_THAT(image.detail, HasSubstr("image:read"));
  EXPECT_THAT(image.remedy.value_or(""), HasSubstr("mayfly keys add digitalocean"));
  EXPECT_EQ(named(found, "list_machines").outcome, FindingOutcome::ok);
}

TEST_F(DropletDoctor, DoesNotCallATroubleAtTheCloudARightThatIsMissing) {
  script(kSizesLine);
  client.on(kSizesLine, 500, error_json("server_error", "Unexpected"));
  EXPECT_EQ(named(examine(), "sizes").outcome, FindingOutcome::unknown);
}

TEST_F(DropletDoctor, LooksForTheRegion) {
  script();
  EXPECT_EQ(named(examine("nyc3"), "region").outcome, FindingOutcome::ok);
  const auto found = examine("ams2");
  EXPECT_EQ(named(found, "region").outcome, FindingOutcome::missing);
  EXPECT_EQ(named(found, "region").remedy, "use one of nyc3");
  EXPECT_EQ(found->region, "ams2");
}

TEST_F(DropletDoctor, TellsWhatIsWrongWithTheAccount) {
  script(kAccountLine);
  client.on(kAccountLine, 200,
            R"({"account":{"email":"e","uuid":"u","status":"locked","status_message":"Call us"}})");
  const auto found = examine();
  EXPECT_EQ(named(found, "identity").outcome, FindingOutcome::missing);
  EXPECT_THAT(named(found, "identity").detail, HasSubstr("'locked': Call us"));
}

TEST_F(DropletDoctor, StopsAtATokenThatIsRefused) {
  client.on(kAccountLine, 401, error_json("unauthorized", "Unable to authenticate you"));
  const auto found = examine();
  ASSERT_TRUE(found);
  ASSERT_EQ(found->findings.size(), 1U);
  EXPECT_EQ(found->findings.front().outcome, FindingOutcome::missing);
  EXPECT_EQ(found->findings.front().remedy, "mayfly keys add digitalocean");
}

TEST_F(DropletDoctor, SaysWhenNothingCanBeFoundOut) {
  client.on(kAccountLine, 503, error_json("service_unavailable", "Later"));
  EXPECT_FALSE(examine());
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
