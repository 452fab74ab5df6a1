// For tests: a server that behaves exactly as badly as it is told. Each connection runs the given
// conversation on one thread, one after the other, and is closed when the conversation returns.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace mayfly::http {

// The client's side of a connection as its server sees it.
class RawPeer {
 public:
  explicit RawPeer(int socket) : socket_(socket) {
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;
  ~RawPeer() { ::close(socket_); }

  // A request without a body, or the head of one with; empty when the client hangs up.
  std::string receive_request() {
    std::string received;
    while (!received.contains("\r\n\r\n")) {
      if (!receive_into(received)) return {};
    }
    return received;
  }
  std::string receive_rest() {
    std::string received;
    while (receive_into(received)) {
    }
    return received;
  }
  void send(std::string_view bytes) { ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

 private:
  bool receive_into(std::string& received) {
    char buffer[4096];
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count > 0) received.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  int socket_;
};

class RawServer {
 public:
  explicit RawServer(std::function<void(RawPeer&)> conversation)
      : conversation_(std::move(conversation)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ::bind(listener_, generic, size);
    ::listen(listener_, 64);
    ::getsockname(listener_, generic, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);  // wakes accept
    thread_.join();
    ::close(listener_);
  }

  std::string url(std::string_view target) const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(target);
  }
  // How many connections have come so far.
  int connections() const { return connections_; }

 private:
  void run() {
    for (;;) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      ++connections_;
      RawPeer peer(socket);
      conversation_(peer);
    }
  }

  std::function<void(RawPeer&)> conversation_;
  int listener_;
  unsigned short port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace mayfly::http
