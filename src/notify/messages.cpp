#include "notify/messages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/assert.h"
#include "notify/signature.h"

namespace mayfly::notify {
namespace {

// Receivers say in a status whether they have it; nobody reads more.
constexpr std::size_t kAnswerMax = 16 << 10;
constexpr std::string_view kFoot =
    "\nMayfly sends this because your user has an e-mail address. `mayfly user email` shows for\n"
    "which events, and changes it.\n";

std::string_view title_of(std::string_view type) {
  constexpr std::pair<std::string_view, std::string_view> kTitles[] = {
      {"reservation.provisioning", "Provisioning"},
      {"reservation.ready", "Ready"},
      {"reservation.releasing", "Tearing down"},
      {"reservation.released", "Released"},
      {"reservation.failed", "Failed"},
      {"reservation.expired", "Lease ended"},
      {"reservation.lease_warning", "Lease ends soon"},
      {"reservation.lease_changed", "Lease changed"},
      {"reservation.instance", "Machine changed"},
      {"reservation.lost", "Machine lost"},
      {"reservation.attempt", "Attempt"},
      {"reservation.waiting", "Waiting"},
      {"stray.ended", "Stray machine ended"},
      {"test", "Test"}};
  for (const auto& [known, title] : kTitles) {
    if (known == type) return title;
  }
  return type;
}

std::string name_of(const ReservationBrief& reservation) {
  if (!reservation.name) return reservation.id;
  return fmt::format("{} ({})", *reservation.name, reservation.id);
}

std::string subject_of(const Told& told) {
  const std::string title = fmt::format("[Mayfly] {}", title_of(told.event->type));
  if (!told.record->reservation) return title;
  return fmt::format("{}: {}", title, name_of(*told.record->reservation));
}

std::string text_of(const Told& told) {
  std::string text = told.event->message + "\n\n";
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<12} {}\n", name, value);
  };
  line("event", told.event->type);
  line("at", to_string(told.event->created_at));
  line("cloud code", told.event->cloud_code);
  if (const auto& reservation = told.record->reservation) {
    line("reservation", name_of(*reservation));
    line("phase", std::string(json::enum_name(reservation->phase)));
    line("addresses", fmt::format("{}", fmt::join(reservation->addresses, ", ")));
    line("ends", reservation->expires_at ? to_string(*reservation->expires_at) : "");
    line("cost so far", to_string(reservation->cost_usd) + " USD");
  }
  return text;
}

std::string digest_of(const std::vector<Told>& told) {
  std::string text = "So much happened within a minute that it comes in one mail.\n\n";
  for (const Told& one : told) {
    text += fmt::format("{}  {}  {}\n    {}\n", to_string(one.event->created_at), one.event->type,
                        one.record->reservation ? name_of(*one.record->reservation) : "",
                        one.event->message);
  }
  return text;
}

}  // namespace

Result<http::Call> call_of(const Told& told, const std::string& url,
                           const std::vector<Secret>& secrets, Time now,
                           const std::string& version) {
  http::Call call{.method = "POST",
                  .url = url,
                  .headers = {{"Content-Type", "application/json"},
                              {"User-Agent", "Mayfly/" + version},
                              {"Webhook-Id", told.event->id},
                              {"Webhook-Timestamp", timestamp_text(now)}},
                  .body = payload_of(*told.record, *told.event),
                  .response_max = kAnswerMax,
                  .cut_answer = true};
  TRY(std::string signature, sign(secrets, told.event->id, now, call.body));
  call.headers.push_back({"Webhook-Signature", std::move(signature)});
  return call;
}

mail::Mail mail_of(const std::vector<Told>& told, const std::string& to) {
  ASSERT(!told.empty());
  const Told& first = told.front();
  if (told.size() == 1) {
    return {.to = to,
            .subject = subject_of(first),
            .text = text_of(first) + std::string(kFoot),
            .id = first.event->id};
  }
  return {.to = to,
          .subject = fmt::format("[Mayfly] {} events", told.size()),
          .text = digest_of(told) + std::string(kFoot),
          .id = fmt::format("{}-and-{}-more", first.event->id, told.size() - 1)};
}

}  // namespace mayfly::notify
