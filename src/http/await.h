// Bridges between callbacks on Loops and coroutines on Asio executors. Coroutines live only at the
// I/O edges (connections, cloud drivers); everything that decides is synchronous.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "core/loop.h"

namespace mayfly::http {

// An Asio executor seen as a Loop: answers posted here run where the coroutine runs. The executor's
// context must outlive it. Cheap to make; one per operation is fine.
class AsioLoop final : public Loop {
 public:
  explicit AsioLoop(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  Time now() const override { return SystemClock{}.now(); }
  void post(Task task) override { boost::asio::post(executor_, std::move(task)); }
  void post_at(Time when, Task task) override {
    auto timer = std::make_shared<boost::asio::steady_timer>(executor_, when - now());
    timer->async_wait(
        [timer, task = std::move(task)](const boost::system::error_code&) mutable { task(); });
  }

 private:
  boost::asio::any_io_executor executor_;
};

// Suspends until start's Done is called: T answer = co_await await_done<T>([&](Done<T> done)
// {...}). Done may be called on any thread; the coroutine resumes on its own executor. A Done that
// is dropped uncalled destroys the waiting coroutine when its context ends, so operations must
// answer.
template <class T, class Start>
auto await_done(Start start) -> boost::asio::awaitable<T> {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      [](auto handler, Start begin) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        begin(Done<T>([shared, executor](T answer) mutable {
          boost::asio::post(executor,
                            [shared = std::move(shared), answer = std::move(answer)]() mutable {
                              std::move (*shared)(std::move(answer));
                            });
        }));
      },
      boost::asio::use_awaitable, std::move(start));
}

}  // namespace mayfly::http
