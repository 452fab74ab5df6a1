#include <fmt/format.h>
#include <sodium.h>

#include <thread>

#include "core/id.h"
#include "fixture.h"
#include "service/access_tokens.h"

namespace mayfly::rest {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kFormType[] = "application/x-www-form-urlencoded";
constexpr char kGrant[] = "grant_type=client_credentials";

class OAuth : public RestTest {
 protected:
  OAuth() : somebody_(user()), nobody_(installation_->port(), somebody_.user(), "") {}

  Reply ask_token(const std::string& form, http::Headers headers = {}) {
    headers.push_back({"Content-Type", kFormType});
    return nobody_.ask("POST", "/oauth2/token", form, std::move(headers));
  }
  Reply ask_token_as(const std::string& name, const std::string& secret) {
    return ask_token(fmt::format("{}&client_id={}&client_secret={}", kGrant, name, secret));
  }
  Reply ask_with(const std::string& token, std::string_view path = "") {
    return nobody_.ask("GET", path, {}, {{"Authorization", "Bearer " + token}});
  }
  std::string access_token() {
    return text_of(ask_token_as(somebody_.user(), somebody_.token()).body, "access_token");
  }
  // What the server would have given for that time.
  std::string token_until(Time expires) const {
    return std::string(service::make_access_token(
                           installation_->vault(),
                           {.id = somebody_.user(), .token_sha256 = sha256_hex(somebody_.token())},
                           std::chrono::floor<std::chrono::seconds>(expires), "0123456789abcdef")
                           .reveal());
  }

  Reply revoke(const std::string& token, const Client& client) {
    return revoke_as(fmt::format("token={}&client_id={}&client_secret={}", token, client.user(),
                                 client.token()));
  }
  Reply revoke_as(const std::string& form) {
    return nobody_.ask("POST", "/oauth2/revoke", form, {{"Content-Type", kFormType}});
  }

  Client somebody_;
  Client nobody_;
};

TEST_F(OAuth, GivesATokenThatIsAsGoodForAnHour) {
  const Reply reply = ask_token_as(somebody_.user(), somebody_.token());
  ASSERT_EQ(reply.status, 200) << reply.text;
  EXPECT_EQ(text_of(reply.body, "token_type"), "Bearer");
  EXPECT_EQ(reply.body.at("expires_in"), 3600);
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_EQ(reply.header("Pragma"), "no-cache");
  EXPECT_THAT(reply.text, Not(HasSubstr(somebody_.token())));
  const std::string token = text_of(reply.body, "access_token");
  EXPECT_EQ(ask_with(token).status, 200);
  EXPECT_EQ(ask_with(token, "/users/somebody-else").status, 403);
}

TEST_F(OAuth, TakesTheClientFromBasicToo) {
  const auto encoded = [](const std::string& text) {
    std::string digits(sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_ORIGINAL), ' ');
    sodium_bin2base64(digits.data(), digits.size(),
                      reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    return "Basic " + std::string(digits.c_str());
  };
  const std::string basic = encoded(somebody_.user() + ":" + somebody_.token());
  EXPECT_EQ(ask_token(kGrant, {{"Authorization", basic}}).status, 200);
  EXPECT_EQ(ask_token(fmt::format("{}&client_id={}&scope=", kGrant, somebody_.user()),
                      {{"Authorization", basic}})
                .status,
            200);
  const Reply both =
      ask_token(fmt::format("{}&client_secret=x", kGrant), {{"Authorization", basic}});
  EXPECT_EQ(both.status, 400);
  EXPECT_EQ(text_of(both.body, "error"), "invalid_request");
}

TEST_F(OAuth, SaysWhatIsWrongInOAuthsWords) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "invalid_request"},
      {"grant_type=", "invalid_request"},
      {"grant_type=%", "invalid_request"},
      {"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"},
      {"grant_type=password&username=a&password=b", "unsupported_grant_type"},
      {"grant_type=client_credentials&scope=all", "invalid_scope"}};
  for (const auto& [form, error] : cases) {
    const Reply reply = ask_token(form);
    EXPECT_EQ(reply.status, 400) << form;
    EXPECT_EQ(text_of(reply.body, "error"), error) << form;
    EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  }
  const Reply json = nobody_.ask("POST", "/oauth2/token", R"({"grant_type":"client_credentials"})");
  EXPECT_EQ(json.status, 400);
  EXPECT_EQ(text_of(json.body, "error"), "invalid_request");
}

