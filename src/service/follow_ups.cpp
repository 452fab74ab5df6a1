// Extending and restarting what was launched, for tools that may crash, repeat themselves, or be
// served by us while we crash.
//
// What is asked for is written first, `open`; then it is done; then the document says how it went.
// Whoever finds an open one takes it up: complete_all() at the start, and every later look at it.
// After kTakenUpFor it is closed instead, as failed: whoever asked has long since done something
// else, and machines that nobody expects cost as much as others. So each step has to bear being
// done again:
//
// - An extension says the new end and not "an hour more". To set the same end twice is to set it
//   once. A client that says what it counts from, as our templates do, may repeat itself as well.
// - A restart first releases the old reservation, which may be repeated, and then launches the new
//   one in the same write that closes the restart. That write names the version of the document it
//   has read, so of two who are at it only one launches, and after it nobody does: not after a
//   crash, nor a year later. What it is asked for under is made from the reservation's id and
//   unique, so that a reservation is restarted once, however often that is asked for.
//
// Why the release goes first: the other way round a crash in between leaves two of them, and both
// cost, until somebody comes along; and whoever is at a limit could never restart. This way a crash
// in between leaves nothing, which costs nothing, and the launch is made up for. The price is that
// a launch can be refused when the old one is already ending. So what can be known before is asked
// before anything is written: keys, offers, and room with the old one gone. What remains (somebody
// took the room in between) is a restart that has failed and says so, and nothing runs.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/id.h"
#include "core/log.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr std::size_t kOpenPage = 100;

// What another try cannot change; anything else is tried again when somebody looks.
bool is_refusal(ErrorCode code) {
  constexpr std::array kRefusals = {ErrorCode::invalid,      ErrorCode::conflict,
                                    ErrorCode::not_found,    ErrorCode::over_limit,
                                    ErrorCode::forbidden,    ErrorCode::rejected_by_cloud,
                                    ErrorCode::unsatisfiable};
  return std::ranges::find(kRefusals, code) != kRefusals.end();
}

std::string told(const Error& error) {
  std::string text = error.message;
  for (const FieldError& wrong : error.fields)
    text += fmt::format("; {} {}", wrong.field, wrong.message);
  return text;
}

bool is_too_late(const Automation& asked, Time now) {
  return now >= asked.created_at + kTakenUpFor;
}

std::string told_late(std::string_view as_it_is) {
  return fmt::format("It was interrupted and not taken up within {}: {}", to_string(kTakenUpFor),
                     as_it_is);
}

// A reservation is restarted once.
std::string once_of_restart(const std::string& user, const std::string& reservation) {
  return fmt::format("restart/{}/{}", user, reservation);
}

std::string once_of_extension(const std::string& user, const std::string& reservation,
                              const std::string& key) {
  return "extension/" + sha256_hex(fmt::format("{}\n{}\n{}", user, reservation, key));
}

bool can_restart(const Reservation& reservation) {
  return reservation.goal == Goal::present && reservation.ready_at.has_value();
}

store::Write write_of(const Automation& automation, std::int64_t version) {
  return {.collection = kAutomations,
          .id = automation.id,
          .expected_version = version,
          .document = to_document(automation)};
}

}  // namespace

// ---- what is written about them
// -----------------------------------------------------------------

Async<std::optional<Service::AskedFor>> Service::read_asked(std::string id) {
  auto document = co_await get_document(parts_.store, kAutomations, std::move(id));
  if (!document) co_return std::unexpected(std::move(document).error());
  if (!*document) co_return std::nullopt;
  CO_TRY(Automation automation, automation_of(**document));
  co_return AskedFor{std::move(automation), (*document)->version};
}

Async<std::optional<Service::AskedFor>> Service::read_once(std::string once) {
  auto found = co_await query_documents(
      parts_.store,
      {.collection = kAutomations, .index = "asked_once", .value = std::move(once), .limit = 1});
  if (!found) co_return std::unexpected(std::move(found).error());
  if (found->empty()) co_return std::nullopt;
  CO_TRY(Automation automation, automation_of(found->front()));
  co_return AskedFor{std::move(automation), found->front().version};
}

// Somebody may have asked for the very same: then theirs is the one.
Async<Automation> Service::write_asked(Automation automation) {
  store::Batch batch;
  batch.push_back(write_of(automation, 0));
  auto written = co_await commit(parts_.store, std::move(batch));
  if (written) co_return automation;
  auto known =
      co_await (automation.once.empty() ? read_asked(automation.id) : read_once(automation.once));
  if (!known) co_return std::unexpected(std::move(known).error());
  if (!*known) co_return std::unexpected(std::move(written).error());
  co_return (*std::move(known))->automation;
}

