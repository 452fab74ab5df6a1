// TLS on one socket: OpenSSL straight on the non-blocking descriptor, so that a connection that
// waits costs no buffers but OpenSSL's own few kilobytes (Asio's stream would hold four of 17 KB).
// Never blocks and never waits: it says what it waits for, and whoever owns the socket does.
//
// The descriptor is borrowed and must be open whenever something is asked that moves bytes. Errors
// of the network or the client are `failed`; nothing may be asked of it after that. So is a client
// that says only things that are no data (new keys, a new handshake): OpenSSL answers such records
// among themselves, and would not return while more of them come.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "http/certificate.h"

struct ssl_st;

namespace mayfly::http {

struct TlsChannel;

class Tls {
 public:
  enum class Step { done, wants_read, wants_write, ended, failed };
  struct Moved {
    Step step = Step::failed;
    std::size_t count = 0;  // of bytes; positive when done
  };

  Tls(const TlsContext& context, int descriptor);
  ~Tls();

  Step shake_hands();
  // After `failed`, for the log.
  const std::string& failure() const { return failure_; }
  // Whether the handshake failed because the client spoke HTTP without TLS. Nothing was sent then.
  bool was_spoken_to_in_clear() const { return in_clear_; }

  Moved read(boost::asio::mutable_buffer room);
  // As much as fits into one record. After wants_read or wants_write the same bytes must come
  // again.
  Moved write(std::span<const boost::asio::const_buffer> buffers);
  // Whether something was taken from the socket that read() has not given yet: the socket need not
  // become readable for it.
  bool has_pending() const;
  // Tells the client that what it got is whole. Best effort.
  void say_goodbye();

 private:
  Step step_of(int result);

  // Keeps the certificate of its time.
  TlsContext context_;
  std::unique_ptr<TlsChannel> channel_;  // before what uses it
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  std::string failure_;
  bool in_clear_ = false;
};

}  // namespace mayfly::http
