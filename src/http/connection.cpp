#include "http/connection.h"

#include <fmt/format.h>

#include "core/log.h"
#include "http/request_reader.h"
#include "http/spawn.h"

namespace mayfly::http {
namespace {

namespace asio = boost::asio;

// How long a client may take to notice that we have said the last word.
constexpr Duration kLinger = 5s;

class Connection {
 public:
  Connection(Floor& floor, Wire& wire) : floor_(floor), wire_(wire) {}

  asio::awaitable<void> run();

 private:
  enum class Arrival { request, refusal, nothing };

  const ServerOptions& options() const { return floor_.house.options; }
  asio::awaitable<bool> greet();
  asio::awaitable<Arrival> read_request(RequestReader& reader);
  asio::awaitable<void> begin_body(const RequestReader& reader);
  asio::awaitable<void> refuse(const RequestReader& reader, Refused refused);
  asio::awaitable<bool> answer(RequestReader& reader);
  asio::awaitable<bool> send(const Response& response, Framing framing, bool head_only);
  asio::awaitable<bool> stream(const Response& response, BodyKind kind);

  Floor& floor_;
  Wire& wire_;
};

class StreamWriter final : public BodyWriter {
 public:
  StreamWriter(Wire& wire, bool chunked) : wire_(wire), chunked_(chunked) {}

  asio::awaitable<bool> write(std::string_view bytes) override {
    if (wire_.gone() || wire_.stopping()) co_return false;
    if (bytes.empty()) co_return true;  // an empty chunk would end the body
    if (!chunked_) co_return co_await wire_.write({asio::buffer(bytes)});
    const std::string size = fmt::format("{:x}\r\n", bytes.size());
    co_return co_await wire_.write(
        {asio::buffer(size), asio::buffer(bytes), asio::buffer("\r\n", 2)});
  }
  asio::awaitable<bool> wait(Duration at_most) override { return wire_.sleep(at_most); }

