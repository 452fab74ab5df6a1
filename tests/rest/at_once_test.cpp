// Many clients at once. What each of them hears is what it would hear alone; what they share
// without a lock, the thread sanitizer sees here (scripts/tsan.sh).
#include <functional>
#include <thread>

#include "fixture.h"

namespace mayfly::rest {
namespace {

using testing::HasSubstr;

constexpr int kClients = 6;
constexpr int kRounds = 3;
constexpr char kLeased[] = R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1,"lease":"1h"})";

class AtOnce : public RestTest {
 protected:
  // Each from a thread of its own.
  static void all(std::vector<Client>& clients, const std::function<void(Client&)>& act) {
    std::vector<std::thread> threads;
    for (Client& client : clients) threads.emplace_back([&] { act(client); });
    for (std::thread& thread : threads) thread.join();
  }

  std::vector<Client> customers() {
    std::vector<Client> made;
    for (int i = 0; i < kClients; ++i) made.push_back(customer());
    return made;
  }
};

TEST_F(AtOnce, EachIsToldItsOwnStory) {
  std::vector<Client> clients = customers();
  all(clients, [](Client& client) {
    for (int round = 0; round < kRounds; ++round) {
      EXPECT_EQ(client.ask("POST", "estimates", kLeased).status, 200);
      const Reply made = client.ask("POST", "reservations", kLeased);
      const std::string id = "reservations/" + text_of(made.body, "id");
      EXPECT_EQ(text_of(made.body, "phase"), "ready");
      http::RawClient events = client.begin("GET", id + "/events");
      EXPECT_EQ(client.ask("PATCH", id, R"({"extend":"1h"})").status, 200);
      EXPECT_EQ(text_of(client.ask("DELETE", id).body, "phase"), "released");
      EXPECT_THAT(events.receive_through("\r\n0\r\n\r\n"), HasSubstr("\"phase\":\"released\""));
      EXPECT_EQ(
          client.ask("GET", "reservations?state=all").body.at("reservations").as_array().size(),
          static_cast<std::size_t>(round + 1));
      EXPECT_EQ(client.ask("GET", "costs").status, 200);
      EXPECT_EQ(client.ask("GET", "limits").status, 200);
    }
  });
}

TEST_F(AtOnce, EveryRequestIsCounted) {
  std::vector<Client> clients = customers();
  const auto counted = [&] {
    const std::string text = clients.front().ask("GET", "/metrics").text;
    const std::string_view name =
        "mayfly_http_requests_total{method=\"GET\",route=\"/users/:UserId/keys\",status=\"200\"} ";
    const std::size_t at = text.find(name);
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + name.size()));
  };
  const int before = counted();
  all(clients, [](Client& client) {
    for (int round = 0; round < kRounds; ++round) {
      EXPECT_EQ(client.ask("GET", "keys").status, 200);
      EXPECT_EQ(client.ask("GET", "/metrics").status, 200);
    }
  });
  EXPECT_EQ(counted() - before, kClients * kRounds);
}

// One user with many clients: one of them makes it, the others find it.
TEST_F(AtOnce, OneKeyMakesOneReservation) {
  const Client ann = customer();
  std::vector<Client> clients;
  for (int i = 0; i < kClients; ++i)
    clients.emplace_back(installation_->port(), ann.user(), ann.token());
  std::vector<std::string> ids(kClients);
  all(clients, [&](Client& client) {
    const auto mine = static_cast<std::size_t>(&client - clients.data());
    const Reply reply =
        client.ask("POST", "reservations", kSmall, {{"Idempotency-Key", "the-same"}});
    ids[mine] = text_of(reply.body, "id");
  });
  for (const std::string& id : ids) EXPECT_EQ(id, ids.front());
  EXPECT_FALSE(ids.front().empty());
}

TEST_F(AtOnce, AServerThatEndsLeavesNobodyWaiting) {
  auto other = std::make_unique<Installation>();
  std::vector<Client> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(new_customer(*other));
  std::vector<http::RawClient> streams;
  for (Client& client : clients) {
    const Reply made = client.ask("POST", "reservations", kSmall, {{"Prefer", "respond-async"}});
    streams.push_back(client.begin("GET", "reservations/" + text_of(made.body, "id") + "/events"));
    streams.push_back(client.begin("POST", "reservations", kSmall));
  }
  other.reset();
  for (http::RawClient& stream : streams) EXPECT_TRUE(stream.closed_by_server());
}

}  // namespace
}  // namespace mayfly::rest
