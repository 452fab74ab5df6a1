#include "server/assembly.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "http/client.h"

namespace mayfly::server {
namespace {

constexpr char kNobodyListens[] = "http://127.0.0.1:9";

class AssemblyTest : public testing::Test {
 protected:
  void SetUp() override {
    char made[] = "/tmp/mayfly-assembly-XXXXXX";
    ASSERT_NE(::mkdtemp(made), nullptr);
    config_.data = made;
    config_.port = 0;
    config_.authenticate = false;
    config_.log_level = log::Level::off;
    config_.aws_endpoint = config_.digitalocean_endpoint = kNobodyListens;
    log::configure(config_.log_level, config_.log_json);
  }
  void TearDown() override { std::filesystem::remove_all(config_.data); }

  static int status(http::Call call) {
    const auto answer = http::send_and_wait(std::move(call));
    return answer ? answer->status : 0;
  }

  Config config_;
};

// For the thread sanitizer, too: every thread of the server has a part in it.
TEST_F(AssemblyTest, StartsAndEndsAgainAndAgain) {
  for (int round = 0; round < 5; ++round) {
    const auto running = Assembly::start(config_);
    ASSERT_TRUE(running) << running.error().message;
    EXPECT_EQ(status({.url = (*running)->url() + "/healthz"}), 200);
    // A key is tried at its cloud, which is away.
    EXPECT_EQ(status({.method = "POST",
                      .url = (*running)->url() + "/users/ann/keys",
                      .headers = {{"Content-Type", "application/json"}},
                      .body = R"({"cloud":"digitalocean","token":"dop_v1_hush"})"}),
              502);
  }
}

TEST_F(AssemblyTest, IsAloneOnItsData) {
  const auto first = Assembly::start(config_);
  ASSERT_TRUE(first) << first.error().message;
  const auto second = Assembly::start(config_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
}

}  // namespace
}  // namespace mayfly::server
