#include "service/automations.h"

#include <fmt/format.h>

#include "core/id.h"
#include "json/codec.h"
#include "json/parse.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr int kKeepTriesMax = 4;

// Ids are unique for all; who they belong to is in the document.
Error no_automation(const std::string& id) {
  return {.code = ErrorCode::not_found, .message = "There is no automation " + id};
}

store::Write removal_of(const store::Document& document) {
  return {.collection = kAutomations, .id = document.id, .expected_version = document.version};
}

}  // namespace

bool is_id_of_follow_up(std::string_view id) {
  return id.starts_with("t-") || id.starts_with("e-") || id.starts_with("s-");
}

SearchTexts search_texts_of(const Automation& automation) {
  SearchTexts texts{.names = {automation.id}, .others = {}};
  if (!automation.title.empty()) texts.names.push_back(automation.title);
  for (const std::string* text :
       {&automation.plan, &automation.reservation, &automation.description, &automation.refusal}) {
    if (!text->empty()) texts.others.push_back(*text);
  }
  for (const GivenParameter& parameter : automation.parameters)
    texts.others.push_back(parameter.value);
  return texts;
}

store::Document to_document(const Automation& automation) {
  store::Document document{.id = automation.id, .body = json::to_text(automation)};
  if (automation.kind != AutomationKind::prepared) {
    document.searched = {.scope = automation.user,
                         .moment = search_moment(automation.id, automation.created_at),
                         .text = print_search_texts(search_texts_of(automation))};
  }
  switch (automation.kind) {
    case AutomationKind::launch:
      document.indexes["launched_by"] = automation.user;
      if (!automation.plan.empty())
        document.indexes["user_plan"] = launched_from(automation.user, automation.plan);
      break;
    case AutomationKind::prepared:
      document.indexes["prepared_by"] = automation.user;
      break;
    case AutomationKind::teardown:
    case AutomationKind::extension:
    case AutomationKind::restart:
      document.indexes["teardown_of"] = automation.reservation;
      document.indexes["user_asked"] = asked_by(automation.user, automation.kind);
      break;
  }
  if (automation.open) document.indexes["open"] = "1";
  if (!automation.once.empty()) document.indexes["asked_once"] = automation.once;
  return document;
}

std::string asked_by(const std::string& user, AutomationKind kind) {
  return fmt::format("{}/{}", user, json::enum_name(kind));
}

std::string launched_from(const std::string& user, const std::string& plan) {
  return user + "/" + plan;
}

Result<Automation> automation_of(const store::Document& document) {
  TRY(const json::value tree, json::parse(document.body));
  Automation automation;
  json::Issues issues;
  json::decode(tree, std::string{}, nullptr, json::Unknown::ignore, issues, automation);
  if (!issues.empty()) return std::move(issues).to_error();
  return automation;
}

store::Write launch_write(Automation launch, const Reservation& reservation) {
  launch.id = launch.reservation = reservation.id;
  launch.user = reservation.user;
  launch.kind = AutomationKind::launch;
  launch.created_at = reservation.created_at;
  return {.collection = kAutomations,
          .id = launch.id,
          .expected_version = 0,
          .document = to_document(launch)};
}

Async<std::optional<Automation>> Service::find_launch(std::string user, std::string reservation) {
  auto document = co_await get_document(parts_.store, kAutomations, std::move(reservation));
  if (!document) co_return std::unexpected(std::move(document).error());
  if (!*document) co_return std::nullopt;
  CO_TRY(Automation automation, automation_of(**document));
  if (automation.user != user || automation.kind != AutomationKind::launch) co_return std::nullopt;
  co_return automation;
}

Async<Automation> Service::keep_outputs(std::string user, std::string reservation,
                                        std::vector<GivenParameter> outputs) {
  // Whoever is quicker decides, so the second reading finds it kept.
  for (int tries = 0; tries < kKeepTriesMax; ++tries) {
    auto document = co_await get_document(parts_.store, kAutomations, reservation);
    if (!document) co_return std::unexpected(std::move(document).error());
    Automation automation{.id = reservation,
                          .user = user,
                          .kind = AutomationKind::launch,
                          .reservation = reservation,
                          .created_at = now()};
    if (*document) {
      CO_TRY(automation, automation_of(**document));
    }
    if (automation.outputs) co_return automation;
    automation.outputs = outputs;
    store::Batch batch;
    batch.push_back({.collection = kAutomations,
                     .id = reservation,
                     .expected_version = *document ? (*document)->version : 0,
                     .document = to_document(automation)});
    auto written = co_await commit(parts_.store, std::move(batch));
    if (written) co_return automation;
    if (written.error().code != ErrorCode::conflict)
      co_return std::unexpected(std::move(written).error());
  }
  co_return fail(ErrorCode::unavailable, "What came out of " + reservation + " cannot be kept",
                 "Try again.");
}