// Done, or refused; whoever was quicker has said how it went.
Async<Automation> Service::settle_asked(AskedFor asked, std::string refusal) {
  asked.automation.open = false;
  asked.automation.refusal = std::move(refusal);
  store::Batch batch;
  batch.push_back(write_of(asked.automation, asked.version));
  auto written = co_await commit(parts_.store, std::move(batch));
  if (written) co_return std::move(asked.automation);
  auto known = co_await read_asked(asked.automation.id);
  if (!known) co_return std::unexpected(std::move(known).error());
  if (!*known) co_return std::unexpected(std::move(written).error());
  co_return (*std::move(known))->automation;
}

// Nothing was done and nothing will be: whoever wants it still may ask again.
Async<Automation> Service::settle_undone(AskedFor asked, std::string as_it_is) {
  asked.automation.once.clear();
  co_return co_await settle_asked(std::move(asked), told_late(as_it_is));
}

Async<Automation> Service::complete(Automation automation) {
  if (!automation.open) co_return automation;
  auto asked = co_await read_asked(automation.id);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  if (!*asked || !(*asked)->automation.open)
    co_return *asked ? (*std::move(asked))->automation : automation;
  auto doing = automation.kind == AutomationKind::restart ? do_restart(**std::move(asked))
                                                          : do_extension(**std::move(asked));
  co_return co_await std::move(doing);
}

Async<void> Service::complete_all() {
  store::Query query{.collection = kAutomations, .index = "open", .value = "1", .limit = kOpenPage};
  while (true) {
    auto page = co_await query_documents(parts_.store, query);
    if (!page) co_return std::unexpected(std::move(page).error());
    for (const store::Document& document : *page) {
      auto automation = automation_of(document);
      if (automation) automation = co_await complete(*std::move(automation));
      // One that cannot be taken up now is taken up by whoever looks at it, and holds up no other.
      if (!automation) {
        log::warning("what was asked for could not be taken up",
                     {{"id", document.id}, {"why", automation.error().message}});
      }
    }
    if (page->size() < query.limit) co_return Result<void>{};
    query.after_id = page->back().id;
  }
}

// ---- extension
// ----------------------------------------------------------------------------------

Async<Automation> Service::extend(std::string user, Automation automation, Duration by,
                                  std::optional<Time> from, std::string idempotency_key) {
  if (!idempotency_key.empty()) {
    automation.once = once_of_extension(user, automation.reservation, idempotency_key);
    auto known = co_await read_once(automation.once);
    if (!known) co_return std::unexpected(std::move(known).error());
    if (*known) {
      auto completed = co_await complete((*std::move(known))->automation);
      if (!completed || !completed->once.empty()) co_return completed;
    }
  }
  auto target = co_await get(user, automation.reservation);
  if (!target) co_return std::unexpected(std::move(target).error());
  automation.before = (*target)->expires_at;
  auto end = co_await changed_end(user, automation.reservation, {.extend = by, .from = from});
  if (!end) co_return std::unexpected(std::move(end).error());
  automation.user = std::move(user);
  automation.kind = AutomationKind::extension;
  automation.created_at = id_moment(now());
  automation.id = new_id("e", automation.created_at, parts_.random);
  automation.open = true;
  automation.until = *end;
  auto written = co_await write_asked(std::move(automation));
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return co_await complete(*std::move(written));
}

Async<Automation> Service::do_extension(AskedFor asked) {
  const Automation& automation = asked.automation;
  auto known = co_await get(automation.user, automation.reservation);
  if (!known) co_return std::unexpected(std::move(known).error());
  const Reservation& reservation = **known;
  if (reservation.goal == Goal::absent) {
    co_return co_await settle_asked(std::move(asked),
                                    "It was torn down before its lease could be extended");
  }
  if (!reservation.expires_at || *reservation.expires_at < *automation.until) {
    if (is_too_late(automation, now()))
      co_return co_await settle_undone(std::move(asked), "the lease ends when it did");
    if (automation.before && reservation.expires_at.value_or(kNever) < *automation.before) {
      co_return co_await settle_asked(std::move(asked),
                                      "Its lease was shortened after this was asked for");
    }
    auto changed = co_await set_lease(automation.reservation, *automation.until);
    if (!changed && is_refusal(changed.error().code))
      co_return co_await settle_asked(std::move(asked), told(changed.error()));
    if (!changed) co_return automation;
  }
  co_return co_await settle_asked(std::move(asked), "");
}

