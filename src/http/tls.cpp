#include "http/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/assert.h"

namespace mayfly::http {

// A socket, and how many records came through it that held no data.
struct TlsChannel {
  // In a connection's whole life. A handshake needs some ten, and new keys are due after hundreds
  // of gigabytes.
  static constexpr int kDatalessMax = 100;

  int descriptor = -1;
  int dataless = 0;

  bool is_flooded() const { return dataless > kDatalessMax; }
};

namespace {

constexpr std::size_t kRecordMax = 16 << 10;

// ---- a socket as OpenSSL's BIO. Its own would raise SIGPIPE when the client is gone.

const TlsChannel& channel_of(BIO* bio) {
  return *static_cast<const TlsChannel*>(BIO_get_data(bio));
}

bool is_for_later() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int send_some(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent =
      ::send(channel_of(bio).descriptor, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && is_for_later()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int receive_some(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const TlsChannel& channel = channel_of(bio);
  if (channel.is_flooded()) return -1;
  const ssize_t received = ::recv(channel.descriptor, bytes, static_cast<std::size_t>(size), 0);
  if (received < 0 && is_for_later()) BIO_set_retry_read(bio);
  return static_cast<int>(received);
}

long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* new_socket_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "mayfly socket");
  ASSERT(method != nullptr);
  BIO_meth_set_write(method, &send_some);
  BIO_meth_set_read(method, &receive_some);
  BIO_meth_set_ctrl(method, &control);
  return method;
}

BIO* new_socket_bio(TlsChannel& channel) {
  static BIO_METHOD* const method = new_socket_method();
  BIO* bio = BIO_new(method);
  ASSERT(bio != nullptr);
  BIO_set_data(bio, &channel);
  BIO_set_init(bio, 1);
  return bio;
}

// OpenSSL tells of each record's header, and of what an encrypted one of TLS 1.3 turned out to be.
void count_record(int is_written, int, int kind, const void* bytes, std::size_t size, SSL*,
                  void* channel) {
  const bool tells_type = kind == SSL3_RT_HEADER || kind == SSL3_RT_INNER_CONTENT_TYPE;
  if (is_written != 0 || !tells_type || size == 0) return;
  if (*static_cast<const unsigned char*>(bytes) != SSL3_RT_APPLICATION_DATA)
    ++static_cast<TlsChannel*>(channel)->dataless;
}

// The bytes of the next record. Small buffers are joined: a record each would cost a call and some
// 30 bytes each.
std::span<const char> next_record(std::span<const boost::asio::const_buffer> buffers) {
  static thread_local std::array<char, kRecordMax> joined;
  std::size_t size = 0;
  for (const boost::asio::const_buffer& buffer : buffers) {
    const char* bytes = static_cast<const char*>(buffer.data());
    if (size == 0 && buffer.size() >= kRecordMax) return {bytes, kRecordMax};
    const std::size_t part = std::min(buffer.size(), kRecordMax - size);
    if (part > 0) std::memcpy(joined.data() + size, bytes, part);
    size += part;
  }
  return {joined.data(), size};
}

}  // namespace

Tls::Tls(const TlsContext& context, int descriptor)
    : context_(context),
      channel_(std::make_unique<TlsChannel>(TlsChannel{.descriptor = descriptor})),
      ssl_(SSL_new(context.get()), &SSL_free) {
  ASSERT(ssl_ != nullptr);
  BIO* bio = new_socket_bio(*channel_);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
  SSL_set_msg_callback(ssl_.get(), &count_record);
  SSL_set_msg_callback_arg(ssl_.get(), channel_.get());
}

Tls::~Tls() = default;

Tls::Step Tls::step_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Step::ended;
    case SSL_ERROR_SYSCALL:
      failure_ = channel_->is_flooded() ? "the client never comes to data" : "the client has gone";
      return Step::failed;
    default:
      break;
  }
  const unsigned long code = ERR_peek_error();
  in_clear_ = ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
  const char* reason = ERR_reason_error_string(code);
  failure_ = reason ? reason : "not TLS";
  ERR_clear_error();
  return Step::failed;
}

Tls::Step Tls::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? Step::done : step_of(result);
}

Tls::Moved Tls::read(boost::asio::mutable_buffer room) {
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), room.data(), room.size(), &count);
  if (result == 1) return {Step::done, count};
  return {step_of(result), 0};
}

Tls::Moved Tls::write(std::span<const boost::asio::const_buffer> buffers) {
  const std::span<const char> record = next_record(buffers);
  if (record.empty()) return {Step::done, 0};
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), record.data(), record.size(), &count);
  if (result == 1) return {Step::done, count};
  return {step_of(result), 0};
}

bool Tls::has_pending() const {
  return SSL_has_pending(ssl_.get()) == 1;
}

void Tls::say_goodbye() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // sends, and does not wait for the answer
  ERR_clear_error();
}

}  // namespace mayfly::http
