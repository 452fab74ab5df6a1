// For tests: a client that sends exactly the bytes it is told, in the pieces it is told, over a
// blocking socket, in the clear or through TLS. Gives up after ten seconds instead of hanging.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.h"

namespace mayfly::http {

struct RawAnswer {
  int status = 0;  // 0: none came
  Headers headers;
  std::string body;

  std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

enum class Speaks { plain, tls };

class RawClient {
 public:
  // What clients speak that are not told; a test that runs in both modes sets it.
  static inline Speaks otherwise = Speaks::plain;

  explicit RawClient(unsigned short port, Speaks speaks = otherwise)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (connected_ && speaks == Speaks::tls) seal();
  }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        connected_(other.connected_),
        tls_(std::move(other.tls_)),
        received_(std::move(other.received_)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() { close(); }

  bool connected() const { return connected_; }
  int descriptor() const { return socket_; }
  // Whether the server has said that this was all, rather than that the connection broke.
  bool was_told_the_end() const {
    return tls_ && (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  // The common name of the server's certificate; empty without TLS.
  std::string peer() const {
    const X509* certificate = tls_ ? SSL_get0_peer_certificate(tls_.get()) : nullptr;
    char name[64] = {};
    if (certificate) {
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                sizeof name);
    }
    return name;
  }

  // False when the server does not take it any more.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = tls_
                               ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                               : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // Over TLS: encrypts with new keys from now on.
  bool change_keys() {
    return SSL_key_update(tls_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
           SSL_do_handshake(tls_.get()) == 1;
  }
  void stop_sending() {
    if (tls_) SSL_shutdown(tls_.get());
    ::shutdown(socket_, SHUT_WR);
  }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  // Closes with a reset instead of an end.
  void reset() {
    const linger none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close();
  }

  // The next answer: with its Content-Length, its chunks joined, or up to the close. Pass
  // `body_follows` = false for the answer to HEAD.
  RawAnswer receive(bool body_follows = true) {
    RawAnswer answer;
    if (!receive_until("\r\n\r\n")) return answer;
    parse_head(take(received_.find("\r\n\r\n") + 4), answer);
    if (!body_follows || answer.status < 200 || answer.status == 204 || answer.status == 304) {
      return answer;
    }
    if (answer.header("Transfer-Encoding")) {
      while (receive_chunk(answer.body)) {
      }
    } else if (const auto length = answer.header("Content-Length")) {
      const std::size_t size = number(*length, 10);
      while (received_.size() < size && receive_more()) {
      }
      answer.body = take(size);
    } else {
      answer.body = receive_rest();
    }
    return answer;
  }

  // Whether something has come, or the end.
  bool has_answer() const {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    return !received_.empty() || ::poll(&waiting, 1, 0) > 0;
  }
  // Bytes up to and with `end`; what came when the server closed before.
  std::string receive_through(std::string_view end) {
    const bool found = receive_until(end);
    return take(found ? received_.find(end) + end.size() : received_.size());
  }
  std::string receive_rest() {
    while (receive_more()) {
    }
    return take(received_.size());
  }
  // Whether the server ends the connection, rather than falling silent.
  bool closed_by_server() {
    while (receive_more()) {
    }
    return ended_;
  }

 private:
  static std::size_t number(std::string_view text, int base) {
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
  }

  static void parse_head(std::string_view head, RawAnswer& answer) {
    answer.status = static_cast<int>(number(head.substr(head.find(' ') + 1, 3), 10));
    head.remove_prefix(head.find("\r\n") + 2);
    while (head.size() > 2) {
      const std::string_view line = head.substr(0, head.find("\r\n"));
      const std::size_t colon = line.find(": ");
      answer.headers.push_back({.name = std::string(line.substr(0, colon)),
                                .value = std::string(line.substr(colon + 2))});
      head.remove_prefix(line.size() + 2);
    }
  }

  bool receive_chunk(std::string& body) {
    if (!receive_until("\r\n")) return false;
    const std::size_t size = number(take(received_.find("\r\n") + 2), 16);
    while (received_.size() < size + 2 && receive_more()) {
    }
    body += take(size);
    take(2);
    return size > 0;
  }

  bool receive_until(std::string_view end) {
    while (!received_.contains(end)) {
      if (!receive_more()) return false;
    }
    return true;
  }

  bool receive_more() {
    char buffer[16 << 10];
    errno = 0;
    const ssize_t count = tls_ ? SSL_read(tls_.get(), buffer, sizeof buffer)
                               : ::recv(socket_, buffer, sizeof buffer, 0);
    if (count > 0) {
      received_.append(buffer, static_cast<std::size_t>(count));
    } else {
      ended_ = errno != EAGAIN;  // the end, or a reset
    }
    return count > 0;
  }

  std::string take(std::size_t count) {
    std::string taken = received_.substr(0, count);
    received_.erase(0, count);
    return taken;
  }

  void seal() {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL's way of noticing that the server has closed
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    tls_.reset(SSL_new(context.get()));
    SSL_set_fd(tls_.get(), socket_);
    connected_ = SSL_connect(tls_.get()) == 1;
  }

  int socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, &SSL_free};
  std::string received_;
};

}  // namespace mayfly::http