TEST_F(OAuth, AsksForClientsThatItKnows) {
  Client other = user();
  for (const Reply& reply :
       {ask_token(kGrant), ask_token_as(somebody_.user(), "wrong"),
        ask_token_as("nobody", somebody_.token()), ask_token_as(other.user(), somebody_.token()),
        ask_token_as(somebody_.user(), access_token()),
        ask_token(kGrant, {{"Authorization", "Bearer " + somebody_.token()}}),
        ask_token(kGrant, {{"Authorization", "Basic !"}})}) {
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(text_of(reply.body, "error"), "invalid_client");
    EXPECT_EQ(reply.header("WWW-Authenticate"), "Basic realm=\"mayfly\"");
    EXPECT_THAT(reply.text, Not(HasSubstr(somebody_.token())));
  }
}

TEST_F(OAuth, EndsWhatItGave) {
  const Time now = SystemClock().now();
  EXPECT_EQ(ask_with(token_until(now + 60s)).status, 200);
  const Reply expired = ask_with(token_until(now - 1s));
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(expired.header("WWW-Authenticate"), "Bearer realm=\"mayfly\", error=\"invalid_token\"");
  EXPECT_THAT(text_of(expired.body, "detail"), HasSubstr("expired"));
}

TEST_F(OAuth, RefusesTokensThatItDidNotGive) {
  std::string token = access_token();
  token.back() = token.back() == '0' ? '1' : '0';
  for (const std::string& forged :
       {token, std::string("mayfly-at.nobody.99999999999.00"), std::string("mayfly_0123")}) {
    const Reply reply = ask_with(forged);
    EXPECT_EQ(reply.status, 401) << forged;
    EXPECT_THAT(reply.header("WWW-Authenticate"), HasSubstr("error=\"invalid_token\""));
    EXPECT_THAT(reply.text, Not(HasSubstr(forged)));
  }
  EXPECT_THAT(nobody_.ask("GET", "").header("WWW-Authenticate"), Not(HasSubstr("error")));
}

