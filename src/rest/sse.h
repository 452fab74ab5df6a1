// Server-sent events (WHATWG HTML, 9.2): one event per journal entry, numbered as the journal is,
// so that a client that lost its connection goes on after the last one it saw.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "http/message.h"
#include "model/reservation.h"

namespace mayfly::rest {

// Something for proxies and clients to see while nothing happens.
inline constexpr std::string_view kKeepAlive = ": nothing new\n\n";
inline constexpr Duration kKeepAliveInterval = 15s;

std::string frame(const JournalEntry& entry);

// Frames of all entries after `seen`, which becomes the last of them.
std::string frames_after(const Reservation& reservation, std::int64_t& seen);

// The number in Last-Event-ID; 0 without one.
Result<std::int64_t> read_last_event_id(const http::Headers& headers);

}  // namespace mayfly::rest
