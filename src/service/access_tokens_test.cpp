#include "service/access_tokens.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mayfly::service {
namespace {

using std::chrono::sys_seconds;

constexpr sys_seconds kExpires{std::chrono::seconds(1'800'000'000)};
constexpr std::string_view kId = "0123456789abcdef";

Vault vault_of(char digit) {
  return *Vault::from_hex(Secret(std::string(64, digit)));
}

User ann() {
  return {.id = "ann.b-c_d", .token_sha256 = "first"};
}

bool is_good(const Vault& vault, const User& user, std::string_view token) {
  const auto claim = read_access_token(token);
  return claim && claim->user == user.id && is_genuine(vault, user, *claim, token);
}

TEST(AccessToken, SaysWhoseItIsAndUntilWhen) {
  const Vault vault = vault_of('a');
  const Secret token = make_access_token(vault, ann(), kExpires, kId);
  const auto claim = read_access_token(token.reveal());
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->user, "ann.b-c_d");
  EXPECT_EQ(claim->expires, kExpires);
  EXPECT_EQ(claim->id, kId);
  EXPECT_TRUE(is_good(vault, ann(), token.reveal()));
}

TEST(AccessToken, CanBeMadeOnlyWithTheMasterKey) {
  const Secret token = make_access_token(vault_of('a'), ann(), kExpires, kId);
  EXPECT_FALSE(is_good(vault_of('b'), ann(), token.reveal()));
}

TEST(AccessToken, EndsWithTheTokenThatItWasMadeFor) {
  const Vault vault = vault_of('a');
  const Secret token = make_access_token(vault, ann(), kExpires, kId);
  User later = ann();
  later.token_sha256 = "second";
  EXPECT_FALSE(is_good(vault, later, token.reveal()));
}

TEST(AccessToken, IsNotGoodWithAnyCharacterChanged) {
  const Vault vault = vault_of('a');
  const std::string token(make_access_token(vault, ann(), kExpires, kId).reveal());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_FALSE(is_good(vault, ann(), changed)) << changed;
    EXPECT_FALSE(is_good(vault, ann(), token.substr(0, i))) << i;
  }
  EXPECT_FALSE(is_good(vault, ann(), token + "0"));
}

TEST(AccessToken, HasAnIdOfItsOwn) {
  SeededRandom random(1);
  const std::string one = new_access_id(random);
  EXPECT_NE(one, new_access_id(random));
  const Secret token = make_access_token(vault_of('a'), ann(), kExpires, one);
  EXPECT_EQ(read_access_token(token.reveal())->id, one);
}

AccessClaim claim(std::string id, sys_seconds expires = kExpires) {
  return {.user = "ann", .expires = expires, .id = std::move(id)};
}

TEST(RevokedAccessTokens, AreNotedAndOthersAreNot) {
  User user = ann();
  ASSERT_TRUE(revoke(user, claim("a"), kExpires - 30min));
  ASSERT_TRUE(revoke(user, claim("a"), kExpires - 20min));
  EXPECT_TRUE(is_revoked(user, claim("a")));
  EXPECT_FALSE(is_revoked(user, claim("b")));
  EXPECT_EQ(user.revoked.size(), 1u);
}

TEST(RevokedAccessTokens, AreNotedNoLongerThanTheyWouldHaveLived) {
  User user = ann();
  ASSERT_TRUE(revoke(user, claim("a", kExpires - 1min), kExpires - 30min));
  ASSERT_TRUE(revoke(user, claim("b"), kExpires - 1min));
  EXPECT_EQ(user.revoked, (std::vector{RevokedToken{"b", kExpires}}));
  ASSERT_TRUE(revoke(user, claim("c"), kExpires));
  EXPECT_TRUE(user.revoked.empty());
}

TEST(RevokedAccessTokens, AreNotedUpToANumberAndThenWhenThereIsRoom) {
  User user = ann();
  for (std::size_t i = 0; i < kRevokedMax; ++i)
    ASSERT_TRUE(revoke(user, claim(fmt::format("{}", i), kExpires + std::chrono::seconds(i)),
                       kExpires - 1h));
  const auto refused = revoke(user, claim("one more"), kExpires - 1h);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().retry_after, 1h);
  EXPECT_TRUE(revoke(user, claim("one more", kExpires + 1h), kExpires));
  EXPECT_EQ(user.revoked.size(), kRevokedMax);
}

// As they were stored before there was any.
TEST(RevokedAccessTokens, AreNoneOfAnOlderUser) {
  const auto user = from_document<User>(
      {.id = "ann",
       .version = 3,
       .body =
           R"({"schema_version":1,"id":"ann","token_sha256":"first","admin":false,"regions":[],)"
           R"("limits":{},"created_at":"2026-01-02T03:04:05Z"})"});
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(user->value.token_sha256, "first");
  EXPECT_TRUE(user->value.revoked.empty());
}

TEST(AccessToken, IsNotTakenForWhatItIsNot) {
  for (const char* text : {"", "mayfly_0123", "mayfly-at.", "mayfly-at.ann", "mayfly-at.ann.x",
                           "mayfly-at.ann.x.y", "mayfly-at.ann..y", "mayfly-at..", "mayfly-at.1.2",
                           "mayfly-at.ann.1.y", "mayfly-at.ann.1.0123456789abcdeg.y",
                           "mayfly-at.ann.1.0123456789abcde.y", "mayfly-at.1.0123456789abcdef.y",
                           "mayfly-at.ann.99999999999999999999.0123456789abcdef.y"}) {
    EXPECT_FALSE(read_access_token(text)) << text;
  }
}

}  // namespace
}  // namespace mayfly::service
