// One signed call to an AWS service: where it goes, its signature, the time it may take, and what a
// refusal means. Nothing is repeated here except a call that AWS refused because our clock is
// wrong, and that once: such a call had no effect.
//
// Failures of our own: "Unreachable" (again) when nothing left this machine, "Timeout" and
// "ConnectionLost" (ambiguous) when something may have arrived, "UnreadableAnswer" (ambiguous).
// No message ever holds a secret, not even when AWS quotes the session token.
//
// Threads: coroutines run on the executor given, which must run one thing at a time. The client
// must outlive every call under way.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "clouds/aws/form.h"
#include "clouds/aws/xml.h"
#include "clouds/cloud.h"
#include "clouds/shared/start.h"
#include "core/time.h"
#include "http/await.h"
#include "http/client.h"
#include "json/value.h"
#include "model/cloud_failure.h"

namespace mayfly::clouds::aws {

// How long a call may take; a launch of a hundred machines is the slowest.
inline constexpr Duration kReadDeadline = 20s;
inline constexpr Duration kChangeDeadline = 30s;

// Who calls, and which region is asked.
struct Caller {
  Credentials credentials;
  std::string region;
};

// AWS said something that makes no sense; what it did is not known.
CloudFailure unreadable_answer(std::string_view operation, std::string_view why);

class SignedClient {
 public:
  // endpoint: empty for AWS itself; "http://127.0.0.1:5000" serves every service and region
  // instead.
  SignedClient(boost::asio::any_io_executor executor, http::Client& http, const Clock& clock,
               std::string endpoint);

  Work<Xml> ec2(Caller caller, Form form, Duration deadline);
  Work<Xml> sts(Caller caller, Form form, Duration deadline);
  // One for all regions, whatever the caller's.
  Work<Xml> iam(Caller caller, Form form, Duration deadline);
  // The services that speak JSON. service: as its host and signature name it, "ssm"; target:
  // "AmazonSSM.GetParameter".
  Work<json::value> ask_json(std::string service, Caller caller, std::string target,
                             json::object body, Duration deadline);
  Work<json::value> ssm(Caller caller, std::string target, json::object body, Duration deadline) {
    return ask_json("ssm", std::move(caller), std::move(target), std::move(body), deadline);
  }

  // operation: "RunJobFlow".
  Work<json::value> emr(Caller caller, const std::string& operation, json::object body,
                        Duration deadline) {
    return ask_json("elasticmapreduce", std::move(caller), "ElasticMapReduce." + operation,
                    std::move(body), deadline);
  }

  // How much AWS's clock was ahead of ours when it last said what time it is, to the second.
  std::optional<Duration> clock_difference() const { return clock_difference_; }

 private:
  struct Message {
    std::string service;
    std::string operation;
    http::Headers headers;  // to be signed, besides the host
    std::string body;
    Duration deadline;
  };

  void note_clock(const http::Answer& answer);
  Work<std::string> call(Caller caller, Message message);
  Work<Xml> query(Caller caller, std::string service, Form form, Duration deadline);
  http::Call signed_call(const Caller& caller, const Message& message) const;
  // Whether a call that was dated with that offset may have been refused for its date: the answer
  // shows another time. Then our clock is corrected from here on, for all keys.
  bool was_misdated(const http::Answer& refusal, std::string_view code, Duration dated_with);

  http::AsioLoop loop_;
  http::Client& http_;
  const Clock& clock_;
  const std::string endpoint_;
  Duration clock_offset_{};  // what to add to our clock to get AWS's
  std::optional<Duration> clock_difference_;
};

}  // namespace mayfly::clouds::aws
