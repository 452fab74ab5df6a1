// From the Cloud port's callbacks to the coroutines of a driver: whoever asks gets an answer,
// whatever happens in them. A teardown that never heard of its call would wait for it for ever, and
// its machines would run. A driver is whatever has an executor() and members that are Work.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "core/loop.h"
#include "http/spawn.h"
#include "model/cloud_failure.h"

namespace mayfly::clouds {

template <class T>
using Work = boost::asio::awaitable<CloudResult<T>>;

// Ours never throws, but memory may end, and libraries are others'. What was done is not known
// then.
template <class T>
Work<T> without_throwing(Work<T> work) {
  try {
    co_return co_await std::move(work);
  } catch (const std::exception& thrown) {
    co_return std::unexpected(CloudFailure{
        .reaction = Reaction::ambiguous, .code = "InternalError", .message = thrown.what()});
  }
}

// Does the work and posts its answer; the driver stays until then.
template <class T, class Driver>
boost::asio::awaitable<void> answer(std::shared_ptr<Driver> /*kept*/, Work<T> work, Loop& loop,
                                    Done<CloudResult<T>> done) {
  auto calm = without_throwing(std::move(work));
  CloudResult<T> result = co_await std::move(calm);
  loop.post(
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

// `name` must live as long as the program.
template <class T, class Driver>
void start(const std::shared_ptr<Driver>& driver, const char* name, Work<T> work, Loop& loop,
           Done<CloudResult<T>> done) {
  http::spawn(driver->executor(), name, answer<T>(driver, std::move(work), loop, std::move(done)));
}

}  // namespace mayfly::clouds
