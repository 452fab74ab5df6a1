#include "http/wire.h"

#include <algorithm>
#include <boost/asio/write.hpp>
#include <utility>

#include "core/assert.h"
#include "core/log.h"

namespace mayfly::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Most requests fit, and 10,000 idle connections keep only 10 MB for it.
constexpr std::size_t kInboxStart = 1 << 10;
// Room for the largest head and for what a client sends ahead while an answer is streamed.
constexpr std::size_t kInboxMax = 32 << 10;
// Longer sleeps come back early, which sleep() may: it promises no least time to streams.
constexpr Duration kSleepMax = 1h;

// Takes what is sent off the front; false when something is left.
bool drop_sent(Wire::Buffers& buffers, std::size_t sent) {
  for (asio::const_buffer& buffer : buffers) {
    const std::size_t part = std::min(sent, buffer.size());
    buffer += part;
    sent -= part;
  }
  return std::ranges::all_of(buffers, [](const auto& buffer) { return buffer.size() == 0; });
}

}  // namespace

Wire::Wire(asio::ip::tcp::socket socket, Crowd& crowd, Duration write_deadline,
           const TlsContext& context)
    : member_(crowd),
      socket_(std::move(socket)),
      write_deadline_(write_deadline),
      inbox_(kInboxStart) {
  error_code error;
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  if (!error) socket_.non_blocking(true, error);
  if (context) tls_.emplace(context, socket_.native_handle());
  if (error) close();  // the client has gone in the meantime
}

void Wire::consume(std::size_t count) {
  ASSERT(count <= end_ - begin_);
  begin_ += count;
  if (begin_ == end_) begin_ = end_ = 0;
}

void Wire::make_room() {
  if (begin_ > 0) {
    std::copy(inbox_.data() + begin_, inbox_.data() + end_, inbox_.data());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == 0 && inbox_.size() > kInboxStart && idle_) {
    std::vector<char>(kInboxStart).swap(inbox_);
  }
  if (end_ == inbox_.size()) inbox_.resize(std::min(2 * inbox_.size(), kInboxMax));
}

void Wire::set_deadline(Duration from_now) {
  deadline_ = std::chrono::steady_clock::now() + from_now;
  expired_ = false;
}

void Wire::clear_deadline() {
  deadline_ = Instant::max();
  expired_ = false;
}

void Wire::sweep(Instant now) {
  if (now < deadline_) return;
  deadline_ = Instant::max();
  expired_ = true;
  error_code ignored;  // a socket that cannot be cancelled is closed
  socket_.cancel(ignored);
}

asio::awaitable<bool> Wire::read(bool idle) {
  if (gone_ || expired_ || (idle && stopping_)) co_return false;
  idle_ = idle;
  make_room();
  ASSERT(end_ < inbox_.size());  // the reader consumes or refuses before the inbox is full
  if (tls_) co_return co_await read_sealed();
  const auto [error, count] = co_await socket_.async_read_some(room(), kAwaitTuple);
  idle_ = false;
  if (error) {
    gone_ = gone_ || error != asio::error::operation_aborted;
    co_return false;
  }
  end_ += count;
  co_return true;
}

asio::awaitable<bool> Wire::write(Buffers buffers) {
  if (gone_) co_return false;
  if (tls_) co_return co_await write_sealed(buffers);
  error_code error;
  // Answers mostly fit into the socket's buffer: then nothing has to be waited for.
  const std::size_t sent = socket_.write_some(buffers, error);
  if (error && error != asio::error::would_block) {
    gone_ = true;
    co_return false;
  }
  if (drop_sent(buffers, sent)) co_return true;
  set_deadline(write_deadline_);
  const auto [failure, rest] = co_await asio::async_write(socket_, buffers, kAwaitTuple);
  if (failure) gone_ = true;  // half an answer cannot be continued, whatever the reason
  clear_deadline();
  co_return !failure;
}

asio::awaitable<void> Wire::linger(Duration at_most) {
  if (tls_) tls_->say_goodbye();
  unseal();
  error_code ignored;  // then the read below fails too
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  set_deadline(at_most);
  consume(end_ - begin_);
  while (co_await read(false)) consume(end_ - begin_);
}

void Wire::watch() {
  watch_wanted_ = true;
  if (gone_) return;
  // What OpenSSL has taken already does not make the socket readable again.
  if (!tls_ || !tls_->has_pending() || take_ahead()) arm_watch();
}

void Wire::unwatch() {
  watch_wanted_ = false;
  error_code ignored;
  if (watch_armed_) socket_.cancel(ignored);
}

void Wire::arm_watch() {
  if (watch_armed_ || gone_) return;
  watch_armed_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](const error_code& error) {
                       self->watch_armed_ = false;
                       self->on_readable(error == asio::error::operation_aborted);
                     });
}

