#include "clouds/digitalocean/driver.h"
#include "clouds/digitalocean/driver_fixture.h"
#include "json/parse.h"
#include "model/instance.h"

namespace mayfly::clouds::digitalocean {
namespace {

using Launch = DriverTest;

constexpr char kCreate[] = "POST /v2/droplets";

LaunchSpec three_machines() {
  LaunchSpec spec;
  spec.region = "nyc3";
  spec.instance_type = "s-1vcpu-1gb";
  spec.target.image = "ubuntu-24-04-x64";
  spec.disk_gib = 25;
  spec.names = {"mayfly-r-1-1", "mayfly-r-1-2", "mayfly-r-1-3"};
  spec.token = "unused";
  spec.user_data = "#cloud-config\nssh_authorized_keys:\n- \"ssh-ed25519 AAAA\"\n";
  spec.tags = {{tag::kInstallation, "home"}, {tag::kReservation, "r-1"}, {tag::kAttempt, "r-1-1"}};
  return spec;
}

DropletShape created(std::int64_t id, std::string name) {
  return {.id = id, .name = std::move(name), .status = "new", .tags = "", .v4 = ""};
}

std::string created_json(const std::vector<DropletShape>& shapes) {
  std::vector<std::string> elements;
  for (const auto& shape : shapes) elements.push_back(droplet_json(shape));
  return fmt::format(
      R"({{"droplets":[{}],"links":{{"actions":[{{"id":7515,"rel":"create",
"href":"https://api.digitalocean.com/v2/actions/7515"}}]}}}})",
      fmt::join(elements, ","));
}

TEST_F(Launch, SendsExactlyThis) {
  client.on(kCreate, 202,
            created_json({created(1, "mayfly-r-1-1"), created(2, "mayfly-r-1-2"),
                          created(3, "mayfly-r-1-3")}));
  ASSERT_TRUE(launch(three_machines()));
  ASSERT_EQ(client.calls.size(), 1u);
  const http::Call& call = client.calls.front();
  EXPECT_EQ(call.url, "http://127.0.0.1:5000/v2/droplets");
  EXPECT_EQ(
      call.body,
      R"({"names":["mayfly-r-1-1","mayfly-r-1-2","mayfly-r-1-3"],"region":"nyc3","size":"s-1vcpu-1gb",)"
      R"("image":"ubuntu-24-04-x64","tags":["mayfly:attempt:r-1-1","mayfly:installation:home",)"
      R"("mayfly:reservation:r-1"],"user_data":"#cloud-config\nssh_authorized_keys:\n- \"ssh-ed25519 AAAA\"\n",)"
      R"("backups":false,"ipv6":false,"monitoring":false,"public_networking":true,"with_droplet_agent":false})");
  EXPECT_EQ(http::find_header(call.headers, "Authorization"), "Bearer dop_v1_0123456789abcdef");
  EXPECT_EQ(http::find_header(call.headers, "Content-Type"), "application/json");
  EXPECT_EQ(call.deadline, kCreateDeadline);
}

TEST_F(Launch, OfOneMachineSendsAListOfOneNameAndNoEmptyUserData) {
  client.on(kCreate, 202, created_json({created(1, "m-1")}));
  LaunchSpec spec = three_machines();
  spec.names = {"m-1"};
  spec.user_data.clear();
  ASSERT_TRUE(launch(spec));
  EXPECT_TRUE(client.calls.front().body.starts_with(R"({"names":["m-1"],)"));
  EXPECT_FALSE(client.calls.front().body.contains("user_data"));
}

TEST_F(Launch, RepeatsWithTheSameBytes) {
  client.on(kCreate, 202, created_json({}));
  (void)launch(three_machines());
  (void)launch(three_machines());
  EXPECT_EQ(client.calls[0].body, client.calls[1].body);
}

TEST_F(Launch, AnswersPendingMachinesInTheOrderOfTheirNames) {
  client.on(kCreate, 202,
            created_json({created(8, "mayfly-r-1-3"), created(9, "mayfly-r-1-1"),
                          created(7, "mayfly-r-1-2")}));
  const auto machines = launch(three_machines());
  ASSERT_TRUE(machines) << machines.error().message;
  ASSERT_EQ(machines->size(), 3u);
  EXPECT_EQ((*machines)[0].id, "9");
  EXPECT_EQ((*machines)[1].id, "7");
  EXPECT_EQ((*machines)[2].id, "8");
  for (const auto& machine : *machines) {
    EXPECT_EQ(machine.state, InstanceState::pending);
    EXPECT_EQ(machine.region, "nyc3");
    EXPECT_EQ(machine.instance_type, "s-1vcpu-1gb");
    EXPECT_EQ(machine.public_ip, "");
    EXPECT_EQ(machine.launched_at, parse_time("2026-11-22T11:58:00Z").value());
  }
}

