// The OSLC door: everything below /oslc, /rootservices and /.well-known/oslc. Who is asking is
// found out as the REST door does it; everything that is said is RDF, in the form that was asked
// for.
//
// In this order, and the first that fails is the answer: the address exists (404), the version of
// Core is one that we speak (400), the caller may (401, 403), the address knows the method (405),
// something acceptable can be answered (406), the body's type is known (415) and its content right
// (400). OPTIONS is answered to everybody: browsers ask it without credentials.
//
// Threads: as rest/door.h.
#pragma once

#include <string>
#include <vector>

#include "http/server.h"
#include "oslc/dialect.h"
#include "service/service.h"

namespace mayfly::oslc {

struct DoorOptions {
  Dialect dialect = Dialect::both;
  // "https://mayfly.example.com": how clients reach us, when a proxy stands before us. Empty: what
  // their Host header says.
  std::string base_url = {};
  // Whether a PUT needs an If-Match. One that does not match is refused either way.
  bool strict_if_match = true;
  // Origins of the tools that may show our dialogs in a frame: "https://jazz.example.com". Others
  // may open them in a window.
  std::vector<std::string> dialog_hosts = {};
};

// For the `otherwise` of rest::DoorOptions. Answers what is not below these addresses as the REST
// door does what it has no route for. `service` outlives the handler.
http::Handler make_handler(service::Service& service, DoorOptions options = {});

}  // namespace mayfly::oslc
