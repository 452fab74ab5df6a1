#include "service/access_tokens.h"

#include <gtest/gtest.h>

namespace mayfly::service {
namespace {

using std::chrono::sys_seconds;

constexpr sys_seconds kExpires{std::chrono::seconds(1'800'000'000)};

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
  const Secret token = make_access_token(vault, ann(), kExpires);
  const auto claim = read_access_token(token.reveal());
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->user, "ann.b-c_d");
  EXPECT_EQ(claim->expires, kExpires);
  EXPECT_TRUE(is_good(vault, ann(), token.reveal()));
}

TEST(AccessToken, CanBeMadeOnlyWithTheMasterKey) {
  const Secret token = make_access_token(vault_of('a'), ann(), kExpires);
  EXPECT_FALSE(is_good(vault_of('b'), ann(), token.reveal()));
}

TEST(AccessToken, EndsWithTheTokenThatItWasMadeFor) {
  const Vault vault = vault_of('a');
  const Secret token = make_access_token(vault, ann(), kExpires);
  User later = ann();
  later.token_sha256 = "second";
  EXPECT_FALSE(is_good(vault, later, token.reveal()));
}

TEST(AccessToken, IsNotGoodWithAnyCharacterChanged) {
  const Vault vault = vault_of('a');
  const std::string token(make_access_token(vault, ann(), kExpires).reveal());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_FALSE(is_good(vault, ann(), changed)) << changed;
    EXPECT_FALSE(is_good(vault, ann(), token.substr(0, i))) << i;
  }
  EXPECT_FALSE(is_good(vault, ann(), token + "0"));
}

TEST(AccessToken, IsNotTakenForWhatItIsNot) {
  for (const char* text : {"", "mayfly_0123", "mayfly-at.", "mayfly-at.ann", "mayfly-at.ann.x",
                           "mayfly-at.ann.x.y", "mayfly-at.ann..y", "mayfly-at..", "mayfly-at.1.2",
                           "mayfly-at.ann.99999999999999999999.y"}) {
    EXPECT_FALSE(read_access_token(text)) << text;
  }
}

}  // namespace
}  // namespace mayfly::service
