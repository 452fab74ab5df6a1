// The HTTP/1.1 server. It exists because our clients mostly wait: 10,000 connections that wait for a
// machine must cost a few kilobytes each and no thread.
//
// Threads: `threads` io_contexts, each with its own acceptor (SO_REUSEPORT) and thread; a connection
// lives on one of them and its handler's coroutine runs there. Handlers must not block.
// Limits (rest rules, all named in server.cpp): headers 16 KiB and complete within 10 s, bodies up to
// `body_max` and complete within 30 s even when dripped, idle connections closed after 60 s, pipelined
// requests answered in order. What the transport itself must refuse is answered by `on_refused`.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "http/message.h"

namespace mayfly::http {

struct Request {
  std::string method;
  std::string target;                  // as sent, for logs only after the query is cut off
  std::vector<std::string> path;       // percent-decoded segments: /users/ann -> {"users", "ann"}
  std::vector<Parameter> query;
  Headers headers;
  std::string body;

  std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

// Writes a body that is not known yet (server-sent events). `write` resumes when the bytes are with
// the kernel and answers false once the client is gone or the server stops: return then.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual boost::asio::awaitable<bool> write(std::string_view bytes) = 0;
  // Sleeps, and wakes early (false) when the client hangs up or the server stops.
  virtual boost::asio::awaitable<bool> wait(Duration at_most) = 0;
};

struct Response {
  int status = 200;
  Headers headers;  // Content-Length, Date, Connection are the server's business
  std::string body;
  // When set, `body` is ignored: the response is chunked and produced by this.
  std::function<boost::asio::awaitable<void>(BodyWriter&)> stream;
};

using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

// Makes the answer for what the transport refuses before a handler sees it:
// 400 (malformed, no Host, both Content-Length and Transfer-Encoding, broken percent escapes),
// 408, 413, 431, 501 (unknown transfer coding), 505. The connection is closed after it.
using Refusal = std::function<Response(int status, std::string_view why)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  unsigned short port = 8080;  // 0: any free one, see Server::port()
  unsigned threads = 2;
  std::size_t body_max = 1 << 20;
  Duration header_deadline = 10s;
  Duration body_deadline = 30s;
  Duration idle_deadline = 60s;
};

class Server {
 public:
  // Binds and starts accepting; fails when the address cannot be bound.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler, Refusal refusal);

  virtual ~Server() = default;  // stops
  virtual unsigned short port() const = 0;
  // Stops accepting, tells open streams, waits up to `grace` for requests under way, then closes.
  virtual void stop(Duration grace) = 0;
  virtual std::size_t connections() const = 0;
};

}  // namespace mayfly::http