TEST_F(Launch, ThatShowsAnythingButTheMachinesAskedForIsAmbiguous) {
  const std::string a = "mayfly-r-1-1", b = "mayfly-r-1-2", c = "mayfly-r-1-3";
  const std::vector<std::string> bodies = {
      created_json({}),
      created_json({created(1, a)}),
      created_json({created(1, a), created(2, b), created(3, "other")}),
      created_json({created(1, a), created(2, a), created(3, b)}),
      created_json({created(1, a), created(2, b), created(3, c), created(4, c)}),
      fmt::format(R"({{"droplet":{},"links":{{}}}})", droplet_json(created(1, a))),
      "",
      "{}",
      "[]",
      "null",
      "<html>Accepted</html>",
      R"({"droplets":{}})",
      R"({"droplets":[1,2,3]})"};
  for (const auto& body : bodies) client.on(kCreate, 202, body);
  for (const auto& body : bodies) {
    const auto machines = launch(three_machines());
    ASSERT_FALSE(machines) << body;
    EXPECT_EQ(machines.error().reaction, Reaction::ambiguous) << body;
    EXPECT_EQ(machines.error().code, "UnreadableAnswer") << body;
  }
  EXPECT_EQ(client.calls.size(), bodies.size()) << "a create is never repeated in here";
}

TEST_F(Launch, RefusesBeforehandWhatDigitalOceanWouldRefuse) {
  LaunchSpec spec = three_machines();
  spec.user_data.assign(kUserDataBytesMax + 1, 'x');
  EXPECT_EQ(launch(spec).error().reaction, Reaction::fatal);
  spec = three_machines();
  spec.tags[tag::kReservation] = std::string(300, 'x');
  EXPECT_EQ(launch(spec).error().reaction, Reaction::fatal);
  EXPECT_TRUE(client.calls.empty());
}

TEST_F(Launch, PassesOnWhatARefusalMeans) {
  struct Row {
    int status;
    const char* id;
    const char* message;
    Reaction reaction;
  };
  const std::vector<Row> rows = {
      {401, "unauthorized", "Unable to authenticate you", Reaction::key_refused},
      {403, "forbidden", "You are not authorized to perform this operation", Reaction::skip_cloud},
      {409, "conflict", "conflict", Reaction::ambiguous},
      {422, "unprocessable_entity", "Size is not available in this region.", Reaction::next_offer},
      {422, "unprocessable_entity", "Region is not available", Reaction::skip_region},
      {422, "unprocessable_entity", "creating this/these droplet(s) will exceed your droplet limit",
       Reaction::skip_cloud},
      {422, "unprocessable_entity",
       "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)", Reaction::fatal},
      {429, "too_many_requests", "API rate limit exceeded.", Reaction::again},
      {500, "server_error", "Unexpected server-side error", Reaction::ambiguous},
      {503, "service_unavailable", "Maintenance", Reaction::ambiguous},
  };
  for (const Row& row : rows) client.on(kCreate, row.status, error_json(row.id, row.message));
  for (const Row& row : rows) {
    const auto machines = launch(three_machines());
    ASSERT_FALSE(machines) << row.message;
    EXPECT_EQ(machines.error().reaction, row.reaction) << row.message;
    EXPECT_EQ(machines.error().code, row.id);
    EXPECT_TRUE(machines.error().message.contains("4d9d8375"))
        << "support asks for the request's id";
  }
  EXPECT_EQ(client.calls.size(), rows.size());
}

TEST_F(Launch, SaysWhatADroppedConnectionMeans) {
  client.on_failure(kCreate, {.reached = http::Reached::no, .message = "connection refused"});
  client.on_failure(kCreate, {.reached = http::Reached::maybe, .message = "connection reset"});
  client.on_failure(kCreate, {.reached = http::Reached::maybe, .message = "no answer in time"},
                    kCreateDeadline);
  const auto unreachable = launch(three_machines()).error();
  EXPECT_EQ(unreachable.reaction, Reaction::again);
  EXPECT_EQ(unreachable.code, "Unreachable");
  const auto lost = launch(three_machines()).error();
  EXPECT_EQ(lost.reaction, Reaction::ambiguous);
  EXPECT_EQ(lost.code, "ConnectionLost");
  const auto late = launch(three_machines()).error();
  EXPECT_EQ(late.reaction, Reaction::ambiguous);
  EXPECT_EQ(late.code, "Timeout");
  EXPECT_EQ(client.calls.size(), 3u);
}

TEST_F(Launch, AnswersEvenWhenTheCloudObjectIsGone) {
  client.on(kCreate, 202, created_json({created(1, "m-1")}));
  LaunchSpec spec = three_machines();
  spec.names = {"m-1"};
  int answered = 0;
  auto leaving =
      std::make_unique<DigitalOceanCloud>(context.get_executor(), client, clock,
                                          DigitalOceanOptions{.endpoint = "http://127.0.0.1:5000"});
  leaving->launch(key(), spec, loop, [&](const auto& machines) { answered += machines ? 1 : 0; });
  leaving.reset();
  context.run();
  EXPECT_EQ(answered, 1);
}

TEST_F(Launch, IsForgottenWithoutACrashWhenTheClientEnds) {
  client.on_nothing(kCreate);
  cloud.launch(key(), three_machines(), loop, [](const auto&) { FAIL() << "nothing to answer"; });
  context.run();
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
