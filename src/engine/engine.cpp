#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/assert.h"
#include "core/log.h"
#include "json/read.h"
#include "model/search_texts.h"

namespace mayfly::engine {
namespace {

constexpr char kCollection[] = "reservations";
constexpr std::size_t kLoadPage = 1000;
constexpr Duration kStoreRetryMin = 500ms;
constexpr Duration kStoreRetryMax = 8s;
constexpr int kStorePatience = 4;  // failures in a row, some eight seconds, before callers are told
constexpr Duration kIdleWakeMin = 1s;

lifecycles::Policy with_traits(lifecycles::Policy policy,
                               const std::map<std::string, clouds::Cloud*>& clouds) {
  for (const auto& [name, cloud] : clouds) policy.traits[name] = cloud->traits();
  return policy;
}

}  // namespace

struct Engine::Entry {
  std::string id;
  Snapshot state;  // durable; null only while the first write is under way
  std::int64_t version = 0;
  std::deque<Mail> mail;  // the front is being handled while `writing`
  bool writing = false;
  Time wake = kNever;
  std::vector<Watcher> watchers;
  int store_failures = 0;  // in a row
  store::Batch with;       // written together with the first state
};

store::Document to_document(const Reservation& reservation) {
  store::Document document{.id = reservation.id, .body = json::to_text(reservation)};
  document.indexes["user"] = reservation.user;
  if (!is_final(reservation.phase)) document.indexes["user_live"] = reservation.user;
  if (reservation.ended_at)
    document.indexes["user_month"] = ended_in(reservation.user, month_of(*reservation.ended_at));
  document.indexes["user_phase"] = on_course(reservation.user, course_of(reservation));
  document.searched = {.scope = reservation.user,
                       .moment = search_moment(reservation.id, reservation.created_at),
                       .text = print_search_texts(search_texts_of(reservation))};
  return document;
}

Course course_of(const Reservation& reservation) {
  return {.phase = reservation.phase,
          .was_ready = reservation.ready_at.has_value(),
          .ending = reservation.goal == Goal::absent && !is_final(reservation.phase)};
}

std::string on_course(const std::string& user, Course course) {
  return fmt::format("{}/{}{}{}", user, json::enum_name(course.phase),
                     course.was_ready ? "/was-ready" : "", course.ending ? "/ending" : "");
}

std::string ended_in(const std::string& user, Month month) {
  return user + "/" + month_text(month);
}

Result<Reservation> from_document(const store::Document& document) {
  return json::from_text<Reservation>(document.body);
}

Engine::Engine(Ports ports, Settings settings)
    : ports_(std::move(ports)),
      settings_(std::move(settings)),
      pacer_(ports_.loop, ports_.clouds, settings_.rate_percent),
      effects_(
          ports_, pacer_, settings_.observer.installation,
          [this](const std::string& id) { return find(id); },
          [this](const std::string& id, decltype(lifecycles::Event::what) what) {
            take_answer(id, std::move(what));
          }),
      observer_(ports_, pacer_, settings_.observer,
                [this](const std::string& id, lifecycles::Observed observed) {
                  reach(Milestone::listed);
                  mail(id, std::move(observed));
                }),
      sweeper_(ports_, pacer_, settings_.observer.installation, settings_.sweep,
               {.find = [this](const std::string& id) { return find(id); },
                .each =
                    [this](const std::function<void(const Reservation&)>& visit) {
                      for (const auto& [id, entry] : entries_) {
                        if (entry->version > 0) visit(*entry->state);
                      }
                    }}) {
  settings_.policy = with_traits(std::move(settings_.policy), ports_.clouds);
  observer_.on_listing([this](const Listing& listing) { sweeper_.heard(listing); });
}

Engine::~Engine() = default;

// ---- start
// ------------------------------------------------------------------------------------------

void Engine::start(Done<Result<void>> done) {
  reach(Milestone::taking_up);
  load_page("", std::move(done));
}

void Engine::load_page(std::string after, Done<Result<void>> done) {
  store::Query query{.collection = kCollection,
                     .index = "live",
                     .value = "1",
                     .after_id = std::move(after),
                     .limit = kLoadPage};
  ports_.store.query(std::move(query), ports_.loop,
                     [this, done = std::move(done),
                      alive = std::weak_ptr<int>(alive_)](Result<store::Page> page) mutable {
                       if (alive.expired()) return;
                       if (!page) return done(std::unexpected(page.error()));
                       for (const store::Document& document : *page) adopt(document);
                       if (page->size() == kLoadPage)
                         return load_page(page->back().id, std::move(done));
                       log::info("reservations taken up", {{"live", entries_.size()}});
                       sweeper_.start();
                       done({});
                     });
}

void Engine::adopt(const store::Document& document) {
  auto reservation = from_document(document);
  if (!reservation) {
    // Its machines stay under their tags; a person has to look at it.
    log::error("a stored reservation cannot be read",
               {{"id", document.id}, {"why", reservation.error().message}});
    return;
  }
  auto& entry = entries_[document.id];
  entry = std::make_unique<Entry>();
  reach(Milestone::taken_up);
  entry->id = document.id;
  entry->version = document.version;
  entry->state = std::make_shared<const Reservation>(*std::move(reservation));
  if (settings_.changed) settings_.changed(nullptr, entry->state.get());
  settle(*entry, lifecycles::wake_of(*entry->state, settings_.policy));
  mail(document.id, lifecycles::Resumed{});
}

// ---- mail
// -------------------------------------------------------------------------------------------

void Engine::create(Reservation reservation, store::Batch with, Done<Result<Snapshot>> done) {
  const std::string id = reservation.id;
  if (entries_.contains(id)) {
    ports_.loop.post([done = std::move(done)]() mutable {
      done(fail(ErrorCode::conflict, "That reservation id is taken"));
    });
    return;
  }
  auto& entry = entries_[id];
  entry = std::make_unique<Entry>();
  entry->id = id;
  entry->state = std::make_shared<const Reservation>(std::move(reservation));
  entry->with = std::move(with);
  post_into(*entry, lifecycles::Due{}, std::move(done));
  work(id);
}

void Engine::send(const std::string& id, decltype(lifecycles::Event::what) what,
                  Done<Result<Snapshot>> done) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    ports_.loop.post([id, done = std::move(done)]() mutable {
      if (done) done(fail(ErrorCode::not_found, "There is no live reservation " + id));
    });
    return;
  }
  post_into(*found->second, std::move(what), std::move(done));
  work(id);
}

