// What is answered when something cannot be done: a status of HTTP and an oslc:Error. Any Error of
// the service becomes one; what only this protocol knows (406, 412, 501) is made here.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "core/result.h"
#include "http/server.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

struct Failure {
  int status = 500;
  std::string message;
  std::string remedy = {};
  http::Headers headers = {};
  std::vector<FieldError> fields = {};  // parameters that are wrong, each with what is wrong

  Failure(int status_of_http, std::string what, std::string what_to_do = {})
      : status(status_of_http), message(std::move(what)), remedy(std::move(what_to_do)) {}
  Failure(const Error& error);  // NOLINT: on purpose, so that TRY carries one into the other
};

template <class T>
using Outcome = std::expected<T, Failure>;

inline std::unexpected<Failure> refuse(int status, std::string message, std::string remedy = {}) {
  return std::unexpected(Failure(status, std::move(message), std::move(remedy)));
}

rdf::Graph error_graph(const Failure& failure);

}  // namespace mayfly::oslc
