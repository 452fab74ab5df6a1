#include "clouds/digitalocean/driver_fixture.h"
#include "clouds/digitalocean/gpu_watch.h"
#include "clouds/digitalocean/pages.h"
#include "model/instance.h"

namespace mayfly::clouds::digitalocean {
namespace {

class ListingTest : public DriverTest {
 public:
  void script_gpus(const std::vector<DropletShape>& shapes = {}) {
    client.on(kGpus, 200, droplets_json(shapes));
  }
  std::vector<std::string> ids(const CloudResult<std::vector<Instance>>& found) {
    std::vector<std::string> all;
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    if (found) {
      for (const auto& instance : *found) all.push_back(instance.id);
    }
    return all;
  }
  void launch_gpu() {
    client.on("POST /v2/droplets", 500, "");
    LaunchSpec spec;
    spec.region = "nyc3";
    spec.instance_type = "gpu-h100x1-80gb";
    spec.names = {"m-1"};
    EXPECT_EQ(launch(spec).error().reaction, Reaction::ambiguous);
  }
};

using Ids = std::vector<std::string>;
using List = ListingTest;
using LookUp = ListingTest;

TEST_F(List, ShowsADropletAsAnInstance) {
  client.on(kByHomeTag, 200, droplets_json({{}}));
  script_gpus();
  const auto found = list();
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 1u);
  const Instance expected{.id = "3164444",
                          .name = "mayfly-r-1-1",
                          .region = "nyc3",
                          .zone = "",
                          .instance_type = "s-1vcpu-1gb",
                          .state = InstanceState::running,
                          .public_ip = "192.0.2.17",
                          .private_ip = "10.128.192.124",
                          .launched_at = parse_time("2026-11-22T11:58:00Z").value(),
                          .state_reason = "",
                          .tags = {{tag::kInstallation, "home"}}};
  EXPECT_EQ(found->front(), expected);
}

TEST_F(List, TellsEveryState) {
  client.on(kByHomeTag, 200,
            droplets_json({{.id = 1, .status = "new", .v4 = ""},
                           {.id = 2, .status = "active"},
                           {.id = 3, .status = "off"},
                           {.id = 4, .status = "archive"},
                           {.id = 5, .status = "hibernating"}}));
  script_gpus();
  const auto found = list();
  ASSERT_TRUE(found);
  std::vector<InstanceState> states;
  for (const auto& instance : *found) states.push_back(instance.state);
  EXPECT_EQ(states,
            (std::vector{InstanceState::pending, InstanceState::running, InstanceState::stopped,
                         InstanceState::terminated, InstanceState::pending}));
  EXPECT_EQ(found->back().state_reason, "unknown status 'hibernating'");
}

TEST_F(List, ReadsEveryPageOfOurOwnHostOnly) {
  client.on(kByHomeTag, 200,
            droplets_json({{.id = 1}},
                          "https://evil.example/v2/droplets?page=2&per_page=1&tag_name=other"));
  client.on("GET /v2/droplets?tag_name=mayfly%3Ainstallation%3Ahome&per_page=200&page=2", 200,
            droplets_json({{.id = 2}}, "https://api.digitalocean.com/v2/droplets?page=3"));
  client.on("GET /v2/droplets?tag_name=mayfly%3Ainstallation%3Ahome&per_page=200&page=3", 200,
            droplets_json({{.id = 3}, {.id = 1}}));
  script_gpus();
  EXPECT_EQ(ids(list()), (Ids{"1", "2", "3"}));
}

TEST_F(List, IsNothingWithoutItsLastPage) {
  client.on(kByHomeTag, 200,
            droplets_json({{.id = 1}}, "https://api.digitalocean.com/v2/droplets?page=2"));
  client.on("GET /v2/droplets?tag_name=mayfly%3Ainstallation%3Ahome&per_page=200&page=2", 502,
            "<html>Bad Gateway</html>");
  const auto found = list();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().reaction, Reaction::ambiguous);
  EXPECT_EQ(found.error().code, "Http502");
  EXPECT_FALSE(found.error().message.contains("html"));
}

