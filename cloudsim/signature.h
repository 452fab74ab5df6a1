// Checks AWS Signature Version 4 the way AWS does: by signing the request again.
#pragma once

#include <expected>
#include <string>

#include "core/time.h"
#include "http/server.h"

namespace mayfly::cloudsim {

// AWS's own documentation example; nothing anywhere accepts it but this simulator.
inline constexpr char kAccessKeyId[] = "AKIAIOSFODNN7EXAMPLE";
inline constexpr char kSecretAccessKey[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

struct Scope {
  std::string key_id;
  std::string day;
  std::string region;
  std::string service;
};

enum class AuthProblem { missing, incomplete, unknown_key, wrong_signature, expired, early };

struct AuthFailure {
  AuthProblem problem;
  Scope scope;       // as far as it could be read
  std::string date;  // X-Amz-Date as sent
};

inline constexpr Duration kSkewMax = 5min;

std::expected<Scope, AuthFailure> verify_signature(const http::Request& request, Time real_now);

// 20260102T030405Z
std::string compact_time(Time time);

}  // namespace mayfly::cloudsim
