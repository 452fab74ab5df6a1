// Resource previews of Core 3.0 (UI previews of 2.0): what another tool shows of one of our
// resources where it links to it. The Compact of a resource is at its own address, is told of by a
// Link header, and is what the resource itself answers to who asks for it by media type or by
// Prefer. It leads to two small documents without scripts. Also the pages that people get who open
// a resource in a browser.
#pragma once

#include "oslc/visit.h"

namespace mayfly::oslc {

// Whether this is answered by get_preview instead of the address's own handler.
bool asks_for_preview(const http::Request& request, const Address& address);
Later<Answered> get_preview(Visit& visit);

// Whether a page is what the client wants of this address, and there is one.
bool asks_for_resource_page(const http::Request& request, const Address& address);
// The page of what the handler has answered.
Later<Answered> page_of_resource(Visit& visit, Answered answered);

Later<Answered> get_icon(Visit& visit);

// Its Compact, for the Link header; empty: it has none.
std::string compact_of(const Address& address, const Addresses& addresses);

}  // namespace mayfly::oslc