TEST_F(List, RefusesALinkThatDoesNotLeadToTheNextPage) {
  const std::vector<std::string> links = {"https://x/v2/droplets?page=1",
                                          "https://x/v2/droplets?page=3",
                                          "https://x/v2/droplets?page=-2",
                                          "https://x/v2/droplets",
                                          "?page=%zz",
                                          "https://x/?page=99999999999999999999"};
  for (const auto& link : links) client.on(kByHomeTag, 200, droplets_json({}, link));
  for (const auto& link : links) {
    const auto found = list();
    ASSERT_FALSE(found) << link;
    EXPECT_EQ(found.error().code, "UnreadableAnswer") << link;
  }
}

TEST_F(List, EndsWhenAServerPagesForEver) {
  for (int page = 1; page <= kPagesMax; ++page) {
    client.on(
        fmt::format("GET /v2/droplets?tag_name=mayfly%3Ainstallation%3Ahome&per_page=200&page={}",
                    page),
        200, droplets_json({}, fmt::format("https://x/?page={}", page + 1)));
  }
  const auto found = list();
  ASSERT_FALSE(found);
  EXPECT_EQ(client.calls.size(), static_cast<std::size_t>(kPagesMax));
}

TEST_F(List, OfOneRegionLeavesOutTheOthers) {
  client.on(kByHomeTag, 200,
            droplets_json({{.id = 1, .region = "nyc3"}, {.id = 2, .region = "ams3"}}));
  script_gpus();
  EXPECT_EQ(ids(list("ams3")), (Ids{"2"}));
  EXPECT_EQ(ids(list("")), (Ids{"1", "2"}));
}

TEST_F(List, ProvesNothingWhenTheServerIgnoresTheTag) {
  client.on(kByHomeTag, 200, droplets_json({{.id = 1}, {.id = 2, .tags = "\"somebody-elses\""}}));
  const auto found = list();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "UnreadableAnswer");
  EXPECT_EQ(found.error().reaction, Reaction::ambiguous);
}

TEST_F(List, KnowsOurTagInAnyCase) {
  client.on(kByHomeTag, 200, droplets_json({{.id = 1, .tags = "\"Mayfly:Installation:HOME\""}}));
  script_gpus();
  EXPECT_EQ(ids(list()), (Ids{"1"}));
}

TEST_F(List, DoesNotTakeOtherCapitalsForTheExactTag) {
  client.on(kByHomeTag, 200,
            droplets_json({{.id = 1, .tags = "\"MAYFLY:installation:home\""},
                           {.id = 2, .tags = "\"mayfly:installation:home\""}}));
  script_gpus();
  const auto found = list();
  ASSERT_EQ(ids(found), (Ids{"1", "2"}));
  EXPECT_FALSE((*found)[0].tags.contains(tag::kInstallation));
  EXPECT_EQ((*found)[1].tags.at(tag::kInstallation), "home");
}

TEST_F(List, ShowsOurGpuMachinesToo) {
  client.on(kByHomeTag, 200, droplets_json({{.id = 1}}));
  script_gpus({{.id = 2}, {.id = 3, .tags = "\"somebody-elses\""}, {.id = 4, .tags = ""}});
  EXPECT_EQ(ids(list()), (Ids{"1", "2"}));
}

TEST_F(List, SkipsTheGpuListingWhileNoneOfOursCanBeThere) {
  client.on(kByHomeTag, 200, droplets_json({}));
  script_gpus({{.id = 3, .tags = "\"somebody-elses\""}});
  list();
  clock.time += 5min;
  list();
  EXPECT_EQ(client.count(kGpus), 2u) << "after a restart every listing looks";
  clock.time += kGpuWatchedAtFirst;
  list();
  EXPECT_EQ(client.count(kGpus), 3u);
  list();
  list();
  EXPECT_EQ(client.count(kGpus), 3u);
  clock.time += kGpuListingInterval;
  list();
  EXPECT_EQ(client.count(kGpus), 4u);
}

