// DigitalOcean's error ids only repeat the HTTP status, and one id (unprocessable_entity) covers
// everything from "sold out" to "your name has an underscore". So the id says who has spoken, and
// the text says what about.
//
// Only two mistakes cost money or time here: calling something "not created" that may exist (there
// is no idempotency key to repeat a create with), and calling something hopeless that another offer
// would solve. Every default below leans away from both.
#include "clouds/classify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace mayfly::clouds {
namespace {

constexpr std::size_t kCloudWordsMax = 600;  // of DigitalOcean's own text in our message

std::string do_lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lowered;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.contains(part); });
}

// A 422 is a definite "nothing was created". The order matters: "Size is not available in this
// region" is about the size, "user_data exceeds the maximum size" is not.
Reaction why_not_created(std::string_view text, Reaction unknown) {
  // GPU sizes have stock and limits of their own; the rest of the account works on.
  if (has_any(text, {"gpu"})) return Reaction::next_offer;
  if (has_any(text, {"droplet limit"})) return Reaction::skip_cloud;
  if (has_any(text, {"user_data", "user data", "userdata"})) return Reaction::fatal;
  if (has_any(text, {"ssh", "key identifier"})) return Reaction::fatal;
  if (has_any(text, {"image"})) {
    if (has_any(text, {"region"})) return Reaction::skip_region;
    if (has_any(text, {"size", "disk", "memory"})) return Reaction::next_offer;
    // Slugs are retired. Another cloud still boots "debian-12", so the request itself may be right.
    return Reaction::skip_cloud;
  }
  if (has_any(text, {"size", "currently restricted", "plan"})) return Reaction::next_offer;
  if (has_any(text, {"region"})) return Reaction::skip_region;
  if (has_any(text, {"name", "hostname", "tag"})) return Reaction::fatal;
  if (has_any(text, {"payment", "billing", "account", "verif"})) return Reaction::skip_cloud;
  return unknown;
}

enum class Meaning {
  unauthorized,
  forbidden,
  not_found,
  conflict,
  unprocessable,
  throttled,
  malformed,
  unclear
};

Meaning meaning_of(std::string_view id, int http_status) {
  // Whatever id comes with a 5xx: the server lost its way while doing something.
  if (http_status >= 500) return Meaning::unclear;
  struct Row {
    std::string_view id;
    int status;
    Meaning meaning;
  };
  static constexpr std::array kRows{
      Row{"unauthorized", 401, Meaning::unauthorized},
      Row{"forbidden", 403, Meaning::forbidden},
      Row{"not_found", 404, Meaning::not_found},
      Row{"conflict", 409, Meaning::conflict},
      Row{"unprocessable_entity", 422, Meaning::unprocessable},
      Row{"too_many_requests", 429, Meaning::throttled},
      Row{"bad_request", 400, Meaning::malformed},
  };
  const std::string lowered = do_lower(id);
  for (const Row& row : kRows) {
    if (row.id == lowered) return row.meaning;
  }
  // Without an id something between us and DigitalOcean may have spoken. These three refuse before
  // anything happens, whoever says them; of the others nothing is known.
  const bool anyone = http_status == 401 || http_status == 403 || http_status == 429;
  if (id.empty() && !anyone) return Meaning::unclear;
  for (const Row& row : kRows) {
    if (row.status == http_status) return row.meaning;
  }
  return Meaning::unclear;
}

bool creates(std::string_view operation) {
  return operation == "create droplets";
}
bool deletes(std::string_view operation) {
  return operation == "delete droplet";
}
// There is always an account and a listing, if only an empty one: a 404 for them is not
// DigitalOcean's.
bool always_exists(std::string_view operation) {
  return operation == "read account" || operation.starts_with("list ");
}

// The token scopes that the call needs, for the person who has to make a new token.
std::string_view scopes_of(std::string_view operation) {
  if (operation == "read account") return "account:read";
  if (operation == "list regions") return "regions:read";
  if (operation == "list sizes") return "sizes:read, regions:read";
  if (operation == "read image") return "image:read";
  if (operation == "list droplets") return "droplet:read, tag:read";
  if (operation == "list actions") return "actions:read";
  if (creates(operation)) return "droplet:create, image:read, tag:create, vpc:read";
  if (deletes(operation)) return "droplet:delete";
  return {};
}

Reaction reaction_to(Meaning meaning, std::string_view operation, std::string_view text) {
  switch (meaning) {
    case Meaning::unauthorized:
      return Reaction::key_refused;
    case Meaning::forbidden:
      return Reaction::skip_cloud;
    case Meaning::throttled:
      return Reaction::again;
    case Meaning::not_found:
      if (always_exists(operation)) return Reaction::ambiguous;
      // An invalid image has been reported as 404 by a create, so its text decides there too; a
      // create names nothing else that could be gone.
      return creates(operation) ? why_not_created(text, Reaction::skip_cloud) : Reaction::gone;
    // Not documented for a create: whatever it conflicts with may be our own machine, so look
    // first.
    case Meaning::conflict:
      return creates(operation) ? Reaction::ambiguous : Reaction::again;
    case Meaning::unprocessable:
      // DigitalOcean runs one event per machine at a time, and only waiting helps.
      if (deletes(operation)) return Reaction::again;
      // An unknown text tries the next offer: at worst some free refusals, never a request given up
      // that another size would have met.
      return why_not_created(text, creates(operation) ? Reaction::next_offer : Reaction::fatal);
    case Meaning::malformed:
      return Reaction::fatal;
    case Meaning::unclear:
      break;
  }
  return Reaction::ambiguous;
}

std::string remedy_for(Meaning meaning, Reaction reaction, std::string_view operation,
                       std::string_view text) {
  if (meaning == Meaning::unauthorized) {
    return " The token is wrong, expired or deleted: make a new one in DigitalOcean's control "
           "panel under API.";
  }
  if (meaning == Meaning::forbidden) {
    const std::string_view scopes = scopes_of(operation);
    return scopes.empty() ? " The token lacks a scope."
                          : fmt::format(" The token needs the scope {}.", scopes);
  }
  if (reaction == Reaction::skip_cloud && text.contains("droplet limit")) {
    return " Destroy droplets or ask DigitalOcean for a higher limit.";
  }
  return {};
}

}  // namespace

CloudFailure classify_digitalocean(std::string_view operation, std::string_view id, int http_status,
                                   std::string_view message, std::optional<Duration> retry_after) {
  const Meaning meaning = meaning_of(id, http_status);
  const std::string text = do_lower(message);
  const Reaction reaction = reaction_to(meaning, operation, text);
  std::string_view words = message.substr(0, kCloudWordsMax);
  // Not in the middle of a UTF-8 character: the text ends up in JSON.
  if (words.size() < message.size()) {
    while (!words.empty() && (message[words.size()] & 0xC0) == 0x80) words.remove_suffix(1);
  }
  while (words.ends_with('.') || words.ends_with(' ')) words.remove_suffix(1);
  std::string told = fmt::format("DigitalOcean answered '{}' with {}", operation, http_status);
  if (!id.empty()) told += fmt::format(" {}", id);
  if (!words.empty()) told += fmt::format(": {}", words);
  told += "." + remedy_for(meaning, reaction, operation, text);
  return CloudFailure{.reaction = reaction,
                      .code = id.empty() ? fmt::format("Http{}", http_status) : std::string(id),
                      .message = std::move(told),
                      .retry_after = retry_after};
}

}  // namespace mayfly::clouds
