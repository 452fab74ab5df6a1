// The HTTP/1.1 server. It exists because our clients mostly wait: 10,000 connections that wait for
// a machine must cost a few kilobytes each and no thread.
//
// Threads: `threads` io_contexts, each with its own acceptor (SO_REUSEPORT) and thread; a
// connection lives on one of them and its handler's coroutine runs there. Handlers must not block.
//
// Limits: request line and header 16 KiB and complete within `header_deadline` of their first byte,
// bodies `body_max` and complete within `body_deadline`, both even when dripped; a connection
// without a request is closed after `idle_deadline`, and so is one whose client does not take its
// answer for that long. Deadlines are swept by one timer a thread, so they may run late by a
// quarter of the shortest of them, at most a second. Pipelined requests are answered in order.
//
// Paths: `/` has no segment, one trailing slash is dropped, and an empty segment inside
// (`/users//x`) arrives as an empty string, which no route may match.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "http/message.h"

namespace mayfly::http {

struct Request {
  std::string method;             // as sent, also when nobody knows it
  std::string target;             // as sent, for logs only after the query is cut off
  std::vector<std::string> path;  // percent-decoded UTF-8: /users/ann -> {"users", "ann"}
  std::vector<Parameter> query;   // percent-decoded UTF-8
  Headers headers;                // values may be any bytes but control characters
  std::string body;
  bool secure = false;  // came over TLS of ours

  std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

// Writes a body that is not known yet (server-sent events). `write` resumes when the bytes are with
// the kernel and answers false once the client is gone or the server stops: return then. An empty
// write only asks that question.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual boost::asio::awaitable<bool> write(std::string_view bytes) = 0;
  // Sleeps, and wakes early (false) when the client hangs up or the server stops. A client that
  // closes only its sending side counts as gone.
  virtual boost::asio::awaitable<bool> wait(Duration at_most) = 0;
};

struct Response {
  int status = 200;
  // Content-Length, Transfer-Encoding, Date and Connection are the server's business. A value's
  // control characters become spaces, so that no value can end its line and begin another header.
  Headers headers;
  std::string body;
  // When set, `body` is ignored and this produces it: chunked, or up to the close for HTTP/1.0.
  // If it throws, the connection is cut so that the client sees that the body is not whole.
  std::function<boost::asio::awaitable<void>(BodyWriter&)> stream;
};

// Also called for HEAD: answer as to GET, the server drops the body and never runs the stream.
// An exception is logged and answered by Refusal with 500.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

// Makes the answer for what the transport refuses before a handler sees it:
// 400 (malformed, no Host, both Content-Length and Transfer-Encoding, broken percent escapes),
// 408, 413, 431, 501 (unknown transfer coding), 505. The connection is closed after it.
using Refusal = std::function<Response(int status, std::string_view why)>;

// PEM files: the chain, the server's own certificate first, and its key. They may be replaced at
// any time; certificate.h has how that is noticed.
struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  unsigned short port = 8080;  // 0: any free one, see Server::port()
  unsigned threads = 2;
  std::size_t body_max = 1 << 20;
  Duration header_deadline = 10s;
  Duration body_deadline = 30s;
  Duration idle_deadline = 60s;
  // Set: TLS 1.2 or later and nothing else. A handshake has `header_deadline`; a client that speaks
  // HTTP without TLS is told so, with 400.
  std::optional<TlsFiles> tls = {};
};

class Server {
 public:
  // Binds and starts accepting; fails when the address cannot be bound, also when another server
  // of ours already listens there, and when the certificate cannot be used.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler,
                                               Refusal refusal);

  // Stops without grace. What handlers still wait for must not answer them after this: end the
  // engine between stop() and the destruction of the server.
  virtual ~Server() = default;
  virtual unsigned short port() const = 0;
  // Stops accepting, tells open streams, waits up to `grace` for requests under way, then closes
  // everything and ends the threads. Not to be called by a handler. Again is harmless.
  virtual void stop(Duration grace) = 0;
  virtual std::size_t connections() const = 0;
};

}  // namespace mayfly::http
