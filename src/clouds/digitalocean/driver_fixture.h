// For the driver's tests: an http::Client that answers from a script, a clock that stands still,
// and JSON in the shapes that DigitalOcean documents.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "clouds/digitalocean/digitalocean_cloud.h"
#include "http/await.h"

namespace mayfly::clouds::digitalocean {

struct StandingClock final : Clock {
  Time time = parse_time("2026-11-22T12:00:00Z").value();
  Time now() const override { return time; }
};

// Answers are given per "METHOD /path?query", in the order scripted; the last one stays. A call
// that nobody scripted fails the test.
class ScriptedClient final : public http::Client {
 public:
  explicit ScriptedClient(StandingClock& clock) : clock_(clock) {}

  void on(const std::string& line, int status, std::string body, http::Headers headers = {}) {
    add(line, {.result = http::Answer{
                   .status = status, .headers = std::move(headers), .body = std::move(body)}});
  }
  void on_failure(const std::string& line, http::CallFailure failure, Duration after = {}) {
    add(line, {.result = std::unexpected(std::move(failure)), .after = after});
  }
  // The call gets no answer and its `done` is dropped, as when the client is destroyed.
  void on_nothing(const std::string& line) { add(line, {.dropped = true}); }

  void send(http::Call call, Loop& answer_on, Done<http::CallResult> done) override {
    constexpr std::string_view kEndpoint = "http://127.0.0.1:5000";
    std::string line = call.method + " " + call.url;
    if (call.url.starts_with(kEndpoint))
      line = call.method + " " + call.url.substr(kEndpoint.size());
    lines.push_back(line);
    calls.push_back(std::move(call));
    auto found = script_.find(line);
    if (found == script_.end()) {
      ADD_FAILURE() << "not scripted: " << line;
      return;
    }
    Reply reply = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    if (reply.dropped) return;
    clock_.time += reply.after;
    in_flight_max = std::max(in_flight_max, ++in_flight_);
    answer_on.post([this, reply = std::move(reply), done = std::move(done)]() mutable {
      --in_flight_;
      done(std::move(reply.result));
    });
  }

  void forget_all() { script_.clear(); }

  std::size_t count(std::string_view line) const {
    return static_cast<std::size_t>(std::ranges::count(lines, line));
  }

  std::vector<http::Call> calls;
  std::vector<std::string> lines;
  int in_flight_max = 0;

 private:
  struct Reply {
    http::CallResult result = http::Answer{};
    Duration after = {};
    bool dropped = false;
  };
  // A reply scripted again for a line comes after those already there.
  void add(const std::string& line, Reply reply) { script_[line].push_back(std::move(reply)); }

  StandingClock& clock_;
  std::map<std::string, std::deque<Reply>> script_;
  int in_flight_ = 0;
};

inline constexpr char kToken[] = "dop_v1_0123456789abcdef";
inline constexpr char kHomeTag[] = "mayfly:installation:home";

class DriverTest : public testing::Test {
 public:
  Credentials key() const {
    return {.key_id = "k-1", .id = {}, .secret = Secret(kToken), .session_token = {}, .region = {}};
  }

  // Starts the operation, sees that it does not answer at once, and waits for its one answer.
  template <class T, class Start>
  CloudResult<T> answer_of(Start start) {
    std::optional<CloudResult<T>> got;
    start([&got](CloudResult<T> answer) {
      EXPECT_FALSE(got) << "answered twice";
      got = std::move(answer);
    });
    EXPECT_FALSE(got) << "answered before returning";
    context.restart();
    context.run();
    EXPECT_TRUE(got) << "never answered";
    return got ? *std::move(got)
               : CloudResult<T>(std::unexpected(CloudFailure{.code = "NeverAnswered"}));
  }

