#include "cli/request_options.h"

#include <fstream>

#include "cli/stage.h"
#include "json/codec.h"
#include "model/request.h"

namespace mayfly::cli {
namespace {

class RequestOptionsTest : public testing::Test {
 protected:
  Result<json::value> make(RequestUse use = RequestUse::whole) {
    std::ostringstream nowhere;
    const Surroundings surroundings{.in = input.fd(),
                                    .out = nowhere,
                                    .err = nowhere,
                                    .transport = transport,
                                    .clock = clock,
                                    .random = random};
    return make_request(options, use, surroundings);
  }
  std::string made(RequestUse use = RequestUse::whole) {
    const auto request = make(use);
    return request ? json::print(*request) : "refused: " + request.error().message;
  }
  std::string file(const std::string& name, std::string_view content) {
    const auto path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  TemporaryFolder folder;
  TypedInput input;
  CurlTransport transport;
  const ManualClock clock;
  SeededRandom random{1};
  RequestOptions options;
};

TEST_F(RequestOptionsTest, SendOnlyWhatWasGiven) {
  EXPECT_EQ(made(), R"({"kind":"vm","count":1})");
  EXPECT_EQ(made(RequestUse::overrides), "{}");
  options.count = 3;
  EXPECT_EQ(made(RequestUse::overrides), R"({"count":3})");
}

TEST_F(RequestOptionsTest, BecomeTheRequestOfTheModel) {
  options = {.count = 2,
             .vcpus = 4,
             .memory = Gib{7'500'000},
             .disk = 50,
             .arch = "arm64",
             .image = "debian-12",
             .clouds = {"aws"},
             .regions = {"eu-*", "aws:us-east-1"},
             .type = "t4g.xlarge",
             .match = "at-least",
             .no_burstable = true,
             .spread = true,
             .max_price = Money{104'000},
             .lease = "1h30m",
             .name = "build",
             .ssh_key = file("key.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ann@box\n"),
             .user_data = file("data.sh", "#!/bin/sh\necho hü\n")};
  const auto request = make();
  ASSERT_TRUE(request.has_value());
  const auto decoded = json::decode<Request>(*request);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  const Request expected{.count = 2,
                         .vcpus = 4,
                         .memory_gib = Gib{7'500'000},
                         .disk_gib = 50,
                         .arch = Arch::arm64,
                         .image = "debian-12",
                         .clouds = {{"aws"}},
                         .regions = {{"eu-*", "aws:us-east-1"}},
                         .instance_type = "t4g.xlarge",
                         .match = Match::at_least,
                         .burstable = false,
                         .spread = true,
                         .max_price_usd_hour = Money{104'000},
                         .lease = 90min,
                         .name = "build",
                         .ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ann@box",
                         .user_data = "#!/bin/sh\necho hü\n"};
  EXPECT_EQ(*decoded, expected);
}

TEST_F(RequestOptionsTest, OfAClusterHaveNodesAndNoCount) {
  options.cluster = true;
  EXPECT_EQ(made(), R"({"kind":"cluster","nodes":3})");
  EXPECT_EQ(made(RequestUse::overrides), R"({"kind":"cluster"})");
  options.nodes = 5;
  EXPECT_EQ(made(), R"({"kind":"cluster","nodes":5})");
  options.cluster = false;
  EXPECT_EQ(made(RequestUse::overrides), R"({"nodes":5})");
}

TEST_F(RequestOptionsTest, OfAClusterBecomeTheRequestOfTheModel) {
  options.cluster = true;
  options.nodes = 5;
  options.release = "emr-7.1.0";
  options.applications = {"Spark", "Hive"};
  options.spot_workers = true;
  options.idle_timeout = "2h";
  options.log_uri = "s3://logs/emr/";
  options.subnet = "subnet-1";
  options.open_to = "203.0.113.0/24";
  options.regions = {"us-east-1"};
  const auto request = make();
  ASSERT_TRUE(request.has_value());
  const auto decoded = json::decode<Request>(*request);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  const Request expected{.kind = Kind::cluster,
                         .regions = {{"us-east-1"}},
                         .nodes = 5,
                         .release = "emr-7.1.0",
                         .applications = {{"Spark", "Hive"}},
                         .idle_timeout = 2h,
                         .spot_workers = true,
                         .log_uri = "s3://logs/emr/",
                         .subnet = "subnet-1",
                         .open_to = "203.0.113.0/24"};
  EXPECT_EQ(*decoded, expected);
}

TEST_F(RequestOptionsTest, OfMachinesAndOfClustersDoNotStandTogether) {
  EXPECT_EQ(contradiction(options, RequestUse::whole), "");
  options.open_to = "203.0.113.0/24";
  EXPECT_EQ(contradiction(options, RequestUse::whole), "--open-to is for clusters: add --cluster");
  EXPECT_EQ(contradiction(options, RequestUse::overrides), "") << "the template may be a cluster";
  options.cluster = true;
  EXPECT_EQ(contradiction(options, RequestUse::whole), "");
  options.count = 2;
  EXPECT_EQ(contradiction(options, RequestUse::whole),
            "--count is for machines; the size of a cluster is --nodes");
}

TEST_F(RequestOptionsTest, KeepPrivateKeysHere) {
  options.ssh_key = file("id", "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n");
  const auto request = make();
  ASSERT_FALSE(request.has_value());
  EXPECT_THAT(request.error().message, testing::HasSubstr("is a private key"));
  EXPECT_THAT(request.error().remedy, testing::HasSubstr("id.pub"));
}

TEST_F(RequestOptionsTest, ReadStandardInputOnce) {
  input.reset("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n");
  options.ssh_key = "-";
  EXPECT_THAT(made(), testing::HasSubstr(R"("ssh_public_key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5")"));
  options.user_data = "-";
  EXPECT_THAT(made(), testing::HasSubstr("refused: Standard input cannot be both"));
}

TEST_F(RequestOptionsTest, RefuseFilesThatCannotBeSent) {
  options.user_data = (folder.path() / "absent").string();
  EXPECT_THAT(made(), testing::HasSubstr("refused: Cannot read the file"));
  options.user_data = file("binary", "\xFF\xFE");
  EXPECT_THAT(made(), testing::HasSubstr("is not UTF-8 text"));
}

}  // namespace
}  // namespace mayfly::cli
