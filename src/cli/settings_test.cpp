#include "cli/settings.h"

#include <sys/stat.h>

#include <fstream>

#include "cli/stage.h"

namespace mayfly::cli {
namespace {

namespace files = std::filesystem;

class SettingsTest : public testing::Test {
 protected:
  Environment environment() {
    return [this](const std::string& name) { return variables[name]; };
  }
  LoadedSettings load(const Overrides& overrides = {}) {
    auto loaded = load_settings(environment(), overrides);
    EXPECT_TRUE(loaded.has_value());
    return loaded.value_or(LoadedSettings{});
  }
  void store(std::string url, std::string user, std::string_view token) {
    ASSERT_TRUE(store_settings(environment(), {std::move(url), std::move(user), Secret(token)}));
  }
  files::path file() const { return home.path() / ".config/mayfly/client.toml"; }

  TemporaryFolder home;
  std::map<std::string, std::string> variables = {{"HOME", home.path().string()}};
};

mode_t mode_of(const files::path& path) {
  struct stat about{};
  EXPECT_EQ(::stat(path.c_str(), &about), 0);
  return about.st_mode & 07777;
}

TEST_F(SettingsTest, AreReadableByTheirOwnerOnly) {
  const mode_t before = umask(0);
  store("http://127.0.0.1:8080", "ann", "t");
  umask(before);
  EXPECT_EQ(mode_of(file()), 0600u);
  EXPECT_EQ(mode_of(file().parent_path()), 0700u);
}

TEST_F(SettingsTest, AreProtectedEvenWhereAFolderWasOpen) {
  files::create_directories(file().parent_path());
  files::permissions(file().parent_path(), files::perms::all);
  std::ofstream(file()) << "url = \"http://127.0.0.1:1\"\n";
  files::permissions(file(), static_cast<files::perms>(0644));
  store("http://127.0.0.1:8080", "ann", "t");
  EXPECT_EQ(mode_of(file()), 0600u);
  EXPECT_EQ(mode_of(file().parent_path()), 0700u);
  EXPECT_EQ(std::distance(files::directory_iterator(file().parent_path()), {}), 1)
      << "nothing is left beside it";
}

TEST_F(SettingsTest, ComeBackAsTheyWereStored) {
  const std::string token = "a\"b\\c\x01\u00fc";
  store("https://mayfly.example.com/base", "ann", token);
  const LoadedSettings loaded = load();
  EXPECT_EQ(loaded.settings.url, "https://mayfly.example.com/base");
  EXPECT_EQ(loaded.settings.user, "ann");
  EXPECT_EQ(loaded.settings.token.reveal(), token);
  EXPECT_EQ(loaded.warning, "");
}

TEST_F(SettingsTest, PreferXdgConfigHomeWhenItIsAbsolute) {
  variables["XDG_CONFIG_HOME"] = (home.path() / "xdg").string();
  EXPECT_EQ(settings_path(environment()).value(), home.path() / "xdg/mayfly/client.toml");
  variables["XDG_CONFIG_HOME"] = "relative";
  EXPECT_EQ(settings_path(environment()).value(), file());
  variables.clear();
  EXPECT_FALSE(settings_path(environment()).has_value());
}

TEST_F(SettingsTest, WithoutAFileAreEmpty) {
  const LoadedSettings loaded = load();
  EXPECT_EQ(loaded.settings.url, "");
  EXPECT_TRUE(loaded.settings.token.empty());
}

TEST_F(SettingsTest, YieldToTheEnvironmentAndThatToTheCommandLine) {
  store("http://127.0.0.1:1", "ann", "stored");
  variables["MAYFLY_USER"] = "ben";
  EXPECT_EQ(load().settings.user, "ben");
  EXPECT_EQ(load({.user = "cleo"}).settings.user, "cleo");
  variables["MAYFLY_TOKEN"] = "given";
  EXPECT_EQ(load().settings.token.reveal(), "given");
  variables["MAYFLY_URL"] = "http://127.0.0.1:2/";
  EXPECT_EQ(load().settings.url, "http://127.0.0.1:2");
  EXPECT_EQ(load({.url = "http://127.0.0.1:3"}).settings.url, "http://127.0.0.1:3");
}

TEST_F(SettingsTest, DoNotSendAStoredTokenToAnotherServer) {
  store("http://127.0.0.1:1", "ann", "stored");
  EXPECT_TRUE(load({.url = "http://127.0.0.1:2"}).settings.token.empty());
  EXPECT_EQ(load({.url = "http://127.0.0.1:1/"}).settings.token.reveal(), "stored");
}

TEST_F(SettingsTest, TrustAnAuthorityForItsServerOnly) {
  const Settings settings{.url = "https://127.0.0.1:1", .user = "ann", .ca = "/etc/our \"ca\".pem"};
  ASSERT_TRUE(store_settings(environment(), settings));
  EXPECT_EQ(load().settings.ca, "/etc/our \"ca\".pem");
  EXPECT_EQ(load({.url = "https://127.0.0.1:2"}).settings.ca, "");
  variables["MAYFLY_CA"] = "/other.pem";
  EXPECT_EQ(load({.url = "https://127.0.0.1:2"}).settings.ca, "/other.pem");
  EXPECT_EQ(load({.ca = "/given.pem"}).settings.ca, "/given.pem");
}

TEST_F(SettingsTest, NeedNoHomeWhenTheEnvironmentSaysAll) {
  variables = {{"MAYFLY_URL", "http://127.0.0.1:1"}, {"MAYFLY_USER", "ann"}};
  EXPECT_EQ(load().settings.user, "ann");
}

TEST_F(SettingsTest, WarnWhenOthersCanReadTheToken) {
  store("http://127.0.0.1:1", "ann", "t");
  files::permissions(file(), static_cast<files::perms>(0644));
  EXPECT_EQ(load().warning, fmt::format("{0} holds your token and others can read it: "
                                        "chmod 600 {0}",
                                        file().string()));
}

TEST_F(SettingsTest, SayWhatIsWrongInABrokenFile) {
  const auto message = [](std::string_view text) {
    const auto parsed = parse_settings(text, "client.toml");
    return parsed ? "" : parsed.error().message;
  };
  EXPECT_THAT(message("url = \"http://a\"\nuser = oops"), testing::HasSubstr("line 2"));
  EXPECT_EQ(message("user = 1"), "Cannot read client.toml: user must be a string");
  EXPECT_THAT(message("url = \"ftp://a\""), testing::HasSubstr("not a server's address"));
  EXPECT_EQ(message("url = \"http://a\"\nlater = true"), "") << "a newer version's word";
}

TEST_F(SettingsTest, CanBeRemoved) {
  EXPECT_FALSE(remove_settings(environment()).value());
  store("http://127.0.0.1:1", "ann", "t");
  EXPECT_TRUE(remove_settings(environment()).value());
  EXPECT_FALSE(files::exists(file()));
}

TEST(CheckedUrl, TakesServersOnly) {
  EXPECT_EQ(checked_url("http://127.0.0.1:8080///").value(), "http://127.0.0.1:8080");
  EXPECT_EQ(checked_url("https://[::1]:1/base").value(), "https://[::1]:1/base");
  for (const char* bad :
       {"", "mayfly.example.com", "ftp://a", "http://", "http:///x", "http://:80",
        "http://ann:pw@host", "http://a?x=1", "http://a#b", "http://a b", "http://a\nb"}) {
    EXPECT_FALSE(checked_url(bad).has_value()) << bad;
  }
}

TEST(IsExposed, KnowsWhatStaysOnThisMachine) {
  for (const char* safe : {"https://a.example", "http://127.0.0.1:8080", "http://127.1.2.3",
                           "http://localhost:1/x", "http://[::1]:80"}) {
    EXPECT_FALSE(is_exposed(safe)) << safe;
  }
  for (const char* open :
       {"http://10.0.0.1", "http://a.example:80/x", "http://127.example.com", "http://[::2]"}) {
    EXPECT_TRUE(is_exposed(open)) << open;
  }
}

}  // namespace
}  // namespace mayfly::cli
