#include "clouds/digitalocean/availability.h"

#include "clouds/digitalocean/driver_fixture.h"

namespace mayfly::clouds::digitalocean {
namespace {

constexpr char kSizes[] = "GET /v2/sizes?per_page=200&page=1";
constexpr char kUbuntu[] = "GET /v2/images/ubuntu-24-04-x64";

class AvailabilityTest : public DriverTest {
 public:
  PrepareSpec spec(std::string type = "s-1vcpu-1gb", std::string region = "nyc3",
                   std::string image = "ubuntu-24.04") {
    return {.region = std::move(region),
            .instance_type = std::move(type),
            .arch = Arch::x86_64,
            .image = std::move(image)};
  }
  void script_sizes() {
    client.on(
        kSizes, 200,
        page_json("sizes", {size_json("s-1vcpu-1gb", R"("nyc3","ams3")"),
                            size_json("s-sold-out", "\"nyc3\"", false),
                            size_json("s-tiny", "\"nyc3\"", true, 5), size_json("s-nowhere", "")}));
  }
  void script_ubuntu() { client.on(kUbuntu, 200, image_of("ubuntu-24-04-x64", "\"nyc3\"")); }
  static std::string image_of(std::string_view slug, std::string_view regions,
                              std::string_view status = "available") {
    return fmt::format(R"({{"image":{}}})", image_json(slug, regions, status));
  }
  CloudFailure refusal(PrepareSpec wanted) {
    const auto targets = prepare(std::move(wanted));
    return targets ? CloudFailure{.code = "no failure"} : targets.error();
  }
};

TEST_F(AvailabilityTest, GivesOneTargetWithTheImagesSlug) {
  script_sizes();
  script_ubuntu();
  const auto targets = prepare(spec());
  ASSERT_TRUE(targets) << targets.error().message;
  ASSERT_EQ(targets->size(), 1u);
  LaunchTarget expected;
  expected.image = "ubuntu-24-04-x64";
  EXPECT_EQ(targets->front(), expected);
}

TEST_F(AvailabilityTest, TranslatesOurImageNames) {
  EXPECT_EQ(image_slug("ubuntu-24.04"), "ubuntu-24-04-x64");
  EXPECT_EQ(image_slug("ubuntu-22.04"), "ubuntu-22-04-x64");
  EXPECT_EQ(image_slug("debian-12"), "debian-12-x64");
  EXPECT_EQ(image_slug("rockylinux-9-x64"), "rockylinux-9-x64");
  EXPECT_EQ(image_slug("ami-0123"), "");
  EXPECT_EQ(image_slug("amazon-linux-2023"), "");
}

TEST_F(AvailabilityTest, ASizeThatCannotBeHadLeadsToTheNextOffer) {
  script_sizes();
  script_ubuntu();
  for (const char* type : {"s-sold-out", "s-nowhere", "s-unknown"}) {
    EXPECT_EQ(refusal(spec(type)).reaction, Reaction::next_offer) << type;
  }
  EXPECT_EQ(refusal(spec("s-1vcpu-1gb", "sfo3")).reaction, Reaction::next_offer);
  EXPECT_EQ(refusal(spec("s-unknown")).code, "SizeNotFound");
  EXPECT_EQ(refusal(spec("s-sold-out")).code, "SizeNotAvailable");
  EXPECT_EQ(refusal(spec("s-tiny")).code, "DiskTooSmall");
  EXPECT_EQ(refusal(spec("s-tiny")).reaction, Reaction::next_offer);
}

TEST_F(AvailabilityTest, ArmIsNotSold) {
  PrepareSpec arm = spec();
  arm.arch = Arch::arm64;
  EXPECT_EQ(refusal(arm).reaction, Reaction::next_offer);
  EXPECT_TRUE(client.lines.empty());
}

TEST_F(AvailabilityTest, AnImageOfAnotherCloudSkipsThisOneWithoutAsking) {
  EXPECT_EQ(refusal(spec("s-1vcpu-1gb", "nyc3", "ami-0123456789abcdef0")).reaction,
            Reaction::skip_cloud);
  EXPECT_TRUE(client.lines.empty());
}

TEST_F(AvailabilityTest, AnImageThatIsGoneSkipsTheCloud) {
  script_sizes();
  client.on("GET /v2/images/debian-12-x64", 404,
            error_json("not_found", "The resource could not be found."));
  client.on("GET /v2/images/old-x64", 200, image_of("old-x64", "\"nyc3\"", "retired"));
  EXPECT_EQ(refusal(spec("s-1vcpu-1gb", "nyc3", "debian-12")).reaction, Reaction::skip_cloud);
  EXPECT_EQ(refusal(spec("s-1vcpu-1gb", "nyc3", "debian-12")).code, "ImageNotFound");
  EXPECT_EQ(refusal(spec("s-1vcpu-1gb", "nyc3", "old-x64")).code, "ImageNotFound");
}

TEST_F(AvailabilityTest, AnImageThatTheRegionLacksSkipsTheRegion) {
  script_sizes();
  script_ubuntu();
  EXPECT_EQ(refusal(spec("s-1vcpu-1gb", "ams3")).reaction, Reaction::skip_region);
}

TEST_F(AvailabilityTest, AnImagesNameCannotLeaveItsPath) {
  script_sizes();
  client.on("GET /v2/images/..%2Faccount%3F-x64", 404, error_json("not_found", "x"));
  EXPECT_EQ(refusal(spec("s-1vcpu-1gb", "nyc3", "../account?-x64")).code, "ImageNotFound");
}

TEST_F(AvailabilityTest, IsAskedOnceForManyLaunches) {
  script_sizes();
  script_ubuntu();
  int answered = 0;
  for (int i = 0; i < 50; ++i) {
    cloud.prepare(key(), spec(), loop, [&](const auto& targets) { answered += targets ? 1 : 0; });
  }
  context.run();
  EXPECT_EQ(answered, 50);
  EXPECT_EQ(client.count(kSizes), 1u);
  EXPECT_EQ(client.count(kUbuntu), 1u);
}

TEST_F(AvailabilityTest, IsAskedApartForEachKey) {
  script_sizes();
  script_ubuntu();
  Credentials other = key();
  other.key_id = "k-2";
  int answered = 0;
  cloud.prepare(key(), spec(), loop, [&](const auto& targets) { answered += targets ? 1 : 0; });
  cloud.prepare(other, spec(), loop, [&](const auto& targets) { answered += targets ? 1 : 0; });
  context.run();
  EXPECT_EQ(answered, 2);
  EXPECT_EQ(client.count(kSizes), 2u);
}

TEST_F(AvailabilityTest, IsAskedAgainWhenItIsOld) {
  script_sizes();
  script_ubuntu();
  EXPECT_TRUE(prepare(spec()));
  clock.time += kSizesAgeMax - 1s;
  EXPECT_TRUE(prepare(spec()));
  EXPECT_EQ(client.count(kSizes), 1u);
  clock.time += 1s;
  EXPECT_TRUE(prepare(spec()));
  EXPECT_EQ(client.count(kSizes), 2u);
  EXPECT_EQ(client.count(kUbuntu), 1u);
  clock.time += kImageAgeMax;
  EXPECT_TRUE(prepare(spec()));
  EXPECT_EQ(client.count(kUbuntu), 2u);
}

TEST_F(AvailabilityTest, AFailureIsNotRemembered) {
  client.on(kSizes, 503, "");
  script_sizes();
  script_ubuntu();
  EXPECT_EQ(refusal(spec()).reaction, Reaction::ambiguous);
  EXPECT_TRUE(prepare(spec()));
}

TEST_F(AvailabilityTest, AFailureIsAnsweredToAllWhoWait) {
  client.on(kSizes, 429, error_json("too_many_requests", "API rate limit exceeded."),
            {{"Retry-After", "7"}});
  int throttled = 0;
  for (int i = 0; i < 3; ++i) {
    cloud.prepare(key(), spec(), loop, [&](const auto& targets) {
      throttled += !targets && targets.error().retry_after == Duration(7s) ? 1 : 0;
    });
  }
  context.run();
  EXPECT_EQ(throttled, 3);
  EXPECT_EQ(client.count(kSizes), 1u);
}

TEST_F(AvailabilityTest, LeavesNothingBehindWhenTheClientEnds) {
  client.on_nothing(kSizes);
  for (int i = 0; i < 3; ++i) {
    cloud.prepare(key(), spec(), loop, [](const auto&) { FAIL() << "no answer"; });
  }
  context.run();
}

TEST_F(AvailabilityTest, IsAskedAgainAfterARefusedCreate) {
  script_sizes();
  script_ubuntu();
  client.on("POST /v2/droplets", 422,
            error_json("unprocessable_entity", "Size is not available in this region."));
  EXPECT_TRUE(prepare(spec()));
  LaunchSpec wanted;
  wanted.region = "nyc3";
  wanted.instance_type = "s-1vcpu-1gb";
  wanted.target.image = "ubuntu-24-04-x64";
  wanted.names = {"m-1"};
  EXPECT_EQ(launch(wanted).error().reaction, Reaction::next_offer);
  EXPECT_TRUE(prepare(spec()));
  EXPECT_EQ(client.count(kSizes), 2u);
  EXPECT_EQ(client.count(kUbuntu), 2u);
}

TEST_F(AvailabilityTest, ReadsEveryPageOfSizes) {
  client.on(kSizes, 200,
            page_json("sizes", {size_json("s-other", "\"nyc3\"")},
                      "https://elsewhere.example/v2/sizes?page=2"));
  client.on("GET /v2/sizes?per_page=200&page=2", 200,
            page_json("sizes", {size_json("s-1vcpu-1gb", "\"nyc3\"")}));
  script_ubuntu();
  EXPECT_TRUE(prepare(spec()));
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