// ---- restart
// ------------------------------------------------------------------------------------

Async<void> Service::check_room(Reservation wanted, std::string instead_of) {
  auto begin = [&](Done<std::vector<OverLimit>> done) {
    parts_.engine_loop.post([this, wanted = std::move(wanted), instead_of = std::move(instead_of),
                             done = std::move(done)]() mutable {
      done(parts_.accounts.check_instead_of(instead_of, wanted));
    });
  };
  const auto broken = co_await http::await_done<std::vector<OverLimit>>(std::ref(begin));
  if (broken.empty()) co_return Result<void>{};
  co_return std::unexpected(over_limit(broken));
}

Async<Automation> Service::restart(std::string user, Automation automation) {
  automation.once = once_of_restart(user, automation.reservation);
  auto known = co_await read_once(automation.once);
  if (!known) co_return std::unexpected(std::move(known).error());
  if (*known) {
    auto completed = co_await complete((*std::move(known))->automation);
    if (!completed || !completed->once.empty()) co_return completed;
  }
  auto target = co_await get(user, automation.reservation);
  if (!target) co_return std::unexpected(std::move(target).error());
  if (!can_restart(**target)) {
    co_return fail(
        ErrorCode::conflict,
        fmt::format("{} does not run, so it cannot be restarted", automation.reservation),
        "Launch the same request again.");
  }
  auto wanted = co_await compose(user, (*target)->request);
  if (!wanted) co_return std::unexpected(std::move(wanted).error());
  auto room = co_await check_room(*std::move(wanted), automation.reservation);
  if (!room) co_return std::unexpected(std::move(room).error());
  automation.user = std::move(user);
  automation.kind = AutomationKind::restart;
  automation.created_at = id_moment(now());
  automation.id = new_id("s", automation.created_at, parts_.random);
  automation.open = true;
  auto written = co_await write_asked(std::move(automation));
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return co_await complete(*std::move(written));
}

Async<Automation> Service::do_restart(AskedFor asked) {
  const std::string user = asked.automation.user;
  const std::string old = asked.automation.reservation;
  auto target = co_await get(user, old);
  if (!target) co_return std::unexpected(std::move(target).error());
  const std::optional<Time>& requested = (*target)->release_requested_at;
  if (requested && *requested < asked.automation.created_at) {
    co_return co_await settle_asked(
        std::move(asked),
        fmt::format("It was being torn down already, since {}; nothing was launched",
                    to_string(*requested)));
  }
  if ((*target)->goal == Goal::present && is_too_late(asked.automation, now()))
    co_return co_await settle_undone(std::move(asked), "it runs as before");
  auto released = co_await release_because(user, old, "it was restarted");
  if (!released || (*released)->goal == Goal::present) co_return std::move(asked.automation);
  if (is_too_late(asked.automation, now())) {
    co_return co_await settle_asked(std::move(asked), told_late("it was ended, and nothing was "
                                                                "launched in its place"));
  }
  co_return co_await launch_again(std::move(asked), (*released)->request);
}

Async<Automation> Service::launch_again(AskedFor asked, Request request) {
  const std::string user = asked.automation.user;
  auto said = co_await find_launch(user, asked.automation.reservation);
  if (!said) co_return std::unexpected(std::move(said).error());
  Automation launch = (*said).value_or(Automation{});
  launch.plan = asked.automation.plan;
  launch.outputs.reset();
  auto composed = co_await compose(user, std::move(request));
  Error why = composed ? Error{} : composed.error();
  if (composed) {
    Automation done = asked.automation;
    done.open = false;
    done.replacement = composed->id;
    store::Batch with;
    with.push_back(launch_write(std::move(launch), *composed));
    with.push_back(write_of(done, asked.version));
    auto started = co_await start(*std::move(composed), std::move(with));
    if (started) co_return done;
    why = std::move(started).error();
    // Who finds the room taken may be looking at the very launch of somebody who was quicker.
    if (auto settled = co_await pending_writes(); !settled)
      co_return std::unexpected(std::move(settled).error());
  }
  auto now_known = co_await read_asked(asked.automation.id);
  if (!now_known) co_return std::unexpected(std::move(now_known).error());
  if (*now_known && !(*now_known)->automation.open) co_return (*std::move(now_known))->automation;
  if (is_refusal(why.code)) co_return co_await settle_asked(std::move(asked), told(why));
  co_return std::move(asked.automation);
}

}  // namespace mayfly::service
