#include <gtest/gtest.h>

#include "clouds/classify.h"

namespace mayfly::clouds {
namespace {

Reaction created(std::string_view text) {
  return classify_digitalocean("create droplets", "unprocessable_entity", 422, text, {}).reaction;
}

Reaction reaction(std::string_view operation, std::string_view id, int status) {
  return classify_digitalocean(operation, id, status, "some words", {}).reaction;
}

TEST(DigitalOceanFailure, ATokenThatDoesNotWorkWaitsForAnother) {
  const auto failure =
      classify_digitalocean("read account", "unauthorized", 401, "Unable to authenticate you", {});
  EXPECT_EQ(failure.reaction, Reaction::key_refused);
  EXPECT_EQ(failure.code, "unauthorized");
  EXPECT_EQ(failure.message,
            "DigitalOcean answered 'read account' with 401 unauthorized: Unable to authenticate "
            "you. The token is "
            "wrong, expired or deleted: make a new one in DigitalOcean's control panel under API.");
}

TEST(DigitalOceanFailure, AMissingScopeIsNamedForEveryOperation) {
  for (const char* operation :
       {"read account", "list regions", "list sizes", "read image", "list droplets", "list actions",
        "create droplets", "delete droplet"}) {
    const auto failure = classify_digitalocean(
        operation, "forbidden", 403, "You are not authorized to perform this operation", {});
    EXPECT_EQ(failure.reaction, Reaction::skip_cloud) << operation;
    EXPECT_TRUE(failure.message.contains("The token needs the scope ")) << failure.message;
  }
  EXPECT_TRUE(classify_digitalocean("create droplets", "forbidden", 403, "", {})
                  .message.contains("droplet:create, image:read, tag:create, vpc:read"));
}

TEST(DigitalOceanFailure, SizesThatCannotBeHadLeadToTheNextOffer) {
  for (const char* text :
       {"Size is not available in this region.", "size is unavailable",
        "You specified an invalid size for Droplet creation.",
        "This size is currently restricted please send an additional payment to unlock.",
        "This plan is sold out", "GPU droplets are not available in this region",
        "creating this droplet will exceed your GPU droplet limit",
        "The image you specified needs a larger disk"}) {
    EXPECT_EQ(created(text), Reaction::next_offer) << text;
  }
}

TEST(DigitalOceanFailure, AClosedRegionIsSkipped) {
  for (const char* text :
       {"Region is not available", "You specified an invalid region for Droplet creation.",
        "The image you specified is not available in the selected region, you can transfer it to "
        "this region from the images pages."}) {
    EXPECT_EQ(created(text), Reaction::skip_region) << text;
  }
}

TEST(DigitalOceanFailure, AFullAccountSkipsTheCloudAndSaysWhatToDo) {
  const auto failure =
      classify_digitalocean("create droplets", "unprocessable_entity", 422,
                            "creating this/these droplet(s) will exceed your droplet limit", {});
  EXPECT_EQ(failure.reaction, Reaction::skip_cloud);
  EXPECT_TRUE(failure.message.contains("ask DigitalOcean for a higher limit")) << failure.message;
  EXPECT_EQ(created("Please add a payment method before creating droplets"), Reaction::skip_cloud);
  EXPECT_EQ(created("Your account is on hold"), Reaction::skip_cloud);
}

TEST(DigitalOceanFailure, ARetiredImageSkipsTheCloudBecauseAnotherMayStillHaveIt) {
  EXPECT_EQ(created("You specified an invalid image for Droplet creation."), Reaction::skip_cloud);
  EXPECT_EQ(classify_digitalocean("create droplets", "not_found", 404,
                                  "You specified an invalid image for Droplet creation.", {})
                .reaction,
            Reaction::skip_cloud);
}

TEST(DigitalOceanFailure, AWrongRequestIsFatal) {
  for (const char* text :
       {"Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)",
        "User data exceeds the maximum size", "user_data must be plain text",
        "1234 are invalid key identifiers for Droplet creation.", "Tag name is invalid"}) {
    EXPECT_EQ(created(text), Reaction::fatal) << text;
  }
  EXPECT_EQ(reaction("create droplets", "bad_request", 400), Reaction::fatal);
  EXPECT_EQ(reaction("list droplets", "unprocessable_entity", 422), Reaction::fatal);
}

TEST(DigitalOceanFailure, AnUnknownRefusalOfACreateTriesTheNextOffer) {
  EXPECT_EQ(created("request payload validation failed"), Reaction::next_offer);
  EXPECT_EQ(created(""), Reaction::next_offer);
}

TEST(DigitalOceanFailure, ThrottlingIsADefiniteNoAndKeepsItsDelay) {
  const auto failure = classify_digitalocean("create droplets", "too_many_requests", 429,
                                             "API rate limit exceeded.", 42s);
  EXPECT_EQ(failure.reaction, Reaction::again);
  EXPECT_EQ(failure.retry_after, Duration(42s));
  EXPECT_EQ(reaction("create droplets", "", 429), Reaction::again);
}

TEST(DigitalOceanFailure, ServerErrorsAreAmbiguousWhateverTheirId) {
  for (const char* id :
       {"server_error", "service_unavailable", "unprocessable_entity", "not_found", ""}) {
    for (int status : {500, 502, 503, 504, 520, 599}) {
      EXPECT_EQ(reaction("create droplets", id, status), Reaction::ambiguous) << id << status;
      EXPECT_EQ(reaction("delete droplet", id, status), Reaction::ambiguous) << id << status;
    }
  }
}

TEST(DigitalOceanFailure, AnAnswerWithoutIdMayBeSomebodyElsesAndIsAmbiguous) {
  for (int status : {0, 200, 204, 301, 302, 400, 404, 405, 408, 409, 410, 422}) {
    EXPECT_EQ(reaction("create droplets", "", status), Reaction::ambiguous) << status;
    EXPECT_EQ(reaction("delete droplet", "", status), Reaction::ambiguous) << status;
  }
  EXPECT_EQ(classify_digitalocean("list droplets", "", 404, "", {}).code, "Http404");
  EXPECT_EQ(reaction("list droplets", "", 401), Reaction::key_refused);
  EXPECT_EQ(reaction("list droplets", "", 403), Reaction::skip_cloud);
}

TEST(DigitalOceanFailure, WhatDoesNotExistIsGoneExceptForACreate) {
  EXPECT_EQ(reaction("delete droplet", "not_found", 404), Reaction::gone);
  EXPECT_EQ(reaction("read image", "not_found", 404), Reaction::gone);
  EXPECT_EQ(reaction("create droplets", "not_found", 404), Reaction::skip_cloud);
}

TEST(DigitalOceanFailure, AListingThatIsNotFoundIsNotAnEmptyOne) {
  for (const char* operation :
       {"read account", "list regions", "list sizes", "list droplets", "list actions"}) {
    EXPECT_EQ(reaction(operation, "not_found", 404), Reaction::ambiguous) << operation;
  }
}

TEST(DigitalOceanFailure, ABusyMachineIsEndedLater) {
  EXPECT_EQ(classify_digitalocean("delete droplet", "unprocessable_entity", 422,
                                  "Droplet already has a pending event.", {})
                .reaction,
            Reaction::again);
  EXPECT_EQ(reaction("delete droplet", "conflict", 409), Reaction::again);
}

TEST(DigitalOceanFailure, AConflictingCreateIsLookedUpBeforeItIsRepeated) {
  EXPECT_EQ(reaction("create droplets", "conflict", 409), Reaction::ambiguous);
}

TEST(DigitalOceanFailure, IdsCountInAnyCaseAndUnknownOnesByStatus) {
  EXPECT_EQ(reaction("delete droplet", "Forbidden", 403), Reaction::skip_cloud);
  EXPECT_EQ(reaction("delete droplet", "translation missing: en.status_code.forbidden.id", 403),
            Reaction::skip_cloud);
  EXPECT_EQ(reaction("delete droplet", "teapot", 418), Reaction::ambiguous);
}

TEST(DigitalOceanFailure, AMessageStaysShort) {
  const auto failure = classify_digitalocean("create droplets", "unprocessable_entity", 422,
                                             std::string(100'000, 'x'), {});
  EXPECT_LT(failure.message.size(), 1000u);
  std::string umlauts = "x";
  for (int i = 0; i < 1000; ++i) umlauts += "ü";
  const auto cut =
      classify_digitalocean("create droplets", "unprocessable_entity", 422, umlauts, {});
  EXPECT_TRUE(cut.message.ends_with("ü.")) << cut.message;
}

}  // namespace
}  // namespace mayfly::clouds
