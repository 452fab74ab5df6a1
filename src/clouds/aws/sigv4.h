// AWS Signature Version 4: proves who sends a request without sending the secret. A pure function
// of the request, the credentials and the moment, so that vectors can pin every byte of it.
#pragma once

#include <string>
#include <string_view>

#include "clouds/cloud.h"
#include "core/time.h"
#include "http/message.h"

namespace mayfly::clouds::aws {

// The parts of a request as they go over the wire. Every header given is signed and `host` must be
// among them; X-Amz-Date and X-Amz-Security-Token must not: sign() makes them.
struct Signable {
  std::string_view method = "POST";
  std::string_view path = "/";  // percent-encoded
  std::string_view query = {};  // percent-encoded, without the question mark
  http::Headers headers;
  std::string_view body = {};
};

// What to add to the request: X-Amz-Date, X-Amz-Security-Token (session credentials only) and
// Authorization. `service` is the signing name ("ec2"), which is not always the host's.
http::Headers sign(const Signable& request, const Credentials& credentials, std::string_view region,
                   std::string_view service, Time now);

}  // namespace mayfly::clouds::aws
