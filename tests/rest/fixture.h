// What the tests of the door's contract share: one installation for all of them, one user for each.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client.h"
#include "installation.h"

namespace mayfly::rest {

inline constexpr char kAwsKey[] =
    R"({"cloud":"aws","access_key_id":"AKIAEXAMPLE","secret_access_key":"hush+/hush"})";
inline constexpr char kDigitalOceanKey[] = R"({"cloud":"digitalocean","token":"dop_v1_hush"})";
inline constexpr char kSmall[] = R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1})";

inline std::string text_of(const json::value& tree, std::string_view member) {
  const auto* found = tree.is_object() ? tree.get_object().if_contains(member) : nullptr;
  return found && found->is_string() ? std::string(found->get_string()) : "";
}

inline Client new_user(Installation& installation, bool admin = false) {
  static int number = 0;
  const std::string name = "user-" + std::to_string(++number);
  std::string token = installation.add_user(name, admin);
  return {installation.port(), name, std::move(token)};
}

// With a key for AWS.
inline Client new_customer(Installation& installation) {
  Client client = new_user(installation);
  EXPECT_EQ(client.ask("POST", "keys", kAwsKey).status, 201);
  return client;
}

class RestTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { installation_ = std::make_unique<Installation>(); }
  static void TearDownTestSuite() { installation_.reset(); }

  Client user() { return new_user(*installation_); }
  Client admin() { return new_user(*installation_, true); }
  Client customer() { return new_customer(*installation_); }

  static inline std::unique_ptr<Installation> installation_;
};

}  // namespace mayfly::rest