TEST_F(List, OfEverythingLooksForGpuMachinesEveryTime) {
  client.on(kByHomeTag, 200, droplets_json({{.id = 1}}));
  script_gpus({{.id = 2}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ids(list_everything()), (Ids{"1", "2"}));
  EXPECT_EQ(client.count(kGpus), 3u);
}

TEST_F(List, LooksForGpuMachinesEveryTimeAfterOneWasLaunchedOrSeen) {
  client.on(kByHomeTag, 200, droplets_json({}));
  script_gpus();
  list();
  clock.time += kGpuWatchedAtFirst;
  list();
  launch_gpu();
  for (int i = 0; i < 5; ++i) list();
  EXPECT_EQ(client.count(kGpus), 7u);
  clock.time += kGpuWatched;
  list();
  list();
  EXPECT_EQ(client.count(kGpus), 8u);
}

TEST_F(List, FailsWhenTheGpuListingFails) {
  client.on(kByHomeTag, 200, droplets_json({{.id = 1}}));
  client.on(kGpus, 500, error_json("server_error", "x"));
  EXPECT_FALSE(list());
}

TEST_F(LookUp, AsksByTagAndByEachNameAndMerges) {
  client.on("GET /v2/droplets?tag_name=mayfly%3Aattempt%3Ar-1-1&per_page=200&page=1", 200,
            droplets_json({{.id = 5,
                            .name = "m-1",
                            .tags = R"("mayfly:attempt:r-1-1","mayfly:installation:home")"}}));
  client.on(
      "GET /v2/droplets?name=m-1&per_page=200&page=1", 200,
      droplets_json(
          {{.id = 5, .name = "m-1", .tags = R"("mayfly:attempt:r-1-1","mayfly:installation:home")"},
           {.id = 4, .name = "m-1", .tags = ""},
           {.id = 6, .name = "M-1", .tags = ""}}));
  client.on("GET /v2/droplets?name=m-2&per_page=200&page=1", 200, droplets_json({}));
  script_gpus({{.id = 9, .name = "m-2", .tags = ""}, {.id = 10, .name = "other", .tags = ""}});
  const auto found = look_up({.region = "nyc3",
                              .tags = {{tag::kInstallation, "home"}, {tag::kAttempt, "r-1-1"}},
                              .names = {"m-1", "m-2"}});
  EXPECT_EQ(ids(found), (Ids{"4", "5", "9"}));
}

TEST_F(LookUp, WantsAllTheTags) {
  client.on(
      "GET /v2/droplets?tag_name=mayfly%3Areservation%3Ar-1&per_page=200&page=1", 200,
      droplets_json({{.id = 1, .tags = R"("mayfly:reservation:r-1","mayfly:installation:other")"},
                     {.id = 2, .tags = R"("mayfly:reservation:r-1","mayfly:installation:home")"}}));
  script_gpus();
  EXPECT_EQ(ids(look_up({.region = "",
                         .tags = {{tag::kInstallation, "home"}, {tag::kReservation, "r-1"}},
                         .names = {}})),
            (Ids{"2"}));
}

TEST_F(LookUp, OfNothingFindsNothing) {
  EXPECT_EQ(ids(look_up({})), Ids{});
  EXPECT_TRUE(client.calls.empty());
}

TEST_F(LookUp, AlwaysLooksAmongGpuMachines) {
  client.on(kByHomeTag, 200, droplets_json({}));
  script_gpus();
  for (int i = 0; i < 3; ++i)
    look_up({.region = "", .tags = {{tag::kInstallation, "home"}}, .names = {}});
  EXPECT_EQ(client.count(kGpus), 3u);
}

TEST_F(LookUp, FailsWhenAnyOfItsQuestionsFails) {
  const std::string by_name = "GET /v2/droplets?name=m-1&per_page=200&page=1";
  client.on(kByHomeTag, 503, "");
  client.on(kByHomeTag, 200, droplets_json({}));
  client.on(by_name, 503, "");
  client.on(by_name, 200, droplets_json({{.id = 1, .name = "m-1"}}));
  client.on(kGpus, 503, "");
  script_gpus();
  const Cloud::LookUp what{.region = "", .tags = {{tag::kInstallation, "home"}}, .names = {"m-1"}};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(look_up(what)) << i;
  EXPECT_EQ(ids(look_up(what)), (Ids{"1"}));
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
