// Which addresses a server may be made to connect to by somebody who does not own its network.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

namespace mayfly::http {

// IPv4 and IPv6 addresses that are routed on the Internet: not this machine, not its neighbours,
// not a cloud's metadata service, not something that carries one of those inside (mapped, NAT64,
// 6to4, Teredo). Any other family is not public.
bool is_public(const sockaddr& address);
// The same of an address in text; false when it is none.
bool is_public_address(std::string_view text);

// An http or https URL as far as a user may choose it.
struct WebAddress {
  std::string url;   // as curl writes it
  std::string host;  // lower case, with the port
  // Certainly no public address: a name may turn out to be none, too.
  bool is_private = false;
};

// nullopt with `why` set ("must ...") when it is no such URL or has credentials or a fragment.
std::optional<WebAddress> read_web_address(const std::string& url, std::string_view& why);

}  // namespace mayfly::http
