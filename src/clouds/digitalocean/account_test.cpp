#include "clouds/digitalocean/driver_fixture.h"

namespace mayfly::clouds::digitalocean {
namespace {

using Account = DriverTest;

constexpr char kAccount[] = "GET /v2/account";
constexpr char kRegions[] = "GET /v2/regions?per_page=200&page=1";

std::string account_json(std::string_view status, std::string_view status_message = " ",
                         std::string_view team = R"(,"team":{"uuid":"5df3e3","name":"My Team"})") {
  return fmt::format(
      R"({{"account":{{"droplet_limit":25,"floating_ip_limit":5,"email":"sammy@example.com","name":"Sammy",
"uuid":"b6fr89","email_verified":true,"status":"{}","status_message":"{}"{}}}}})",
      status, status_message, team);
}

std::string region_json(std::string_view slug, bool available) {
  return fmt::format(R"({{"name":"x","slug":"{}","features":[],"available":{},"sizes":[]}})", slug,
                     available);
}

TEST_F(Account, TellsWhoWhereAndHowMany) {
  client.on(kAccount, 200, account_json("active"));
  client.on(kRegions, 200,
            page_json("regions", {region_json("nyc1", true), region_json("nyc2", false),
                                  region_json("ams3", true)}));
  const auto identity = check();
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->account, "5df3e3");
  EXPECT_EQ(identity->name, "sammy@example.com");
  EXPECT_EQ(identity->regions, (std::vector<std::string>{"nyc1", "ams3"}));
  EXPECT_EQ(identity->machines_max, 25);
}

TEST_F(Account, OfOnePersonIsNamedByItsOwnId) {
  client.on(kAccount, 200, account_json("active", "", ""));
  client.on(kRegions, 200, page_json("regions", {}));
  const auto identity = check();
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->account, "b6fr89");
}

TEST_F(Account, InWarningIsAccepted) {
  client.on(kAccount, 200, account_json("warning", "Your card expires soon"));
  client.on(kRegions, 200, page_json("regions", {}));
  EXPECT_TRUE(check());
}

TEST_F(Account, ThatIsLockedIsRefusedWithARemedy) {
  client.on(kAccount, 200, account_json("locked", "Please contact support"));
  const auto identity = check();
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().reaction, Reaction::skip_cloud);
  EXPECT_EQ(identity.error().code, "account_locked");
  EXPECT_EQ(identity.error().message,
            "DigitalOcean has locked this account: Please contact support. Settle it in "
            "DigitalOcean's control "
            "panel or with its support, then test the key again.");
}

TEST_F(Account, WithoutAVisibleLimitHasNone) {
  client.on(kAccount, 200, R"({"account":{"uuid":"u","email":"e","status":"active"}})");
  client.on(kRegions, 200, page_json("regions", {}));
  const auto identity = check();
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->machines_max, 0);
}

TEST_F(Account, OfAWrongTokenIsRefused) {
  client.on(kAccount, 401, error_json("unauthorized", "Unable to authenticate you"));
  const auto identity = check();
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().reaction, Reaction::key_refused);
  EXPECT_EQ(identity.error().code, "unauthorized");
}

TEST_F(Account, OfATokenThatMayNotListRegionsNamesTheScope) {
  client.on(kAccount, 200, account_json("active"));
  client.on(kRegions, 403,
            error_json("forbidden", "You are not authorized to perform this operation"));
  const auto identity = check();
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().reaction, Reaction::skip_cloud);
  EXPECT_TRUE(identity.error().message.contains("regions:read")) << identity.error().message;
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