// Of a megabyte of names, each was compared with each.
TEST_F(OAuth, LooksAtNoMoreParametersThanAnybodyNeeds) {
  std::string form = kGrant;
  for (int i = 0; i < 100'000; ++i) form += fmt::format("&{}", i);
  for (const char* path : {"/oauth2/token", "/oauth2/revoke"}) {
    const Reply reply = nobody_.ask("POST", path, form, {{"Content-Type", kFormType}});
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(text_of(reply.body, "error"), "invalid_request");
  }
}

// ---- before its time (RFC 7009)

TEST_F(OAuth, EndsOneTokenWhenItsClientAsks) {
  const std::string one = access_token();
  const std::string other = access_token();
  EXPECT_NE(one, other);
  const Reply reply = revoke(one, somebody_);
  EXPECT_EQ(reply.status, 200) << reply.text;
  EXPECT_EQ(reply.text, "");
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_EQ(ask_with(one).status, 401);
  EXPECT_THAT(ask_with(one).header("WWW-Authenticate"), HasSubstr("error=\"invalid_token\""));
  EXPECT_EQ(ask_with(other).status, 200);
  EXPECT_EQ(somebody_.ask("GET", "").status, 200);
  EXPECT_EQ(revoke(one, somebody_).status, 200);
  EXPECT_EQ(ask_with(access_token()).status, 200);
}

TEST_F(OAuth, EndsWhatIsNoneWithoutAWord) {
  const Time now = SystemClock().now();
  for (const std::string& token :
       {std::string("no-token"), std::string("mayfly_0123"), token_until(now - 1s),
        fmt::format("mayfly-at.{}.99999999999.0123456789abcdef.00", somebody_.user())}) {
    EXPECT_EQ(revoke(token, somebody_).status, 200) << token;
  }
}

TEST_F(OAuth, EndsNoTokensOfOthers) {
  Client other = user();
  const std::string token = access_token();
  const Reply refused = revoke(token, other);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(text_of(refused.body, "error"), "invalid_request");
  EXPECT_THAT(refused.text, Not(HasSubstr(token)));
  for (const std::string& form :
       {fmt::format("token={}", token),
        fmt::format("token={}&client_id={}&client_secret=wrong", token, somebody_.user()),
        fmt::format("token={0}&client_id={1}&client_secret={0}", token, somebody_.user())}) {
    const Reply reply = revoke_as(form);
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(text_of(reply.body, "error"), "invalid_client");
  }
  EXPECT_EQ(ask_with(token).status, 200);
}

TEST_F(OAuth, EndsNoUsersOwnToken) {
  const Reply reply = revoke(somebody_.token(), somebody_);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(text_of(reply.body, "error"), "unsupported_token_type");
  EXPECT_THAT(reply.text, Not(HasSubstr(somebody_.token())));
  EXPECT_EQ(somebody_.ask("GET", "").status, 200);
  EXPECT_EQ(revoke("", somebody_).status, 400);
}

// Each note is a change of one document.
TEST_F(OAuth, EndsAllOfThoseThatAreRevokedAtOnce) {
  std::vector<std::string> tokens(4);
  for (std::string& token : tokens) token = access_token();
  {
    std::vector<std::jthread> clients;
    for (const std::string& token : tokens) {
      clients.emplace_back([this, &token] {
        Client client(installation_->port(), somebody_.user(), "");
        EXPECT_EQ(client
                      .ask("POST", "/oauth2/revoke",
                           fmt::format("token={}&client_id={}&client_secret={}", token,
                                       somebody_.user(), somebody_.token()),
                           {{"Content-Type", kFormType}})
                      .status,
                  200);
      });
    }
  }
  for (const std::string& token : tokens) EXPECT_EQ(ask_with(token).status, 401);
}

TEST_F(OAuth, EndsAllWithTheUsersOwnToken) {
  const std::string token = access_token();
  ASSERT_TRUE(somebody_.ask("PATCH", "", R"({"regions":["eu-*"]})").status == 200);
  const auto renewed = service::renew_token(installation_->store(), somebody_.user());
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ(ask_with(token).status, 401);
  EXPECT_EQ(somebody_.ask("GET", "").status, 401);
  EXPECT_EQ(ask_token_as(somebody_.user(), somebody_.token()).status, 401);
  Client later(installation_->port(), somebody_.user(), std::string(renewed->reveal()));
  const Reply user = later.ask("GET", "");
  EXPECT_EQ(user.status, 200);
  EXPECT_THAT(user.text, HasSubstr("eu-*"));
  EXPECT_EQ(service::renew_token(installation_->store(), "nobody").error().code,
            ErrorCode::not_found);
}

TEST_F(OAuth, CanBeDiscovered) {
  const Reply reply = nobody_.ask("GET", "/.well-known/oauth-authorization-server");
  ASSERT_EQ(reply.status, 200) << reply.text;
  EXPECT_EQ(text_of(reply.body, "issuer"), "http://test");
  EXPECT_EQ(text_of(reply.body, "token_endpoint"), "http://test/oauth2/token");
  EXPECT_EQ(text_of(reply.body, "revocation_endpoint"), "http://test/oauth2/revoke");
  EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
}

TEST_F(OAuth, AnswersPreflightsWithoutCredentials) {
  const Reply reply = nobody_.ask("OPTIONS", "/oauth2/token");
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
  EXPECT_THAT(reply.header("Access-Control-Allow-Methods"), HasSubstr("POST"));
  EXPECT_THAT(reply.header("Access-Control-Allow-Headers"), HasSubstr("Authorization"));
  EXPECT_EQ(nobody_.ask("OPTIONS", "").header("Access-Control-Allow-Origin"), "");
}

TEST(OAuthInTheClear, GivesNothingWhereItCanBeReadOnTheWay) {
  Installation installation(
      {.world = quick_world(),
       .door = {.base_url = "https://mayfly.example.com", .tokens_in_clear = false}});
  Client ann = new_user(installation);
  const Reply reply =
      ann.ask("POST", "/oauth2/token",
              fmt::format("{}&client_id={}&client_secret={}", kGrant, ann.user(), ann.token()),
              {{"Content-Type", kFormType}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(text_of(reply.body, "error"), "invalid_request");
  EXPECT_EQ(text_of(ann.ask("GET", "/.well-known/oauth-authorization-server").body, "issuer"),
            "https://mayfly.example.com");
}

TEST(OAuthForEverybody, GivesATokenWhereNoneIsNeeded) {
  Installation installation({.world = quick_world(), .authenticate = false});
  Client anybody(installation.port(), "anybody", "");
  const Reply reply =
      anybody.ask("POST", "/oauth2/token", fmt::format("{}&client_id=a&client_secret=b", kGrant),
                  {{"Content-Type", kFormType}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(
      anybody
          .ask("GET", "", {}, {{"Authorization", "Bearer " + text_of(reply.body, "access_token")}})
          .status,
      200);
}

}  // namespace
}  // namespace mayfly::rest
