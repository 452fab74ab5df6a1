// The Prefer header (RFC 7240): how long a client wants to wait for what takes minutes. What is not
// understood is ignored, as the RFC wants: a preference is not a demand.
#pragma once

#include <optional>
#include <string>

#include "core/time.h"
#include "http/message.h"

namespace mayfly::rest {

struct Preferences {
  bool respond_async = false;
  std::optional<Duration> wait;

  // How long to wait before answering 202: nullopt = until it is done.
  std::optional<Duration> patience() const {
    if (wait) return wait;
    return respond_async ? std::optional<Duration>(Duration::zero()) : std::nullopt;
  }
  // For Preference-Applied; empty when there was no preference.
  std::string applied() const;

  bool operator==(const Preferences&) const = default;
};

// All Prefer headers together; of a preference given twice the first counts.
Preferences read_preferences(const http::Headers& headers);

}  // namespace mayfly::rest
