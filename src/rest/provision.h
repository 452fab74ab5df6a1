// Starts a reservation and waits for it as long as the client wants: what POST .../reservations and
// launching a template have in common.
#pragma once

#include "rest/operation.h"

namespace mayfly::rest {

boost::asio::awaitable<Answer> provision(Call& call, Request request);

// For what cannot be made out to a request any more, because its template is gone or has changed: a
// repeat, by its Idempotency-Key, is answered with what was made then; anything else with `why`.
boost::asio::awaitable<Answer> provision_again(Call& call, Error why);

// What such an operation takes and answers besides its body.
std::vector<HeaderRule> provision_headers();
std::vector<ReplyRule> provision_replies();
std::vector<int> provision_problems();

// The Idempotency-Key header, empty without one.
Result<std::string> read_idempotency_key(const http::Headers& headers);

}  // namespace mayfly::rest
