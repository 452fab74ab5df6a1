// What Link headers say about a resource before anybody reads it: its shape, what kind of thing it
// is for LDP, and where its Compact is. Pure functions, any thread.
#pragma once

#include <string_view>

#include "http/message.h"
#include "oslc/addresses.h"

namespace mayfly::oslc {

// Of what is at this address.
http::Headers resource_links(const Address& address, const Addresses& addresses);
// Of what was made at this one, for the answer of the factory.
http::Headers links_of_made(std::string_view location, const Addresses& addresses);

}  // namespace mayfly::oslc
