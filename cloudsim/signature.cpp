#include "signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "clouds/aws/sigv4.h"

namespace mayfly::cloudsim {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256 ";

std::vector<std::string> split_at(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The value of `name=value` among the comma-separated parts of an Authorization header.
std::string part_of(std::string_view authorization, std::string_view name) {
  for (std::string_view part : split_at(authorization, ',')) {
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part.starts_with(name) && part.substr(name.size()).starts_with('=')) {
      return std::string(part.substr(name.size() + 1));
    }
  }
  return {};
}

// 20260102T030405Z
std::optional<Time> read_compact_time(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const auto time = parse_time(fmt::format("{}-{}-{}T{}:{}:{}Z", text.substr(0, 4),
                                           text.substr(4, 2), text.substr(6, 2), text.substr(9, 2),
                                           text.substr(11, 2), text.substr(13, 2)));
  return time ? std::optional(*time) : std::nullopt;
}

// The request as its signer saw it: the headers it names, in the clear.
clouds::aws::Signable signable(const http::Request& request,
                               const std::vector<std::string>& names) {
  const std::string_view target = request.target;
  const std::size_t question = std::min(target.find('?'), target.size());
  clouds::aws::Signable signable{.method = request.method,
                                 .path = target.substr(0, question),
                                 .query = target.substr(std::min(question + 1, target.size())),
                                 .body = request.body};
  for (const http::Header& header : request.headers) {
    const bool named = std::ranges::any_of(names, [&](const std::string& name) {
      return http::equals_ignoring_case(name, header.name);
    });
    // The signer adds these two itself.
    const bool added = http::equals_ignoring_case(header.name, "x-amz-date") ||
                       http::equals_ignoring_case(header.name, "x-amz-security-token");
    if (named && !added) signable.headers.push_back(header);
  }
  return signable;
}

}  // namespace

std::string compact_time(Time time) {
  std::string text = to_string(
      std::chrono::time_point_cast<Duration>(std::chrono::floor<std::chrono::seconds>(time)));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::expected<Scope, AuthFailure> verify_signature(const http::Request& request,
                                                   const KeyRing& keys, Time real_now) {
  const std::string_view authorization = request.header("authorization").value_or("");
  const auto fails = [](AuthProblem problem, Scope scope = {}, std::string date = {}) {
    return std::unexpected(AuthFailure{problem, std::move(scope), std::move(date)});
  };
  if (authorization.empty()) return fails(AuthProblem::missing);
  if (!authorization.starts_with(kAlgorithm)) return fails(AuthProblem::incomplete);
  const std::string_view parts = authorization.substr(kAlgorithm.size());
  const std::vector<std::string> credential = split_at(part_of(parts, "Credential"), '/');
  const std::string date(request.header("x-amz-date").value_or(""));
  const auto signed_at = read_compact_time(date);
  if (credential.size() != 5 || credential[4] != "aws4_request" || !signed_at ||
      part_of(parts, "SignedHeaders").empty() || part_of(parts, "Signature").empty()) {
    return fails(AuthProblem::incomplete);
  }
  Scope scope{credential[0], credential[1], credential[2], credential[3]};
  const KeyOrder* key = keys.find_aws(scope.key_id);
  if (!key || request.header("x-amz-security-token").value_or("") != key->session_token) {
    return fails(AuthProblem::unknown_key, scope, date);
  }
  if (key->state == KeyState::expired) return fails(AuthProblem::expired_token, scope, date);
  const clouds::Credentials credentials{.id = key->id,
                                        .secret = Secret(key->secret),
                                        .session_token = Secret(key->session_token),
                                        .region = {}};
  const http::Headers expected =
      clouds::aws::sign(signable(request, split_at(part_of(parts, "SignedHeaders"), ';')),
                        credentials, scope.region, scope.service, *signed_at);
  const std::string_view again = http::find_header(expected, "authorization").value_or("");
  const std::string_view again_parts = again.substr(std::min(kAlgorithm.size(), again.size()));
  if (part_of(again_parts, "Signature") != part_of(parts, "Signature") ||
      !date.starts_with(scope.day)) {
    return fails(AuthProblem::wrong_signature, scope, date);
  }
  if (*signed_at < real_now - kSkewMax) return fails(AuthProblem::expired, scope, date);
  if (*signed_at > real_now + kSkewMax) return fails(AuthProblem::early, scope, date);
  return scope;
}

}  // namespace mayfly::cloudsim
