#include "cli/resolve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/answers.h"
#include "cli/figures.h"

namespace mayfly::cli {
namespace {

constexpr std::size_t kIdSize = 18;  // r- and 16 characters: core/id.h
constexpr std::size_t kNamedMax = 5;

Result<std::vector<std::string>> beginning_with(Client& client, const std::string& given,
                                                const std::vector<http::Parameter>& query) {
  TRY(const json::value document, client.list("reservations", "reservations", query));
  std::vector<std::string> ids;
  for (const json::value& entry : document.at("reservations").get_array()) {
    TRY(ReservationView reservation, read_answer<ReservationView>(entry));
    if (reservation.id == given) return std::vector{given};
    if (reservation.id.starts_with(given)) ids.push_back(std::move(reservation.id));
  }
  return ids;
}

std::unexpected<Error> ambiguous(const std::string& given, std::vector<std::string> ids) {
  const std::size_t further = ids.size() - std::min(ids.size(), kNamedMax);
  ids.resize(std::min(ids.size(), kNamedMax));
  std::string named = fmt::format("{}", fmt::join(ids, ", "));
  if (further > 0) named += fmt::format(" and {} more", further);
  return fail(ErrorCode::invalid,
              fmt::format("'{}' is the beginning of several reservations: {}", given, named),
              "Type more of the id.");
}

}  // namespace

Result<std::string> resolve_reservation(Client& client, const std::string& given, Among among) {
  if (given.size() == kIdSize && given.starts_with("r-")) return given;
  if (given.empty()) return fail(ErrorCode::invalid, "An id is empty");
  TRY(std::vector<std::string> ids, beginning_with(client, given, {}));
  if (ids.empty() && among == Among::all) {
    TRY(ids, beginning_with(client, given, {{"state", "all"}}));
  }
  if (ids.size() == 1) return ids.front();
  if (ids.size() > 1) return ambiguous(given, std::move(ids));
  const bool ended_count = among == Among::all;
  return fail(ErrorCode::not_found,
              fmt::format("There is no {}reservation '{}'", ended_count ? "" : "living ", given),
              ended_count ? "See them: mayfly ls --all" : "See them: mayfly ls");
}

Result<std::string> resolve_key(Client& client, const std::string& given) {
  TRY(const json::value keys, client.list("keys", "keys"));
  std::vector<std::string> matching;
  for (const json::value& key : keys.at("keys").get_array()) {
    TRY(const KeyView view, read_answer<KeyView>(key));
    if (view.id == given) return given;
    const bool of_cloud = view.cloud == given && view.status == "active";
    if (of_cloud || view.id.starts_with(given)) matching.push_back(view.id);
  }
  if (matching.size() == 1) return matching.front();
  return fail(matching.empty() ? ErrorCode::not_found : ErrorCode::invalid,
              matching.empty() ? fmt::format("There is no key '{}'", given)
                               : fmt::format("'{}' is the beginning of several keys", given),
              "See your keys: mayfly keys ls");
}

}  // namespace mayfly::cli
