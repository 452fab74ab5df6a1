// What one client and we say to each other: requests in order, each answered before the next is
// read. Refuses what the transport must refuse, and ends the conversation when told so.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include "http/certificate.h"
#include "http/crowd.h"
#include "http/response_head.h"
#include "http/wire.h"

namespace mayfly::http {

// What all connections of a server share; outlives them.
struct House {
  ServerOptions options;
  Handler handler;
  Refusal refusal;
  Crowd crowd;
  std::unique_ptr<Certificate> certificate = {};  // none: HTTP in the clear
};

// What the connections of one thread share.
struct Floor {
  explicit Floor(House& of) : house(of) {}

  House& house;
  boost::intrusive::list<Wire, boost::intrusive::constant_time_size<false>> wires;
  DateCache date;
};

// Puts a client on the floor at once, so that a stop cannot miss it.
std::shared_ptr<Wire> admit(Floor& floor, boost::asio::ip::tcp::socket socket);
// Ends when the conversation does.
boost::asio::awaitable<void> serve(Floor& floor, std::shared_ptr<Wire> wire);

}  // namespace mayfly::http
