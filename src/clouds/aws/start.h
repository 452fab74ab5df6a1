// From the Cloud port's callbacks to the coroutines of a driver. A driver is whatever has an
// executor() and members that are Work.
#pragma once

#include <memory>

#include "clouds/aws/client.h"
#include "core/loop.h"
#include "http/spawn.h"

namespace mayfly::clouds::aws {

// Does the work and posts its answer; the driver stays until then.
template <class T, class Driver>
boost::asio::awaitable<void> answer(std::shared_ptr<Driver> /*kept*/, Work<T> work, Loop& loop,
                                    Done<CloudResult<T>> done) {
  CloudResult<T> result = co_await std::move(work);
  loop.post(
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

// `name` must live as long as the program.
template <class T, class Driver>
void start(const std::shared_ptr<Driver>& driver, const char* name, Work<T> work, Loop& loop,
           Done<CloudResult<T>> done) {
  http::spawn(driver->executor(), name, answer<T>(driver, std::move(work), loop, std::move(done)));
}

}  // namespace mayfly::clouds::aws