void Engine::key_replaced(const std::string& key, const std::vector<std::string>& reservations) {
  observer_.hurry(key);
  for (const std::string& id : reservations) mail(id, lifecycles::KeyReplaced{key});
}

void Engine::mail(const std::string& id, decltype(lifecycles::Event::what) what) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  post_into(*found->second, std::move(what), {});
  work(id);
}

void Engine::take_answer(const std::string& id, decltype(lifecycles::Event::what) what) {
  if (settings_.milestone) reach(Milestone::answered, name_of(what));
  mail(id, std::move(what));
}

void Engine::post_into(Entry& entry, decltype(lifecycles::Event::what) what,
                       Done<Result<Snapshot>> done) {
  entry.mail.push_back({.event = {.now = {}, .what = std::move(what)}, .done = std::move(done)});
  ++statistics_.mail_waiting;
}

// Handles mail until a write is under way or none is left.
void Engine::work(const std::string& id) {
  while (true) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second->writing || found->second->mail.empty()) return;
    Entry& entry = *found->second;
    ++statistics_.decisions;
    if (settings_.milestone) reach(Milestone::deciding, name_of(entry.mail.front().event.what));
    lifecycles::Event& event = entry.mail.front().event;
    event.now = ports_.loop.now();
    auto decision = lifecycles::decide(*entry.state, event, settings_.policy);
    const bool over = lifecycles::is_over(decision.next, settings_.policy, event.now);
    if (entry.version > 0 && decision.effects.empty() && decision.next == *entry.state && !over) {
      // A decision that changes nothing cannot want to be asked again at once; if one does, it is a
      // fault in a rule, and it must not keep this loop from everybody else.
      set_wake(entry, std::max(decision.wake, event.now + kIdleWakeMin));
      answer(entry);
      continue;
    }
    write(id, std::move(decision));
  }
}

void Engine::answer(Entry& entry) {
  Mail handled = std::move(entry.mail.front());
  entry.mail.pop_front();
  --statistics_.mail_waiting;
  if (handled.done) {
    ports_.loop.post(
        [done = std::move(handled.done), state = entry.state]() mutable { done(state); });
  }
}

