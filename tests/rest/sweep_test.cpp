#include <thread>

#include "fixture.h"
#include "model/instance.h"

namespace mayfly::rest {
namespace {

class Sweep : public RestTest {
 protected:
  static json::value region_of(const json::value& report, std::string_view name) {
    for (const json::value& region : report.at("regions").as_array()) {
      if (text_of(region, "region") == name) return region;
    }
    return nullptr;
  }
  // Whatever earlier tests left behind is somebody else's to find.
  static std::optional<json::value> stray_of(const json::value& region, const std::string& id) {
    for (const json::value& stray : region.at("strays").as_array()) {
      if (text_of(stray, "machine") == id) return stray;
    }
    return std::nullopt;
  }
  static std::optional<json::value> listed_stray(Client& client, const std::string& id) {
    const Reply reply = client.ask("GET", "strays");
    EXPECT_EQ(reply.status, 200) << reply.text;
    for (const json::value& stray : reply.body.at("strays").as_array()) {
      if (text_of(stray, "machine") == id) return stray;
    }
    return std::nullopt;
  }
};

TEST_F(Sweep, IsADryRunUnlessToldOtherwise) {
  Client ann = customer();
  const std::string id = installation_->add_instance("eu-west-2", {{tag::kInstallation, "test"}});
  for (const std::optional<std::string>& body :
       {std::optional<std::string>{}, std::optional<std::string>{"{}"},
        std::optional<std::string>{R"({"dry_run":true})"}}) {
    const Reply report = ann.ask("POST", "sweep", body);
    ASSERT_EQ(report.status, 200) << report.text;
    EXPECT_TRUE(report.body.at("dry_run").as_bool());
    const auto stray = stray_of(region_of(report.body, "eu-west-2"), id);
    ASSERT_TRUE(stray) << report.text;
    EXPECT_EQ(text_of(*stray, "reason"), "no_reservation");
    EXPECT_EQ(text_of(*stray, "verdict"), "waiting");
  }
  EXPECT_FALSE(listed_stray(ann, id)) << "it changes nothing";
}

TEST_F(Sweep, EndsStraysPastTheGuardsAndTellsWhatBecameOfThem) {
  Client ann = customer();
  const std::string id = installation_->add_instance(
      "eu-west-3", {{tag::kInstallation, "test"}, {tag::kReservation, "r-never-made"}});
  const std::string foreign =
      installation_->add_instance("eu-west-3", {{tag::kInstallation, "test-2"}});
  const Reply first = ann.ask("POST", "sweep", R"({"dry_run":false})");
  ASSERT_EQ(first.status, 200) << first.text;
  EXPECT_FALSE(first.text.contains(foreign));
  std::string state;
  for (int i = 0; i < 200 && state != "ended"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const auto stray = listed_stray(ann, id);
    ASSERT_TRUE(stray);
    EXPECT_EQ(text_of(*stray, "reservation"), "r-never-made");
    EXPECT_EQ(text_of(*stray, "cloud"), "aws");
    state = text_of(*stray, "state");
  }
  EXPECT_EQ(state, "ended");
  EXPECT_FALSE(listed_stray(ann, foreign));
}

TEST_F(Sweep, CountsWhatReservationsAnswerFor) {
  Client ann = customer();
  const Reply made = ann.ask(
      "POST", "reservations",
      R"({"kind":"vm","count":2,"vcpus":1,"memory_gib":1,"clouds":["aws"],"regions":["sa-east-1"]})");
  ASSERT_EQ(made.status, 201) << made.text;
  const Reply report = ann.ask("POST", "sweep");
  const json::value region = region_of(report.body, "sa-east-1");
  ASSERT_TRUE(region.is_object()) << report.text;
  EXPECT_EQ(region.at("listed").as_int64(), region.at("known").as_int64());
  EXPECT_GE(region.at("known").as_int64(), 2);
  EXPECT_TRUE(region.at("strays").as_array().empty());
  ann.ask("DELETE", "reservations/" + text_of(made.body, "id"));
}

TEST_F(Sweep, OfAUserWithoutKeysFindsNothing) {
  Client ann = user();
  const Reply report = ann.ask("POST", "sweep");
  ASSERT_EQ(report.status, 200) << report.text;
  EXPECT_TRUE(report.body.at("regions").as_array().empty());
  EXPECT_TRUE(ann.ask("GET", "strays").body.at("strays").as_array().empty());
}

TEST_F(Sweep, RefusesWhatItDoesNotKnow) {
  Client ann = user();
  const Reply wrong = ann.ask("POST", "sweep", R"({"dry_run":"no","force":true})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(wrong.names("dry_run") && wrong.names("force"));
  EXPECT_EQ(ann.ask("GET", "strays?state=ended").status, 400);
  EXPECT_EQ(ann.ask("GET", "sweep").status, 405);
}

}  // namespace
}  // namespace mayfly::rest
