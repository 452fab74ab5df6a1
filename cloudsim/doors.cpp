#include "doors.h"

namespace mayfly::cloudsim {

boost::asio::awaitable<http::Response> Doors::answer(http::Request request) {
  const std::string first = request.path.empty() ? std::string{} : request.path[0];
  if (first == "_sim") co_return control_.answer(request);
  if (first == "v2") {
    auto answering = digitalocean_.answer(std::move(request));
    co_return co_await std::move(answering);
  }
  auto answering = aws_.answer(std::move(request));
  co_return co_await std::move(answering);
}

}  // namespace mayfly::cloudsim
