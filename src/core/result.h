// Errors are values. A function that can fail returns Result<T>; we throw nothing, and a library's
// exception is caught at its adapter. An Error is written for the person who has to act on it:
// what was attempted, on what, and what to do next.
#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly {

// Each code maps once to HTTP (rest/problem.h) and once to an exit code (cli/exit_code.h).
enum class ErrorCode {
  malformed,        // not parseable at all: JSON, UTF-8, a query parameter
  invalid,          // parseable, but a field is wrong; `fields` names every wrong one
  unauthenticated,  // no or unknown credentials for Mayfly itself
  forbidden,        // known, but not allowed
  not_found,
  conflict,    // the thing's state refuses it
  over_limit,  // a quota or budget refuses it; the extension `limits` has the figures
  too_large,
  unsupported_media,
  method_not_allowed,
  unsatisfiable,      // no offer satisfies the request
  rejected_by_cloud,  // the cloud answered and said no; `cloud_code` is its own word
  cloud_unreachable,  // no usable answer from the cloud
  unavailable,        // we cannot do it now (shutting down, store refuses); try again
  timed_out,
  internal,
};

std::string_view name_of(ErrorCode code);

struct FieldError {
  std::string field;
  std::string message = {};
  bool operator==(const FieldError&) const = default;
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message = {};
  std::string remedy = {};
  std::string cloud_code = {};
  std::vector<FieldError> fields = {};
  std::optional<std::chrono::microseconds> retry_after = {};
  // Further members of the problem document: name -> JSON text, encoded by whoever knows the shape.
  std::map<std::string, std::string> extensions = {};

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string remedy = {}) {
  return std::unexpected(
      Error{.code = code, .message = std::move(message), .remedy = std::move(remedy)});
}

// One wrong field. Several at once are collected by json::Issues.
std::unexpected<Error> fail_field(std::string field, std::string message);

}  // namespace mayfly

// Statement macros on purpose: statement expressions break inside coroutines on some compilers.
#define MAYFLY_CONCAT_(a, b) a##b
#define MAYFLY_CONCAT(a, b) MAYFLY_CONCAT_(a, b)

// TRY(auto x, f());  returns f()'s error, or declares x.
#define TRY(declaration, expression) \
  TRY_(MAYFLY_CONCAT(try_result_, __LINE__), declaration, expression)
#define TRY_(name, declaration, expression)                   \
  auto name = (expression);                                   \
  if (!name) return std::unexpected(std::move(name).error()); \
  declaration = *std::move(name)

#define TRY_VOID(expression)                                      \
  do {                                                            \
    if (auto try_void_result = (expression); !try_void_result)    \
      return std::unexpected(std::move(try_void_result).error()); \
  } while (false)

#define CO_TRY(declaration, expression) \
  CO_TRY_(MAYFLY_CONCAT(try_result_, __LINE__), declaration, expression)
#define CO_TRY_(name, declaration, expression)                   \
  auto name = (expression);                                      \
  if (!name) co_return std::unexpected(std::move(name).error()); \
  declaration = *std::move(name)
