// One client's socket with an inbox and a deadline: the only place that reads, writes or closes a
// server's sockets. Network errors become `false`; nobody upstairs cares which it was, nor whether
// the bytes went through TLS.
//
// Owned by shared_ptr, because a hang-up watch may still be on its way when a connection has ended.
// Lives on its worker's thread only. At most one read and one write at a time.
#pragma once

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "http/crowd.h"
#include "http/tls.h"

namespace mayfly::http {

// How I/O is awaited here: its errors come as values.
inline constexpr auto kAwaitTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

using WireHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class Wire : public std::enable_shared_from_this<Wire>, public WireHook {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  // Sent one after the other without being joined first; unused ones are empty.
  using Buffers = std::array<boost::asio::const_buffer, 3>;

  // Writes that the client does not take are given up after `write_deadline`. Without a context it
  // is spoken in the clear; with one, shake_hands() comes before anything else.
  Wire(boost::asio::ip::tcp::socket socket, Crowd& crowd, Duration write_deadline,
       const TlsContext& context);

  bool is_sealed() const { return tls_.has_value(); }
  enum class Greeting { done, in_clear, failed };
  // in_clear: the client spoke HTTP without TLS.
  boost::asio::awaitable<Greeting> shake_hands();
  // From now on in the clear, for last words.
  void unseal() { tls_.reset(); }

  // What came and was not consumed yet.
  std::string_view inbox() const { return {inbox_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t count);

  // One deadline at a time; setting one forgets that the last expired.
  void set_deadline(Duration from_now);
  void clear_deadline();
  bool expired() const { return expired_; }
  // Called regularly by the worker: ends what runs past the deadline.
  void sweep(Instant now);

  // More into the inbox; false when nothing will come any more, the deadline expired, or the wait
  // was for a new request (`idle`) and the server stops.
  boost::asio::awaitable<bool> read(bool idle);
  boost::asio::awaitable<bool> write(Buffers buffers);
  // Closes our side and takes what the client still sends, so that the kernel does not answer it
  // with a reset that could overtake our last words. TLS ends here, too: what comes is not read.
  boost::asio::awaitable<void> linger(Duration at_most);

  // From watch() to unwatch(), a client that hangs up wakes sleep() and ends write(). What it sends
  // meanwhile waits in the inbox.
  void watch();
  void unwatch();
  // False when the client is gone or the server stops.
  boost::asio::awaitable<bool> sleep(Duration at_most);

  bool gone() const { return gone_; }
  bool stopping() const { return stopping_; }
  void stop();
  void close();

 private:
  using Ready = boost::asio::ip::tcp::socket::wait_type;

  void make_room();
  boost::asio::mutable_buffer room() { return {inbox_.data() + end_, inbox_.size() - end_}; }
  boost::asio::awaitable<bool> until(Ready ready);
  boost::asio::awaitable<bool> until(Tls::Step step);
  boost::asio::awaitable<bool> read_sealed();
  boost::asio::awaitable<bool> write_sealed(Buffers buffers);
  bool take_ahead();
  bool take_ahead_sealed();
  void lost();
  void wake();
  void arm_watch();
  void on_readable(bool aborted);

  Crowd::Member member_;  // before the socket: who has left the crowd has closed it
  boost::asio::ip::tcp::socket socket_;
  std::optional<Tls> tls_;
  const Duration write_deadline_;
  std::vector<char> inbox_;  // the bytes in [begin_, end_) are not consumed
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Instant deadline_ = Instant::max();
  boost::asio::steady_timer* sleeper_ = nullptr;
  bool expired_ = false;
  bool gone_ = false;
  bool stopping_ = false;
  bool idle_ = false;
  bool watch_wanted_ = false;
  bool watch_armed_ = false;
};

}  // namespace mayfly::http
