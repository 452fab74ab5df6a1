#include "web/assets.h"

#include <gtest/gtest.h>

#include "core/id.h"

namespace mayfly::web {
namespace {

TEST(Assets, AreNamedAfterTheirContent) {
  for (const Bundle bundle : {Bundle::dialogs_script, Bundle::dialogs_style}) {
    const Asset& asset = asset_of(bundle);
    EXPECT_TRUE(sha256_hex(asset.body).starts_with(asset.hash));
    EXPECT_NE(asset.name.find(asset.hash), std::string::npos);
    EXPECT_EQ(find_asset(asset.name), &asset);
  }
}

TEST(Assets, AreABuiltPageAndItsStyle) {
  const Asset& script = asset_of(Bundle::dialogs_script);
  const Asset& style = asset_of(Bundle::dialogs_style);
  EXPECT_TRUE(script.content_type.starts_with("text/javascript"));
  EXPECT_NE(script.body.find("oslc-response:"), std::string_view::npos);
  EXPECT_TRUE(style.content_type.starts_with("text/css"));
  EXPECT_NE(style.body.find("prefers-color-scheme"), std::string_view::npos);
}

// The policy of the pages forbids all of these, so a bundle that holds one would not work.
TEST(Assets, AskNothingOfOthers) {
  const std::string_view script = asset_of(Bundle::dialogs_script).body;
  const std::string_view style = asset_of(Bundle::dialogs_style).body;
  EXPECT_EQ(script.find("eval("), std::string_view::npos);
  EXPECT_EQ(script.find("new Function("), std::string_view::npos);
  EXPECT_EQ(style.find("url("), std::string_view::npos);
  EXPECT_EQ(style.find("@import"), std::string_view::npos);
}

TEST(Assets, OfAnotherNameAreNone) {
  EXPECT_EQ(find_asset(""), nullptr);
  EXPECT_EQ(find_asset("dialogs.js"), nullptr);
  EXPECT_EQ(find_asset(asset_of(Bundle::dialogs_script).name + "x"), nullptr);
}

}  // namespace
}  // namespace mayfly::web
