// How calls leave the process. Its own interface so that tests can break the network where they
// like.
#pragma once

#include <functional>
#include <string_view>

#include "http/client.h"

namespace mayfly::cli {

class Transport {
 public:
  using OnBytes = std::function<bool(std::string_view)>;

  virtual ~Transport() = default;
  virtual http::CallResult send(const http::Call& call) = 0;
  // As http::stream_and_wait: on_bytes also ticks, with no bytes, about once a second.
  virtual http::CallResult stream(const http::Call& call, const OnBytes& on_bytes) = 0;
};

class CurlTransport final : public Transport {
 public:
  http::CallResult send(const http::Call& call) override { return http::send_and_wait(call); }
  http::CallResult stream(const http::Call& call, const OnBytes& on_bytes) override {
    return http::stream_and_wait(call, on_bytes);
  }
};

}  // namespace mayfly::cli