 private:
  Wire& wire_;
  const bool chunked_;
};

BodyKind body_kind(const Response& response, bool is_http_1_0) {
  if (response.status == 204 || response.status == 304) return BodyKind::none;
  if (!response.stream) return BodyKind::sized;
  return is_http_1_0 ? BodyKind::until_close : BodyKind::chunked;
}

asio::awaitable<void> Connection::run() {
  if (wire_.is_sealed() && !co_await greet()) co_return;
  for (bool keep = true; keep;) {
    RequestReader reader(options().body_max);
    switch (co_await read_request(reader)) {
      case Arrival::nothing:
        co_return;
      case Arrival::refusal:
        co_await refuse(reader, reader.refused());
        keep = false;
        break;
      case Arrival::request:
        keep = co_await answer(reader);
        break;
    }
  }
  if (!wire_.gone()) co_await wire_.linger(kLinger);
}

// False when there is nobody to talk to over TLS.
asio::awaitable<bool> Connection::greet() {
  wire_.set_deadline(options().header_deadline);
  const Wire::Greeting greeting = co_await wire_.shake_hands();
  if (greeting == Wire::Greeting::done) co_return true;
  if (wire_.gone() || wire_.expired() || wire_.stopping()) co_return false;
  // From here on in the clear: what OpenSSL had to say (an alert) is with the kernel.
  wire_.unseal();
  if (greeting == Wire::Greeting::in_clear) {
    co_await refuse(RequestReader(options().body_max), {400, "this port speaks TLS: use https://"});
  }
  co_await wire_.linger(kLinger);
  co_return false;
}

asio::awaitable<Connection::Arrival> Connection::read_request(RequestReader& reader) {
  using Stage = RequestReader::Stage;
  Stage before = Stage::nothing;
  wire_.set_deadline(options().idle_deadline);
  for (;;) {
    wire_.consume(reader.feed(wire_.inbox()));
    const Stage stage = reader.stage();
    if (stage == Stage::complete) co_return Arrival::request;
    if (stage == Stage::refused) co_return Arrival::refusal;
    if (stage != before) {
      if (stage == Stage::head) wire_.set_deadline(options().header_deadline);
      if (stage == Stage::body) co_await begin_body(reader);
      before = stage;
    }
    if (co_await wire_.read(stage == Stage::nothing)) continue;
    if (!wire_.expired() || stage == Stage::nothing) co_return Arrival::nothing;
    reader.refuse({408, "the request took too long to arrive"});
    co_return Arrival::refusal;
  }
}

asio::awaitable<void> Connection::begin_body(const RequestReader& reader) {
  if (reader.head().expects_continue && wire_.inbox().empty()) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await wire_.write({asio::buffer(go_on)});
  }
  wire_.set_deadline(options().body_deadline);
}

asio::awaitable<void> Connection::refuse(const RequestReader& reader, Refused refused) {
  wire_.clear_deadline();
  log::debug("request refused", {{"status", refused.status}, {"reason", refused.why}});
  Response response = floor_.house.refusal(refused.status, refused.why);
  response.stream = nullptr;
  co_await send(response, {.body = body_kind(response, false), .close = true},
                reader.is_head_request());
}

asio::awaitable<bool> Connection::answer(RequestReader& reader) {
  wire_.clear_deadline();
  RequestHead head = reader.take();
  head.request.secure = wire_.is_sealed();
  const bool head_only = reader.is_head_request();
  const std::string path = head.request.target.substr(0, head.request.target.find('?'));

  Response response;
  std::exception_ptr exception;
  try {
    response = co_await floor_.house.handler(std::move(head.request));
  } catch (...) {
    exception = std::current_exception();
  }
  if (exception) {
    log::error("handler failed", {{"path", path}, {"reason", what_of(exception)}});
    co_await refuse(reader, {500, "the server failed while answering"});
    co_return false;
  }

  const BodyKind kind = body_kind(response, head.is_http_1_0);
  const bool keep = head.keep_alive && kind != BodyKind::until_close && !wire_.stopping();
  const Framing framing = {
      .body = kind, .close = !keep, .say_keep_alive = keep && head.is_http_1_0};
  if (!co_await send(response, framing, head_only)) co_return false;
  if (head_only || !response.stream || kind == BodyKind::none) co_return keep;
  co_return co_await stream(response, kind) && keep;
}

// False when the body did not come to its end.
asio::awaitable<bool> Connection::stream(const Response& response, BodyKind kind) {
  const bool chunked = kind == BodyKind::chunked;
  StreamWriter writer(wire_, chunked);
  std::exception_ptr exception;
  wire_.watch();
  try {
    co_await response.stream(writer);
  } catch (...) {
    exception = std::current_exception();
  }
  wire_.unwatch();
  if (exception) {
    log::error("stream failed", {{"reason", what_of(exception)}});
    wire_.close();
    co_return false;
  }
  if (!chunked) co_return true;
  constexpr std::string_view last_chunk = "0\r\n\r\n";
  co_return co_await wire_.write({asio::buffer(last_chunk)});
}

// Head and, unless it is to be streamed, body.
asio::awaitable<bool> Connection::send(const Response& response, Framing framing, bool head_only) {
  const std::string head = response_head(response, framing, floor_.date.at(SystemClock{}.now()));
  const bool with_body = framing.body == BodyKind::sized && !head_only;
  const std::string_view body = with_body ? std::string_view(response.body) : std::string_view();
  co_return co_await wire_.write({asio::buffer(head), asio::buffer(body)});
}

}  // namespace

std::shared_ptr<Wire> admit(Floor& floor, asio::ip::tcp::socket socket) {
  House& house = floor.house;
  const TlsContext context = house.certificate ? house.certificate->current() : nullptr;
  auto wire =
      std::make_shared<Wire>(std::move(socket), house.crowd, house.options.idle_deadline, context);
  floor.wires.push_back(*wire);
  return wire;
}

asio::awaitable<void> serve(Floor& floor, std::shared_ptr<Wire> wire) {
  Connection connection(floor, *wire);
  co_await connection.run();
}

}  // namespace mayfly::http
