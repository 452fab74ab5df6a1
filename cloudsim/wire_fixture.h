// A whole simulator without sockets, for tests of its doors.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "clouds/aws/sigv4.h"
#include "doors.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::cloudsim {

// A clock that moves a little whenever it is read: nobody waits, and every run is the same.
class StepClock final : public Clock {
 public:
  Time now() const override { return now_ += 1ms; }
  void pass(Duration duration) { now_ += duration; }

 private:
  mutable Time now_{Duration{1'800'000'000'000'000}};
};

// A whole simulator without sockets: a reading of the clock takes one second at the clouds.
struct Wire : testing::Test {
  StepClock clock;
  Simulator simulator{clock, {.speed = 1000, .seed = 5}};
  Doors doors{simulator};

  http::Response answer(http::Request request) {
    boost::asio::io_context context;
    auto future =
        boost::asio::co_spawn(context, doors.answer(std::move(request)), boost::asio::use_future);
    context.run();
    return future.get();
  }

  static http::Request request(std::string method, std::string target, std::string body = {}) {
    http::Request made{.method = std::move(method), .target = target, .body = std::move(body)};
    const std::size_t question = std::min(target.find('?'), target.size());
    std::string segment;
    for (const char c : target.substr(1, question - 1) + '/') {
      if (c != '/')
        segment += c;
      else if (!segment.empty())
        made.path.push_back(std::exchange(segment, {}));
    }
    if (question < target.size()) made.query = *http::parse_form(target.substr(question + 1));
    made.headers = {{"Host", "127.0.0.1:5000"}};
    return made;
  }

  http::Response sim(std::string method, std::string target, std::string body = {}) {
    return answer(request(std::move(method), "/_sim" + target, std::move(body)));
  }
  void break_with(const std::string& faults) {
    ASSERT_EQ(sim("POST", "/faults", "{\"faults\":[" + faults + "]}").status, 200);
  }
  void pass(Duration at_the_clouds) { clock.pass(at_the_clouds / 1000); }
  // As AWS's clients sign: everything that is in `headers`.
  http::Response signed_call(std::string body, http::Headers headers, const std::string& region,
                             const std::string& service,
                             const std::string& secret = kSecretAccessKey) {
    http::Request made = request("POST", "/", std::move(body));
    made.headers.insert(made.headers.end(), headers.begin(), headers.end());
    const http::Headers added = clouds::aws::sign(
        {.method = "POST", .path = "/", .headers = made.headers, .body = made.body},
        {.id = kAccessKeyId, .secret = Secret(secret)}, region, service, clock.now());
    made.headers.insert(made.headers.end(), added.begin(), added.end());
    return answer(std::move(made));
  }
  json::value ledger() { return *json::parse(sim("GET", "/ledger").body); }
};

}  // namespace mayfly::cloudsim
