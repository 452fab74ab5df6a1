// Errors as the world sees them: RFC 9457 problem documents. The one place where an ErrorCode
// becomes an HTTP status.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "http/server.h"
#include "json/value.h"

namespace mayfly::rest {

struct WrongField {
  std::string field;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(WrongField, (), (field, message))

// The members that every problem may have; an Error's extensions come on top.
struct Problem {
  std::string type;  // urn:mayfly:problem:<code>, the same for ever
  std::string title;
  int status = 500;
  std::string detail;
  std::optional<std::string> remedy;
  std::string code;
  std::optional<std::string> cloud_code;
  std::optional<std::vector<WrongField>> errors;
};
BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, detail, remedy, code, cloud_code, errors))

// The extensions that there are.
void refine_schema(const Problem*, json::object& schema);

inline constexpr std::string_view kProblemType = "application/problem+json";

struct ProblemKind {
  int status = 500;
  std::string_view code;
  std::string_view title;
};

ProblemKind kind_of(ErrorCode code);

// The whole answer, with the headers that belong to its status: WWW-Authenticate, Retry-After.
http::Response problem_response(const Error& error);
// A problem that is more than its ErrorCode says.
http::Response problem_response(const ProblemKind& kind, const Error& error);

// What the transport refuses, in the same form.
http::Refusal make_refusal();

}  // namespace mayfly::rest
