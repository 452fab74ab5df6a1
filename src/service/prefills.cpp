#include "service/prefills.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/id.h"
#include "json/codec.h"
#include "json/parse.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr int kKeepPrefillTriesMax = 4;

bool has_expired(const Prefill& prefill, Time now) {
  return prefill.created_at + kPrefillKept <= now;
}

// What goes so that one more finds room: what has expired of these or cannot be read, and the
// oldest while there are too many. conflict: those are promised still.
Result<store::Batch> make_room(const store::Page& own, const store::Page& oldest, Time now) {
  store::Batch batch;
  const auto remove = [&](const store::Document& document) {
    if (std::ranges::find(batch, document.id, &store::Write::id) != batch.end()) return;
    batch.push_back(
        {.collection = kPrefills, .id = document.id, .expected_version = document.version});
  };
  for (const store::Document& document : oldest) {
    const auto prefill = prefill_of(document);
    if (!prefill || has_expired(*prefill, now)) remove(document);
  }
  std::size_t left = own.size();
  for (const store::Document& document : own) {
    const auto prefill = prefill_of(document);
    if (prefill && !has_expired(*prefill, now) && left < kPrefillsOfUser) continue;
    if (prefill && prefill->created_at + kPrefillPromised > now) {
      return fail(ErrorCode::conflict,
                  fmt::format("{} dialogs were filled in beforehand already", kPrefillsOfUser),
                  "Wait: each is kept for 15 minutes at least.");
    }
    remove(document);
    --left;
  }
  return batch;
}

}  // namespace

store::Document to_document(const Prefill& prefill) {
  return {.id = prefill.id, .body = json::to_text(prefill), .indexes = {{"user", prefill.user}}};
}

Result<Prefill> prefill_of(const store::Document& document) {
  TRY(const json::value tree, json::parse(document.body));
  Prefill prefill;
  json::Issues issues;
  json::decode(tree, std::string{}, nullptr, json::Unknown::ignore, issues, prefill);
  if (!issues.empty()) return std::move(issues).to_error();
  return prefill;
}

Async<Prefill> Service::keep_prefill(std::string user, Prefill prefill) {
  prefill.user = user;
  const store::Query own{
      .collection = kPrefills, .index = "user", .value = user, .limit = 2 * kPrefillsOfUser};
  const store::Query oldest{.collection = kPrefills, .limit = kPrefillsSweptAtOnce};
  // Who is at it at the same moment ends the same expired ones: then there is less to end next
  // time.
  for (int tries = 0; tries < kKeepPrefillTriesMax; ++tries) {
    prefill.created_at = now();
    prefill.id = new_id("f", prefill.created_at, parts_.random);
    store::Document document = to_document(prefill);
    if (document.body.size() > kPrefillBytesMax)
      co_return fail(ErrorCode::too_large, "That is too much to be filled in beforehand",
                     "Fill in less: 64 KiB are kept.");
    auto kept = co_await query_documents(parts_.store, own);
    if (!kept) co_return std::unexpected(std::move(kept).error());
    auto first = co_await query_documents(parts_.store, oldest);
    if (!first) co_return std::unexpected(std::move(first).error());
    CO_TRY(store::Batch batch, make_room(*kept, *first, prefill.created_at));
    batch.push_back({.collection = kPrefills,
                     .id = prefill.id,
                     .expected_version = 0,
                     .document = std::move(document)});
    auto written = co_await commit(parts_.store, std::move(batch));
    if (written) co_return prefill;
    if (written.error().code != ErrorCode::conflict)
      co_return std::unexpected(std::move(written).error());
  }
  co_return fail(ErrorCode::unavailable, "What was filled in cannot be kept at the moment",
                 "Try again.");
}

Async<std::optional<Prefill>> Service::find_prefill(std::string user, std::string id) {
  auto document = co_await get_document(parts_.store, kPrefills, std::move(id));
  if (!document) co_return std::unexpected(std::move(document).error());
  if (!*document) co_return std::nullopt;
  CO_TRY(Prefill prefill, prefill_of(**document));
  if (prefill.user != user || has_expired(prefill, now())) co_return std::nullopt;
  co_return prefill;
}

}  // namespace mayfly::service
