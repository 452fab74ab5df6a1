// One request that has passed the door, and what is answered: the handlers' view of HTTP.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "http/server.h"
#include "oslc/addresses.h"
#include "oslc/failure.h"
#include "rdf/format.h"
#include "rdf/graph.h"
#include "service/service.h"

namespace mayfly::oslc {

struct Visit {
  service::Service& service;
  const http::Request& http;
  std::vector<http::Parameter> query;  // of the address, and of a form that was posted
  bool is_form = false;                // the body is one: a query that is too long for an address
  Addresses addresses;
  Address address;
  service::Caller caller;
  std::string iri;  // of this address: without parameters that only select or page
  bool strict_if_match = true;
  const std::vector<std::string>& dialog_hosts;

  const std::string& user() const { return address.user; }
  const std::string* parameter(std::string_view name) const;
};

struct Answered {
  int status = 200;
  rdf::Graph graph = {};
  std::string root = {};  // the resource that the graph is about
  http::Headers headers = {};
  // What the ETag stands for; empty: for what is answered. Of requests only for what clients may
  // change, so that our own progress does not refuse their PUT.
  std::string tag_of = {};
  std::string page = {};  // HTML instead of a graph
};

template <class T>
using Later = boost::asio::awaitable<Outcome<T>>;
using Handle = Later<Answered> (*)(Visit&);

// The body as RDF: 415, 400.
Outcome<rdf::Graph> read_body(const Visit& visit);
// What an ETag consists of, besides the form that it was asked for in.
std::string tag_of(const Answered& answered);
// 400 or 412 when the If-Match of the request is missing or names another state than this.
Outcome<void> check_tag(const Visit& visit, const Answered& current);

}  // namespace mayfly::oslc
