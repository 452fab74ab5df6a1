// The outbound HTTP client: proxies, CA store, keep-alive, HTTP/2 and address races are libcurl's.
// One client owns one thread and one curl multi handle; callers may be on any thread, and the
// answer is posted to the Loop they name. Every call has a deadline. No redirects, no cookies.
//
// A call is sent at most once, GET and HEAD excepted: a POST that launches a machine must not be
// repeated behind the back of whoever pays for it. Proxies come from the environment as curl reads
// it, but never for this machine itself (localhost, 127.0.0.0/8, ::1).
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "core/loop.h"
#include "http/message.h"

namespace mayfly::http {

struct Call {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  Duration deadline = 30s;               // for everything: resolving, connecting, the whole answer
  std::size_t response_max = 64u << 20;  // headers and unpacked body
  std::string ca_file = {};  // PEM: trust these authorities and no others; empty: the system's
  bool cut_answer = false;   // what is past response_max is not read: no failure
};

struct Answer {
  int status = 0;
  Headers headers;
  std::string body;  // unpacked, whatever Content-Encoding says

  std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

// How far a failed call got: decides whether it may have had an effect.
enum class Reached {
  no,     // never left: not a URL, name not resolved, connection refused, TLS refused
  maybe,  // sent or being sent: reset, timed out, cut off, too large. Anything may have happened.
};

struct CallFailure {
  Reached reached = Reached::maybe;
  std::string message;  // without the URL's query and without any header
};

using CallResult = std::expected<Answer, CallFailure>;

class Client {
 public:
  virtual ~Client() = default;
  // `answer_on` must outlive the client or the call.
  virtual void send(Call call, Loop& answer_on, Done<CallResult> done) = 0;
};

struct ClientOptions {
  // For addresses that users choose: connect only to what is_public() (address.h). What is checked
  // is the address that is connected to, so a name that resolves otherwise the next time gains
  // nothing. Such a client uses no proxy, which would hide the address, and shares no connection
  // with another one.
  bool public_only = false;
};

// Its own thread. Destruction ends open calls; their `done` is dropped, not called.
std::unique_ptr<Client> make_curl_client(ClientOptions options = {});

// For the command line: one call, waiting for it on this thread.
CallResult send_and_wait(const Call& call);
// Reads a streaming answer; `on_bytes` returns false to stop early, which is no failure once the
// answer has begun. It is also called with no bytes about once a second while none come, so that a
// caller can show the time, or stop. The body of the Answer stays empty unless the status is not
// 2xx.
CallResult stream_and_wait(const Call& call, const std::function<bool(std::string_view)>& on_bytes);

}  // namespace mayfly::http
