#include "http/spawn.h"

#include <boost/asio/co_spawn.hpp>

#include "core/log.h"

namespace mayfly::http {
namespace {

void log_failure(const char* name, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    log::error("coroutine failed", {{"name", name}, {"reason", exception.what()}});
  } catch (...) {
    log::error("coroutine failed", {{"name", name}, {"reason", "not a std::exception"}});
  }
}

}  // namespace

void spawn(const boost::asio::any_io_executor& executor, const char* name,
           boost::asio::awaitable<void> task) {
  boost::asio::co_spawn(executor, std::move(task), [name](const std::exception_ptr& failure) {
    if (failure) log_failure(name, failure);
  });
}

}  // namespace mayfly::http
