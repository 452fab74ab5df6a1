#include "http/target.h"

namespace mayfly::http {
namespace {

// Leaves the path and query of an absolute-form target; false when it has no authority.
bool cut_scheme_and_authority(std::string_view& target) {
  const std::size_t scheme_length = target.find("://");
  if (scheme_length == std::string_view::npos) return false;
  const std::string_view scheme = target.substr(0, scheme_length);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) return false;
  target.remove_prefix(scheme_length + 3);
  const std::size_t authority_length = std::min(target.find_first_of("/?"), target.size());
  target.remove_prefix(authority_length);
  return authority_length > 0;
}

// nullopt for a broken escape or what is not UTF-8.
std::optional<std::vector<std::string>> parse_path(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    if (segment.empty() && path.empty()) break;  // a trailing slash
    auto decoded = percent_decode(segment);
    if (!decoded || !is_utf8(*decoded)) return std::nullopt;
    segments.push_back(*std::move(decoded));
  }
  return segments;
}

bool all_utf8(const std::vector<Parameter>& parameters) {
  for (const Parameter& parameter : parameters) {
    if (!is_utf8(parameter.name) || !is_utf8(parameter.value)) return false;
  }
  return true;
}

}  // namespace

std::expected<Target, std::string_view> parse_target(std::string_view method,
                                                     std::string_view target) {
  if (target == "*") {
    if (method != "OPTIONS") return std::unexpected("only OPTIONS can ask for *");
    return Target{.path = {"*"}, .query = {}};
  }
  if (target.contains('#')) return std::unexpected("the request target has a fragment");
  if (!target.starts_with('/') && !cut_scheme_and_authority(target)) {
    return std::unexpected("the request target is neither a path nor an http URL");
  }
  const std::size_t question = target.find('?');
  auto path = parse_path(target.substr(0, question));
  if (!path) return std::unexpected("the path has a broken percent escape or is not UTF-8");
  Target parsed{.path = *std::move(path), .query = {}};
  if (question == std::string_view::npos) return parsed;
  auto query = parse_form(target.substr(question + 1));
  if (!query || !all_utf8(*query)) {
    return std::unexpected("the query has a broken percent escape or is not UTF-8");
  }
  parsed.query = *std::move(query);
  return parsed;
}

}  // namespace mayfly::http
