// How clients reach us, for answers that hold whole addresses.
#pragma once

#include <fmt/format.h>

#include <string>

#include "http/server.h"

namespace mayfly::rest {

// "https://mayfly.example.com", without a slash at its end: what the configuration says, for a
// server behind a proxy; otherwise what the client used.
inline std::string base_of(const http::Request& request, const std::string& configured) {
  if (!configured.empty()) return configured;
  return fmt::format("{}://{}", request.secure ? "https" : "http",
                     request.header("Host").value_or("localhost"));
}

}  // namespace mayfly::rest