  CloudResult<Identity> check() {
    return answer_of<Identity>([&](auto done) { cloud.check(key(), loop, std::move(done)); });
  }
  CloudResult<std::vector<LaunchTarget>> prepare(PrepareSpec spec) {
    return answer_of<std::vector<LaunchTarget>>(
        [&](auto done) { cloud.prepare(key(), spec, loop, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> launch(LaunchSpec spec) {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud.launch(key(), spec, loop, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> look_up(Cloud::LookUp what) {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud.look_up(key(), what, loop, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> list(std::string region = "") {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud.list(key(), region, "home", loop, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> list_everything() {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud.list_everything(key(), "", "home", loop, std::move(done)); });
  }
  CloudResult<Cloud::Terminated> terminate(std::vector<std::string> ids) {
    return answer_of<Cloud::Terminated>(
        [&](auto done) { cloud.terminate(key(), "", ids, loop, std::move(done)); });
  }
  CloudResult<std::map<std::string, Time>> ended(std::vector<std::string> ids) {
    return answer_of<std::map<std::string, Time>>(
        [&](auto done) { cloud.ended(key(), "", ids, loop, std::move(done)); });
  }

  boost::asio::io_context context;
  StandingClock clock;
  ScriptedClient client{clock};
  http::AsioLoop loop{context.get_executor()};
  DigitalOceanCloud cloud{
      context.get_executor(), client, clock, {.endpoint = "http://127.0.0.1:5000/"}};
};

inline constexpr char kByHomeTag[] =
    "GET /v2/droplets?tag_name=mayfly%3Ainstallation%3Ahome&per_page=200&page=1";
inline constexpr char kGpus[] = "GET /v2/droplets?type=gpus&per_page=200&page=1";

inline std::string error_json(std::string_view id, std::string_view message) {
  return fmt::format(
      R"({{"id":"{}","message":"{}","request_id":"4d9d8375-3c56-4925-a3e7-eb137fed17e9"}})", id,
      message);
}

struct DropletShape {
  std::int64_t id = 3164444;
  std::string name = "mayfly-r-1-1";
  std::string status = "active";
  std::string tags = R"("mayfly:installation:home","web")";
  std::string created_at = "2026-11-22T11:58:00Z";
  std::string region = "nyc3";
  std::string v4 =
      R"({"ip_address":"10.128.192.124","netmask":"255.255.0.0","gateway":null,"type":"private"},
      {"ip_address":"192.0.2.17","netmask":"255.255.255.0","gateway":"192.0.2.1","type":"public"})";
};

inline std::string size_json(std::string_view slug, std::string_view regions, bool available = true,
                             int disk = 25) {
  return fmt::format(
      R"({{"slug":"{}","memory":1024,"vcpus":1,"disk":{},"transfer":1.0,"price_monthly":6.0,
"price_hourly":0.00892999954521656,"regions":[{}],"available":{},"description":"Basic",
"disk_info":[{{"type":"local","size":{{"amount":{},"unit":"gib"}}}}]}})",
      slug, disk, regions, available, disk);
}

inline std::string image_json(std::string_view slug, std::string_view regions,
                              std::string_view status = "available", int min_disk = 7) {
  return fmt::format(
      R"({{"id":155133621,"name":"24.04 (LTS) x64","distribution":"Ubuntu","slug":"{}","public":true,"regions":[{}],
"created_at":"2026-05-15T05:47:50Z","type":"base","min_disk_size":{},"size_gigabytes":2.3599998950958252,
"description":"","tags":[],"status":"{}","error_message":""}})",
      slug, regions, min_disk, status);
}

inline std::string droplet_json(const DropletShape& shape) {
  return fmt::format(
      R"({{"id":{},"name":"{}","memory":1024,"vcpus":1,"disk":25,"disk_info":[],"locked":false,"status":"{}",
"kernel":null,"created_at":"{}","features":["private_networking"],"backup_ids":[],"next_backup_window":null,
"snapshot_ids":[],"image":{},"volume_ids":[],"size":{},"size_slug":"s-1vcpu-1gb",
"networks":{{"v4":[{}],"v6":[]}},"region":{{"name":"New York 3","slug":"{}","features":[],"available":true,
"sizes":["s-1vcpu-1gb"]}},"tags":[{}],"vpc_uuid":"760e09ef-dc84-11e8-981e-3cfdfeaae000"}})",
      shape.id, shape.name, shape.status, shape.created_at,
      image_json("ubuntu-24-04-x64", "\"nyc3\""), size_json("s-1vcpu-1gb", "\"nyc3\""), shape.v4,
      shape.region, shape.tags);
}

// A page of a listing; `next` is the whole link, empty on the last page.
inline std::string page_json(std::string_view member, const std::vector<std::string>& elements,
                             std::string_view next = "") {
  const std::string links =
      next.empty() ? "{}" : fmt::format(R"({{"pages":{{"next":"{}"}}}})", next);
  return fmt::format(R"({{"{}":[{}],"links":{},"meta":{{"total":{}}}}})", member,
                     fmt::join(elements, ","), links, elements.size());
}

inline std::string droplets_json(const std::vector<DropletShape>& shapes,
                                 std::string_view next = "") {
  std::vector<std::string> elements;
  for (const auto& shape : shapes) elements.push_back(droplet_json(shape));
  return page_json("droplets", elements, next);
}

}  // namespace mayfly::clouds::digitalocean
