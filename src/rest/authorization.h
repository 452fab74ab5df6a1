// Who a client says it is: `Authorization: Bearer TOKEN`, or Basic with the token as its password.
// Never the query, which ends in logs and histories.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "core/secret.h"
#include "http/message.h"
#include "service/service.h"

namespace mayfly::rest {

struct Presented {
  std::optional<std::string> user;  // Basic only
  Secret token;                     // may be empty
};

// nullopt: there is a header, and nobody can tell what it says.
std::optional<Presented> read_authorization(const http::Headers& headers);

// The caller behind a request's headers. Whether a token is needed at all is the service's
// business.
boost::asio::awaitable<Result<service::Caller>> authenticate(service::Service& service,
                                                             const http::Headers& headers);

}  // namespace mayfly::rest
