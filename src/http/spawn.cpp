#include "http/spawn.h"

#include <boost/asio/co_spawn.hpp>

#include "core/log.h"

namespace mayfly::http {
std::string what_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "not a std::exception";
  }
}

void spawn(const boost::asio::any_io_executor& executor, const char* name,
           boost::asio::awaitable<void> task) {
  boost::asio::co_spawn(executor, std::move(task), [name](const std::exception_ptr& failure) {
    if (failure) log::error("coroutine failed", {{"name", name}, {"reason", what_of(failure)}});
  });
}

}  // namespace mayfly::http
