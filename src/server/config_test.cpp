#include "server/config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/config_detail.h"

namespace mayfly::server {
namespace {

Environment no_environment() {
  return [](const char* name) -> std::optional<std::string> {
    return std::string_view(name) == "HOME" ? std::optional<std::string>("/srv/ann")
                                            : std::nullopt;
  };
}

std::string error_of(std::string_view toml) {
  Config config;
  const auto read = read_toml(toml, "test.toml", config);
  return read ? "" : read.error().message;
}

TEST(Config, HasDefaultsThatRunOnThisMachineOnly) {
  const auto config = load_config({}, no_environment());
  ASSERT_TRUE(config);
  EXPECT_EQ(config->address, "127.0.0.1");
  EXPECT_EQ(config->port, 8080);
  EXPECT_TRUE(config->authenticate);
  EXPECT_EQ(config->data, "/srv/ann/.local/share/mayfly");
  EXPECT_EQ(config->aws_endpoint, "");
}

TEST(Config, ReadsEverySection) {
  Config config;
  const auto read = read_toml(R"(
[server]
listen = "0.0.0.0:9000"
auth = "token"
threads = 4
[log]
level = "debug"
format = "json"
[defaults]
regions = ["eu-*", "aws:us-east-1"]
[limits]
machines = 20
vcpus = ""
usd_per_hour = 2.5
usd_per_month = "100.000001"
[lease]
default = "8h"
max = "7d"
[clouds.aws]
endpoint = "http://127.0.0.1:5000/"
[clouds.digitalocean]
endpoint = "http://127.0.0.1:5000"
[patience]
absence = "5s"
steady = "20s"
vanish = "2m"
invisible = "3m"
dormant = "1m"
clusters = "40s"
)",
                              "test.toml", config);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(config.port, 9000);
  EXPECT_EQ(config.threads, 4u);
  EXPECT_TRUE(config.log_json);
  EXPECT_EQ(config.regions, (std::vector<std::string>{"eu-*", "aws:us-east-1"}));
  EXPECT_EQ(config.allowance.limits, (service::Limits{.machines = 20,
                                                      .usd_per_hour = Money{2'500'000},
                                                      .usd_per_month = Money{100'000'001}}));
  EXPECT_EQ(config.allowance.lease.otherwise, 8h);
  EXPECT_EQ(config.allowance.lease.longest, 7 * 24h);
  EXPECT_EQ(config.aws_endpoint, "http://127.0.0.1:5000");
  EXPECT_EQ(config.policy.absence_window, Duration{5s});
  EXPECT_EQ(config.policy.vanish_window, Duration{2min});
  EXPECT_EQ(config.policy.invisible_window, Duration{3min});
  EXPECT_EQ(config.poll_steady, Duration{20s});
  EXPECT_EQ(config.poll_dormant, Duration{1min});
  EXPECT_EQ(config.poll_clusters, Duration{40s});
}

TEST(Config, RefusesAnUnknownSettingByNameAndLine) {
  EXPECT_EQ(error_of("[server]\nlisten = \"127.0.0.1:1\"\nlissten = \"x\"\n"),
            "test.toml: The field 'server.lissten' is not a setting (line 3); "
            "docs/configuration.md lists them all");
}

TEST(Config, NamesWhatIsWrong) {
  EXPECT_NE(error_of("[server]\nlisten = \"nonsense\"").find("listen"), std::string::npos);
  EXPECT_NE(error_of("[server]\nthreads = \"two\"").find("server.threads"), std::string::npos);
  EXPECT_NE(error_of("[log]\nlevel = \"loud\"").find("log.level"), std::string::npos);
  EXPECT_NE(error_of("[clouds.aws]\nendpoint = \"127.0.0.1\"").find("clouds.aws.endpoint"),
            std::string::npos);
  EXPECT_NE(error_of("[patience]\nboot = \"soon\"").find("patience.boot"), std::string::npos);
  EXPECT_NE(error_of("[server\n").find("line 1"), std::string::npos);
}

TEST(Config, RefusesLimitsThatAreNone) {
  EXPECT_NE(error_of("[limits]\nmachines = -1").find("limits.machines"), std::string::npos);
  EXPECT_NE(error_of("[limits]\nmachines = 2.5").find("limits.machines"), std::string::npos);
  EXPECT_NE(error_of("[limits]\nusd_per_hour = 0.0000001").find("usd_per_hour"), std::string::npos);
  EXPECT_NE(error_of("[limits]\nusd_per_month = true").find("usd_per_month"), std::string::npos);
  EXPECT_NE(error_of("[lease]\nmax = 7").find("lease.max"), std::string::npos);
  EXPECT_EQ(error_of("[lease]\nmax = \"\"\ndefault = \"\""), "");
}

TEST(Config, RefusesToServeEverybodyWithoutTokens) {
  EXPECT_FALSE(load_config({.listen = "0.0.0.0:8080", .auth = "none"}, no_environment()));
  EXPECT_TRUE(load_config({.listen = "127.0.0.1:8080", .auth = "none"}, no_environment()));
}

TEST(Config, TakesACertificateWithItsKeyOnly) {
  Config config;
  ASSERT_TRUE(read_toml("[http.tls]\ncertificate = \"a.pem\"\nkey = \"b.pem\"\n", "f", config));
  EXPECT_EQ(config.tls->certificate, "a.pem");
  EXPECT_EQ(config.tls->key, "b.pem");
  EXPECT_FALSE(Config().tls);
  EXPECT_NE(error_of("[http.tls]\ncertificate = \"\"").find("http.tls.certificate"),
            std::string::npos);
  char path[] = "/tmp/mayfly-config-XXXXXX";
  const int file = ::mkstemp(path);
  ASSERT_GE(file, 0);
  constexpr std::string_view half = "[http.tls]\nkey = \"b.pem\"\n";
  ASSERT_EQ(::write(file, half.data(), half.size()), static_cast<ssize_t>(half.size()));
  ::close(file);
  const auto loaded = load_config({.config = path}, no_environment());
  ::unlink(path);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("http.tls"), std::string::npos);
}