// ---- writing
// ----------------------------------------------------------------------------------------

void Engine::write(const std::string& id, lifecycles::ReservationDecision decision) {
  Entry& entry = *entries_.at(id);
  entry.writing = true;
  ++statistics_.writes;
  store::Document document = to_document(decision.next);
  store::Batch batch = entry.with;
  if (settings_.alongside) {
    const Reservation* before = entry.version == 0 ? nullptr : entry.state.get();
    std::ranges::move(settings_.alongside(before, decision.next), std::back_inserter(batch));
  }
  if (!lifecycles::is_over(decision.next, settings_.policy, ports_.loop.now())) {
    document.indexes["live"] = "1";
  } else if (!decision.next.idempotency.empty()) {
    // Its Idempotency-Key may be used again from here on.
    batch.push_back(
        {.collection = "idempotency", .id = decision.next.idempotency, .expected_version = 1});
  }
  batch.push_back({.collection = kCollection,
                   .id = id,
                   .expected_version = entry.version,
                   .document = std::move(document)});
  ports_.store.commit(std::move(batch), ports_.loop,
                      [this, id, decision = std::move(decision),
                       alive = std::weak_ptr<int>(alive_)](Result<void> result) mutable {
                        if (alive.expired()) return;
                        if (result) {
                          reach(Milestone::written);
                          written(id, std::move(decision));
                        } else {
                          reach(Milestone::write_unclear);
                          write_unclear(id, std::move(decision), std::move(result.error()));
                        }
                      });
  reach(Milestone::writing);
}

std::size_t Engine::behind(const std::string& id) const {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second->mail.empty()) return 0;
  return found->second->mail.size() - 1;
}

void Engine::written(const std::string& id, lifecycles::ReservationDecision decision) {
  Entry& entry = *entries_.at(id);
  entry.writing = false;
  entry.store_failures = 0;
  entry.with.clear();
  const Snapshot before = entry.version++ == 0 ? nullptr : std::move(entry.state);
  entry.state = std::make_shared<const Reservation>(std::move(decision.next));
  if (settings_.changed) settings_.changed(before.get(), entry.state.get());
  // A launch that waits for its turn would only find that it is not wanted any more.
  if (before && before->goal == Goal::present && entry.state->goal == Goal::absent)
    pacer_.hurry_launches(id);
  settle(entry, decision.wake);
  answer(entry);
  const Snapshot state = entry.state;
  std::erase_if(entry.watchers, [&](Watcher& watcher) { return !watcher(state); });
  for (const lifecycles::Effect& effect : decision.effects) {
    ++statistics_.effects[std::string(Effects::kind(effect))];
    calls_begun_ += std::holds_alternative<lifecycles::Launch>(effect) ||
                    std::holds_alternative<lifecycles::Terminate>(effect);
    reach(Milestone::effect_starting, Effects::kind(effect));
    effects_.run(state, effect);
    reach(Milestone::effect_started, Effects::kind(effect));
  }
  if (lifecycles::is_over(*state, settings_.policy, ports_.loop.now())) {
    forget(id);
  } else {
    work(id);
  }
}

void Engine::write_unclear(const std::string& id, lifecycles::ReservationDecision decision,
                           Error error) {
  // A conflict is a clear answer: somebody else wrote, such as a repeat of the same request.
  if (error.code == ErrorCode::conflict) return find_out(id, std::move(decision));
  ++statistics_.store_failures;
  Entry& entry = *entries_.at(id);
  const Duration wait =
      std::min<Duration>(kStoreRetryMin * (1 << std::min(entry.store_failures, 5)), kStoreRetryMax);
  if (entry.store_failures++ == 0) {
    log::warning("a reservation could not be written", {{"id", id}, {"why", error.message}});
  }
  if (entry.store_failures == kStorePatience) stop_waiting(entry);
  ports_.loop.post_at(ports_.loop.now() + wait, [this, id, decision = std::move(decision),
                                                 alive = std::weak_ptr<int>(alive_)]() mutable {
    if (!alive.expired()) find_out(id, std::move(decision));
  });
}