Async<Automation> Service::get_automation(std::string user, std::string id) {
  auto document = co_await get_document(parts_.store, kAutomations, id);
  if (!document) co_return std::unexpected(std::move(document).error());
  if (!*document) co_return std::unexpected(no_automation(id));
  CO_TRY(Automation automation, automation_of(**document));
  const bool expired = automation.kept_until && *automation.kept_until < now();
  if (automation.user != user || expired) co_return std::unexpected(no_automation(id));
  co_return automation;
}

// The removal of those of his prepared requests that are too old. conflict: he has too many others.
Async<store::Batch> Service::room_for_prepared(std::string user) {
  auto documents = co_await query_documents(parts_.store, {.collection = kAutomations,
                                                           .index = "prepared_by",
                                                           .value = std::move(user),
                                                           .limit = 2 * kPreparedMax});
  if (!documents) co_return std::unexpected(std::move(documents).error());
  store::Batch batch;
  for (const store::Document& document : *documents) {
    CO_TRY(const Automation earlier, automation_of(document));
    if (earlier.kept_until.value_or(Time{}) < now()) batch.push_back(removal_of(document));
  }
  if (documents->size() - batch.size() >= kPreparedMax) {
    co_return fail(ErrorCode::conflict,
                   fmt::format("{} prepared requests are kept already", kPreparedMax),
                   "Delete some, or wait: each is kept for a day.");
  }
  co_return batch;
}

Async<Automation> Service::prepare(std::string user, Automation automation) {
  automation.user = std::move(user);
  automation.kind = AutomationKind::prepared;
  // Who is at it at the same moment removes the same old ones: then there is less to remove next
  // time.
  for (int tries = 0; tries < kKeepTriesMax; ++tries) {
    auto batch = co_await room_for_prepared(automation.user);
    if (!batch) co_return std::unexpected(std::move(batch).error());
    automation.created_at = now();
    automation.kept_until = now() + kPreparedKept;
    automation.id = new_id("d", automation.created_at, parts_.random);
    batch->push_back({.collection = kAutomations,
                      .id = automation.id,
                      .expected_version = 0,
                      .document = to_document(automation)});
    auto written = co_await commit(parts_.store, *std::move(batch));
    if (written) co_return automation;
    if (written.error().code != ErrorCode::conflict)
      co_return std::unexpected(std::move(written).error());
  }
  co_return fail(ErrorCode::unavailable, "The request cannot be kept at the moment", "Try again.");
}

Async<Automation> Service::tear_down(std::string user, Automation automation) {
  automation.created_at = id_moment(now());
  auto released = co_await release(user, automation.reservation);
  if (!released) co_return std::unexpected(std::move(released).error());
  // Written after the release: should it be lost, then so is our answer, and a second request for
  // it is answered as the first would have been.
  automation.id = new_id("t", automation.created_at, parts_.random);
  automation.user = std::move(user);
  automation.kind = AutomationKind::teardown;
  store::Batch batch;
  batch.push_back({.collection = kAutomations,
                   .id = automation.id,
                   .expected_version = 0,
                   .document = to_document(automation)});
  auto written = co_await commit(parts_.store, std::move(batch));
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return automation;
}

Async<void> Service::delete_automation(std::string user, std::string id) {
  auto known = co_await get_automation(std::move(user), id);
  if (!known) co_return std::unexpected(std::move(known).error());
  if (known->kind == AutomationKind::launch) {
    co_return fail(ErrorCode::conflict, "What was launched is a record of what cost money",
                   "It is kept. A teardown ends what it made.");
  }
  auto document = co_await get_document(parts_.store, kAutomations, std::move(id));
  if (!document) co_return std::unexpected(std::move(document).error());
  if (!*document) co_return Result<void>{};
  store::Batch batch;
  batch.push_back(removal_of(**document));
  co_return co_await commit(parts_.store, std::move(batch));
}

}  // namespace mayfly::service