void Wire::on_readable(bool aborted) {
  if (!watch_wanted_ || gone_) return;
  if (aborted || take_ahead()) arm_watch();
}

// What the client sends before its turn; false when there is nothing more to watch for.
bool Wire::take_ahead() {
  if (tls_) return take_ahead_sealed();
  make_room();
  // A client that sends this much ahead is not watched any more; writing will show it gone.
  if (end_ == inbox_.size()) return false;
  error_code error;
  end_ += socket_.read_some(room(), error);
  if (!error || error == asio::error::would_block) return true;
  lost();
  return false;
}

void Wire::lost() {
  gone_ = true;
  wake();
}

asio::awaitable<bool> Wire::sleep(Duration at_most) {
  if (gone_ || stopping_) co_return false;
  asio::steady_timer timer(socket_.get_executor(), std::min(at_most, kSleepMax));
  sleeper_ = &timer;
  co_await timer.async_wait(kAwaitTuple);
  sleeper_ = nullptr;
  co_return !gone_ && !stopping_;
}

void Wire::wake() {
  if (sleeper_ != nullptr) sleeper_->cancel();
  error_code ignored;
  if (gone_) socket_.cancel(ignored);  // a write that nobody will take
}

void Wire::stop() {
  stopping_ = true;
  error_code ignored;
  if (idle_) socket_.cancel(ignored);
  wake();
}

void Wire::close() {
  gone_ = true;
  error_code ignored;
  socket_.close(ignored);
  wake();
}

// ---- the same over TLS. OpenSSL is asked first and the socket waited for when it says so; but a
// read waits first unless something is there, so that no client keeps its thread to itself.

asio::awaitable<bool> Wire::until(Ready ready) {
  const auto [error] = co_await socket_.async_wait(ready, kAwaitTuple);
  if (error && error != asio::error::operation_aborted) gone_ = true;
  co_return !error && !gone_ && !expired_;
}

asio::awaitable<bool> Wire::until(Tls::Step step) {
  return until(step == Tls::Step::wants_write ? Ready::wait_write : Ready::wait_read);
}

asio::awaitable<Wire::Greeting> Wire::shake_hands() {
  if (gone_ || stopping_) co_return Greeting::failed;
  idle_ = true;  // a stop does not wait for it
  Tls::Step step = tls_->shake_hands();
  while (step == Tls::Step::wants_read || step == Tls::Step::wants_write) {
    if (!co_await until(step)) break;
    step = tls_->shake_hands();
  }
  idle_ = false;
  if (step == Tls::Step::done) co_return Greeting::done;
  if (step != Tls::Step::failed) co_return Greeting::failed;
  log::debug("handshake failed", {{"reason", tls_->failure()}});
  co_return tls_->was_spoken_to_in_clear() ? Greeting::in_clear : Greeting::failed;
}

asio::awaitable<bool> Wire::read_sealed() {
  Tls::Moved moved{Tls::Step::wants_read};
  if (tls_->has_pending()) moved = tls_->read(room());
  while (moved.step == Tls::Step::wants_read || moved.step == Tls::Step::wants_write) {
    if (!co_await until(moved.step)) break;
    moved = tls_->read(room());
  }
  idle_ = false;
  end_ += moved.count;
  gone_ = gone_ || moved.step == Tls::Step::ended || moved.step == Tls::Step::failed;
  co_return moved.step == Tls::Step::done;
}

asio::awaitable<bool> Wire::write_sealed(Buffers buffers) {
  bool waited = false;
  while (!drop_sent(buffers, 0)) {
    const Tls::Moved moved = tls_->write(buffers);
    drop_sent(buffers, moved.count);
    if (moved.step == Tls::Step::done) continue;
    if (!std::exchange(waited, true)) set_deadline(write_deadline_);
    const bool over = moved.step == Tls::Step::failed || moved.step == Tls::Step::ended;
    if (over || !co_await until(moved.step)) {
      gone_ = true;  // half an answer cannot be continued, whatever the reason
      break;
    }
  }
  if (waited) clear_deadline();
  co_return !gone_;
}

bool Wire::take_ahead_sealed() {
  for (;;) {
    make_room();
    if (end_ == inbox_.size()) return false;
    const Tls::Moved moved = tls_->read(room());
    end_ += moved.count;
    if (moved.step == Tls::Step::done) continue;
    if (moved.step == Tls::Step::wants_read) return true;
    // It asks for new keys and does not take our answer: writing will show what becomes of it.
    if (moved.step == Tls::Step::wants_write) return false;
    lost();
    return false;
  }
}

}  // namespace mayfly::http
