// The one way to start a coroutine: with a name under which its failure is logged. Coroutines of
// ours do not throw, so an exception that arrives here is a bug or an exhausted machine.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <exception>
#include <string>

namespace mayfly::http {

// `name` must live as long as the program.
void spawn(const boost::asio::any_io_executor& executor, const char* name,
           boost::asio::awaitable<void> task);

// What a caught exception says, for the log.
std::string what_of(const std::exception_ptr& exception);

}  // namespace mayfly::http