// Whoever waits for this write is told that it is not done; the engine goes on trying. A creation
// that succeeds after all is taken back, because its caller believes that it does not exist.
void Engine::stop_waiting(Entry& entry) {
  Mail& mail = entry.mail.front();
  if (!mail.done) return;
  const bool creating = entry.version == 0;
  mail.done(fail(ErrorCode::unavailable, "The store cannot write at the moment",
                 creating ? "Nothing was started. Try again."
                          : "It is being tried further; ask again for the state."));
  mail.done = {};
  if (creating)
    post_into(entry, lifecycles::ReleaseRequested{"it could not be stored in time"}, {});
}

// What does the store hold: our write after all, what was there before, or somebody else's?
void Engine::find_out(const std::string& id, lifecycles::ReservationDecision decision) {
  ports_.store.get(kCollection, id, ports_.loop,
                   [this, id, decision = std::move(decision), alive = std::weak_ptr<int>(alive_)](
                       Result<std::optional<store::Document>> found) mutable {
                     if (alive.expired()) return;
                     reach(Milestone::read_back);
                     if (!found) return write_unclear(id, std::move(decision), found.error());
                     Entry& entry = *entries_.at(id);
                     if (*found && (*found)->version == entry.version + 1 &&
                         (*found)->body == to_document(decision.next).body) {
                       return written(id, std::move(decision));
                     }
                     entry.writing = false;
                     if (!*found && entry.version == 0) {
                       // Nothing was created, so the caller may hear it; nothing exists that could
                       // leak.
                       Mail refused = std::move(entry.mail.front());
                       forget(id);
                       if (refused.done)
                         refused.done(fail(ErrorCode::unavailable,
                                           "The reservation could not be stored", "Try again."));
                       return;
                     }
                     if (*found && (*found)->version != entry.version) {
                       if (auto theirs = from_document(**found)) {
                         const Snapshot before = std::exchange(
                             entry.state, std::make_shared<const Reservation>(*std::move(theirs)));
                         const bool known = std::exchange(entry.version, (*found)->version) > 0;
                         if (settings_.changed)
                           settings_.changed(known ? before.get() : nullptr, entry.state.get());
                       }
                     }
                     work(id);
                   });
}

void Engine::settle(Entry& entry, Time wake) {
  set_wake(entry, wake);
  observer_.set_interests(entry.id, lifecycles::interests(*entry.state, settings_.policy));
}

void Engine::forget(const std::string& id) {
  Entry& entry = *entries_.at(id);
  set_wake(entry, kNever);
  observer_.set_interests(id, {});
  if (settings_.changed && entry.version > 0) settings_.changed(entry.state.get(), nullptr);
  statistics_.mail_waiting -= entry.mail.size();
  entries_.erase(id);
  reach(Milestone::forgotten);
}

// ---- due times
// --------------------------------------------------------------------------------------

void Engine::set_wake(Entry& entry, Time wake) {
  if (entry.wake == wake) return arm();
  if (entry.wake != kNever) due_.erase({entry.wake, entry.id});
  entry.wake = wake;
  if (wake != kNever) due_.insert({wake, entry.id});
  arm();
}

void Engine::arm() {
  if (due_.empty() || due_.begin()->first >= armed_) return;
  armed_ = due_.begin()->first;
  ports_.loop.post_at(armed_, [this, when = armed_, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired() || when != armed_) return;
    armed_ = kNever;
    ring();
  });
}

void Engine::ring() {
  reach(Milestone::woken);
  const Time now = ports_.loop.now();
  while (!due_.empty() && due_.begin()->first <= now) {
    const std::string id = due_.begin()->second;
    set_wake(*entries_.at(id), kNever);
    mail(id, lifecycles::Due{});
  }
  arm();
}

// ---- questions
// --------------------------------------------------------------------------------------

Snapshot Engine::find(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() || found->second->version == 0 ? nullptr : found->second->state;
}

void Engine::watch(const std::string& id, Watcher watcher) {
  const auto found = entries_.find(id);
  if (found != entries_.end()) found->second->watchers.push_back(std::move(watcher));
}

void Engine::sweep(const std::string& user, bool dry_run, Done<Result<SweepReport>> done) {
  sweeper_.sweep(user, dry_run, std::move(done));
}

Statistics Engine::statistics() const {
  Statistics now = statistics_;
  now.live = entries_.size();
  now.calls_waiting = pacer_.waiting();
  now.calls = pacer_.use();
  now.scopes = observer_.scopes();
  now.strays = sweeper_.open();
  return now;
}

}  // namespace mayfly::engine