TEST(Config, KnowsWhenTokensCanBeReadOnTheWay) {
  Config config;
  EXPECT_TRUE(is_private(config));
  config.address = "0.0.0.0";
  EXPECT_FALSE(is_private(config));
  config.oslc.base_url = "http://mayfly.example.com";
  EXPECT_FALSE(is_private(config));
  config.oslc.base_url = "https://mayfly.example.com";
  EXPECT_TRUE(is_private(config));
  config.oslc.base_url.clear();
  config.tls.emplace();
  EXPECT_TRUE(is_private(config));
}

TEST(Config, LetsTheCommandLineWinOverTheEnvironment) {
  const auto config =
      load_config({.listen = "127.0.0.1:1"}, [](const char* name) -> std::optional<std::string> {
        if (std::string_view(name) == "MAYFLY_LISTEN") return "127.0.0.1:2";
        if (std::string_view(name) == "AWS_ENDPOINT_URL") return "http://127.0.0.1:5000";
        return std::nullopt;
      });
  ASSERT_TRUE(config);
  EXPECT_EQ(config->port, 1);
  EXPECT_EQ(config->aws_endpoint, "http://127.0.0.1:5000");
}

// ---- notifications

TEST(Config, ReadsHowToTell) {
  Config config;
  ASSERT_TRUE(
      read_toml("[notify]\nallow_private = true\nretry_min = \"1s\"\nkeep = \"3d\"\n"
                "[smtp]\nurl = \"smtp://mail:25\"\nfrom = \"m@example.com\"\n"
                "tls = \"opportunistic\"\n",
                "f", config));
  EXPECT_TRUE(config.notify_allow_private);
  EXPECT_EQ(config.notify.retry_min, 1s);
  EXPECT_EQ(config.notify.keep, 72h);
  EXPECT_EQ(config.smtp.url, "smtp://mail:25");
  EXPECT_EQ(config.smtp.tls, mail::Tls::opportunistic);
  EXPECT_FALSE(Config().notify_allow_private);
  EXPECT_EQ(Config().smtp.tls, mail::Tls::required);
}

TEST(Config, RefusesMailServersThatAreNone) {
  for (const char* url : {"mail:25", "http://mail", "smtp://", "smtp://user:secret@mail:25",
                          "smtp://mail:25/x", "smtp://mail 25"}) {
    Config config;
    EXPECT_FALSE(read_toml(fmt::format("[smtp]\nurl = \"{}\"\n", url), "f", config)) << url;
  }
  Config config;
  EXPECT_FALSE(read_toml("[smtp]\ntls = \"maybe\"\n", "f", config));
  EXPECT_FALSE(read_toml("[smtp]\npassword = \"hush\"\n", "f", config));
}

TEST(Config, SendsNoPasswordInTheClear) {
  Config config;
  config.smtp = {.url = "smtp://mail.example.com:25",
                 .from = "m@example.com",
                 .user = "m",
                 .password = Secret("hush"),
                 .tls = mail::Tls::opportunistic};
  EXPECT_FALSE(config_detail::complete_smtp(config));
  config.smtp.tls = mail::Tls::required;
  EXPECT_TRUE(config_detail::complete_smtp(config));
  config.smtp.tls = mail::Tls::none;
  config.smtp.url = "smtp://127.0.0.1:25";
  EXPECT_TRUE(config_detail::complete_smtp(config));
  config.smtp.password = Secret();
  EXPECT_FALSE(config_detail::complete_smtp(config));
  config.smtp.user.clear();
  config.smtp.from = "nobody";
  EXPECT_FALSE(config_detail::complete_smtp(config));
}

TEST(Config, SaysHowAutomationToolsAreAnswered) {
  Config config;
  const auto read = read_toml(R"(
[oslc]
dialect = "2014"
base_url = "https://mayfly.example.com"
if_match = "lenient"
dialog_hosts = ["https://jazz.example.com", "https://*.example.org:9443"]
)",
                              "test.toml", config);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(config.oslc.dialect, oslc::Dialect::draft_2014);
  EXPECT_EQ(config.oslc.base_url, "https://mayfly.example.com");
  EXPECT_FALSE(config.oslc.strict_if_match);
  EXPECT_EQ(config.oslc.dialog_hosts,
            (std::vector<std::string>{"https://jazz.example.com", "https://*.example.org:9443"}));
  for (const char* wrong :
       {"\"https://x\"", "[1]", "[\"*\"]", "[\"https://*\"]", "[\"jazz.example.com\"]",
        "[\"https://x; script-src *\"]", "[\"https://x/y\"]", "[\"https://\"]"})
    EXPECT_NE(error_of(fmt::format("oslc.dialog_hosts = {}", wrong)), "") << wrong;
  EXPECT_NE(error_of("oslc.dialect = \"1999\""), "");
  EXPECT_NE(error_of("oslc.if_match = \"sometimes\""), "");
  for (const char* wrong : {"mayfly.example.com", "https://mayfly.example.com/", "ftp://x",
                            "https://mayfly.example.com/below", "https://x?y"})
    EXPECT_NE(error_of(fmt::format("oslc.base_url = \"{}\"", wrong)), "") << wrong;
}

}  // namespace
}  // namespace mayfly::server
