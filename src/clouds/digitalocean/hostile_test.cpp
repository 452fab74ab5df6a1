// Answers that no API should give. Nothing may crash, a cut listing may not pass for a complete
// one, and no machine may vanish from a listing because one of its members has another shape.
#include "clouds/digitalocean/driver_fixture.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::clouds::digitalocean {
namespace {

using Hostile = DriverTest;

const std::vector<std::string>& odd_values() {
  static const std::vector<std::string> kValues = {
      "null",
      "true",
      "0",
      "-1",
      "1e300",
      "18446744073709551615",
      "\"\"",
      "\"x\"",
      "[]",
      "{}",
      "[null]",
      "[[[[1]]]]",
      R"({"slug":7})",
      R"({"v4":[1,{"type":3},{"type":"public","ip_address":[]}]})",
      R"({"v4":{}})"};
  return kValues;
}

TEST_F(Hostile, AListingCutAnywhereIsNoListing) {
  const std::string whole = droplets_json({{.id = 1}, {.id = 2}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    client.on(kByHomeTag, 200, whole.substr(0, size));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto found = list();
    ASSERT_FALSE(found) << size;
    EXPECT_EQ(found.error().reaction, Reaction::ambiguous) << size;
  }
}

TEST_F(Hostile, AMachineIsShownOrTheListingFailsWhateverItsMembersAre) {
  const json::value droplet = json::parse(droplet_json({})).value();
  std::vector<std::string> bodies;
  for (const auto& member : droplet.as_object()) {
    json::object without = droplet.as_object();
    without.erase(member.key());
    bodies.push_back(json::print(json::value(without)));
    for (const auto& odd : odd_values()) {
      json::object changed = droplet.as_object();
      changed[member.key()] = json::parse(odd).value_or(json::value(nullptr));
      bodies.push_back(json::print(json::value(changed)));
    }
  }
  for (const auto& body : bodies) client.on(kByHomeTag, 200, page_json("droplets", {body}));
  client.on(kGpus, 200, page_json("droplets", {}));
  for (const auto& body : bodies) {
    const auto found = list();
    if (found) {
      EXPECT_EQ(found->size(), 1u) << body;
    } else {
      EXPECT_EQ(found.error().code, "UnreadableAnswer") << body;
    }
  }
}

TEST_F(Hostile, NoBodyCrashesAnyOperation) {
  std::vector<std::string> bodies = {"",
                                     " ",
                                     "{",
                                     "\xff\xfe",
                                     "<html>",
                                     "\"text\"",
                                     "42",
                                     std::string(1 << 20, 'x'),
                                     std::string(100'000, '['),
                                     R"({"droplets":[{}]})",
                                     R"({"droplets":[null]})",
                                     R"({"id":5,"message":{}})",
                                     R"({"id":"conflict","id":"not_found"})",
                                     R"({"account":[]})",
                                     R"({"account":{"uuid":"u","team":7,"droplet_limit":"x"}})",
                                     R"({"regions":[1,{"slug":2}],"links":5})",
                                     R"({"sizes":[{"slug":"a"}],"links":[]})",
                                     R"({"image":null})",
                                     R"({"image":{"regions":7}})"};
  for (const auto& odd : odd_values()) {
    for (const char* member :
         {"account", "regions", "sizes", "image", "droplets", "links", "id", "message"}) {
      bodies.push_back(fmt::format(R"({{"{}":{}}})", member, odd));
    }
  }
  LaunchSpec spec;
  spec.region = "nyc3";
  spec.instance_type = "gpu-h100x1-80gb";
  spec.names = {"m-1"};
  for (int status : {200, 202, 204, 301, 400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 503}) {
    for (const auto& body : bodies) {
      ScriptedClient scripted(clock);
      for (const char* line : {"GET /v2/account", "GET /v2/regions?per_page=200&page=1",
                               "GET /v2/sizes?per_page=200&page=1", "GET /v2/images/debian-12-x64",
                               "POST /v2/droplets", "DELETE /v2/droplets/1", kByHomeTag, kGpus,
                               "GET /v2/droplets?name=m-1&per_page=200&page=1"}) {
        scripted.on(line, status, body);
      }
      DigitalOceanCloud driver(context.get_executor(), scripted, clock,
                               {.endpoint = "http://127.0.0.1:5000"});
      int answered = 0;
      const auto count = [&answered](const auto&) { ++answered; };
      driver.check(key(), loop, count);
      driver.prepare(
          key(), {.region = "nyc3", .instance_type = "a", .arch = Arch::any, .image = "debian-12"},
          loop, count);
      driver.launch(key(), spec, loop, [&](const auto& machines) {
        ++answered;
        ASSERT_FALSE(machines) << status << body;
        if (status < 400)
          EXPECT_EQ(machines.error().reaction, Reaction::ambiguous) << status << body;
      });
      driver.look_up(key(),
                     {.region = "", .tags = {{tag::kInstallation, "home"}}, .names = {"m-1"}}, loop,
                     count);
      driver.list(key(), "", "home", loop, count);
      driver.terminate(key(), "", {"1"}, loop, count);
      context.restart();
      context.run();
      ASSERT_EQ(answered, 6) << status << body;
    }
  }
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
