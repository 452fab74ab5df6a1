// Checks AWS Signature Version 4 the way AWS does: by signing the request again.
#pragma once

#include <expected>
#include <string>

#include "core/time.h"
#include "http/server.h"
#include "key_ring.h"

namespace mayfly::cloudsim {

struct Scope {
  std::string key_id;
  std::string day;
  std::string region;
  std::string service;
};

enum class AuthProblem {
  missing,
  incomplete,
  unknown_key,
  wrong_signature,
  expired,  // the signature is too old
  early,
  expired_token,  // the session that the key belongs to has ended
};

struct AuthFailure {
  AuthProblem problem;
  Scope scope;       // as far as it could be read
  std::string date;  // X-Amz-Date as sent
};

inline constexpr Duration kSkewMax = 5min;

std::expected<Scope, AuthFailure> verify_signature(const http::Request& request,
                                                   const KeyRing& keys, Time real_now);

// 20260102T030405Z
std::string compact_time(Time time);

}  // namespace mayfly::cloudsim
