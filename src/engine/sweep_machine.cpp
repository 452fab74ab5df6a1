// One machine that nothing answers for: what is found out about it, what is decided, written, done.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/log.h"
#include "engine/sweeper_parts.h"
#include "engine/turn.h"

namespace mayfly::engine {
namespace {

bool wants_standing(const Suspect& suspect, Time asked_at, const SweepRules& rules) {
  return suspect.stray.state == StrayState::suspected && asked_at >= ripe_at(suspect.stray, rules);
}

StrayFinding finding_of(const Suspect& suspect, const SweepRules& rules) {
  const Stray& stray = suspect.stray;
  const bool waiting = stray.state == StrayState::suspected;
  StrayFinding finding{.machine = stray.machine,
                       .name = stray.name,
                       .region = stray.region,
                       .instance_type = stray.instance_type,
                       .reason = stray.reason,
                       .verdict = waiting ? StrayVerdict::waiting : StrayVerdict::ending,
                       .launched_at = stray.launched_at,
                       .first_seen = stray.first_seen};
  if (!stray.reservation.empty()) finding.reservation = stray.reservation;
  if (waiting) finding.not_before = ripe_at(stray, rules);
  return finding;
}

StrayFinding unclear_finding(const Suspect& suspect, const SweepRules& rules) {
  StrayFinding finding = finding_of(suspect, rules);
  finding.verdict = StrayVerdict::unclear;
  finding.not_before.reset();
  return finding;
}

void log_stray(std::string_view event, const Stray& stray) {
  log::warning(event, {{"cloud", stray.cloud},
                       {"region", stray.region},
                       {"machine", stray.machine},
                       {"name", stray.name},
                       {"reservation", stray.reservation},
                       {"why", describe(stray.reason)}});
}

}  // namespace

void Sweeper::inquire(Inquiry inquiry) {
  const auto found = entries_.find(inquiry.id);
  Entry* entry = found == entries_.end() ? nullptr : found->second.get();
  if (entry && entry->suspect) take_key(*entry->suspect, inquiry.key);
  const bool judged = entry && entry->suspect && entry->suspect->stray.state == StrayState::ending;
  if (entry && (entry->busy || (inquiry.dry_run && judged))) {
    std::optional<StrayFinding> finding;
    if (entry->suspect) finding = finding_of(*entry->suspect, settings_.rules);
    return inquiry.answer(std::move(finding));
  }
  if (inquiry.dry_run) return read(std::move(inquiry));
  if (entry && !wants_standing(*entry->suspect, inquiry.asked_at, settings_.rules)) {
    const Shown shown{inquiry.asked_at, std::move(inquiry.instance), {}};
    return step(inquiry.id, {ports_.loop.now(), shown}, std::move(inquiry.answer));
  }
  if (!entry) entry = entries_.emplace(inquiry.id, std::make_unique<Entry>()).first->second.get();
  entry->busy = true;
  read(std::move(inquiry));
}

// Two keys of one account show the same machine; the second one is needed when the first fails.
void Sweeper::take_key(Suspect& suspect, const std::string& key) {
  if (suspect.stray.key == key) return;
  const auto place = places_.find(place_of(suspect.stray));
  if (place != places_.end() && place->second->failures > 0) suspect.stray.key = key;
}

// What the inquiry's machine is taken for so far: what is remembered, or recorded, or a first
// sight.
Result<Suspect> Sweeper::suspect_of(const Inquiry& inquiry, const Evidence& evidence) const {
  const auto found = entries_.find(inquiry.id);
  if (found != entries_.end() && found->second->suspect) return *found->second->suspect;
  if (evidence.stray) {
    TRY(Stray recorded, stray_from_document(*evidence.stray));
    return taken_up(std::move(recorded));
  }
  Stray stray{.user = evidence.owner,
              .key = inquiry.key,
              .cloud = inquiry.cloud,
              .region = inquiry.region,
              .reason = inquiry.reason};
  return first_sight(std::move(stray), inquiry.instance, inquiry.asked_at);
}

void Sweeper::conclude(Inquiry inquiry, Evidence evidence) {
  Standing standing;
  if (!evidence.failure) standing = standing_of(inquiry.reason, evidence.record);
  auto suspect = suspect_of(inquiry, evidence);
  if (!suspect) standing.kind = Standing::Kind::unclear;
  if (standing.kind == Standing::Kind::nobodys) suspect->stray.reason = standing.reason;
  const bool first = !evidence.stray && !remembers(inquiry.id);
  StrayDecision decision;
  if (suspect && first) {
    decision.next = *suspect;
    decision.look_at = look_at(*suspect, settings_.rules);
  } else if (suspect) {
    decision =
        decide(*suspect, {ports_.loop.now(), Shown{inquiry.asked_at, inquiry.instance, standing}},
               settings_.rules);
  }
  if (inquiry.dry_run) return inquiry.answer(foretell(inquiry, decision, standing));
  Entry& entry = *entries_.at(inquiry.id);
  if (evidence.stray && !entry.suspect) entry.version = evidence.stray->version;
  if (!suspect || (!entry.suspect && standing.kind != Standing::Kind::nobodys)) {
    // Nothing is known for certain, so nothing is remembered; the next listing asks again.
    entries_.erase(inquiry.id);
    return inquiry.answer(foretell(inquiry, decision, standing));
  }
  settle(inquiry.id, std::move(decision), std::move(inquiry.answer));
}

bool Sweeper::remembers(const std::string& id) const {
  const auto found = entries_.find(id);
  return found != entries_.end() && found->second->suspect;
}

// What would be said of a machine if everything were done as decided.
std::optional<StrayFinding> Sweeper::foretell(const Inquiry& inquiry, const StrayDecision& decision,
                                              const Standing& standing) const {
  if (standing.kind == Standing::Kind::answered_for) return std::nullopt;
  Suspect shown = decision.next;
  if (shown.stray.machine.empty()) shown = first_sight({}, inquiry.instance, inquiry.asked_at);
  if (standing.kind == Standing::Kind::unclear) return unclear_finding(shown, settings_.rules);
  StrayFinding finding = finding_of(shown, settings_.rules);
  if (decision.end) {
    finding.verdict = StrayVerdict::to_be_ended;
  }
  return finding;
}

void Sweeper::step(const std::string& id, StrayEvent event, Answer answer) {
  const Entry& entry = *entries_.at(id);
  settle(id, decide(*entry.suspect, event, settings_.rules), std::move(answer));
}

// ---- decided: write, then act
// --------------------------------------------------------------------------

void Sweeper::settle(const std::string& id, StrayDecision decision, Answer answer) {
  Entry& entry = *entries_.at(id);
  const bool as_stored = entry.suspect && entry.suspect->stray == decision.next.stray;
  if (as_stored && !decision.release) return settled(id, decision, std::move(answer));
  entry.busy = true;
  store::Write write{.collection = kStrays, .id = id, .expected_version = entry.version};
  if (!decision.release) write.document = to_document(decision.next.stray);
  store::Batch batch;
  batch.push_back(std::move(write));
  const bool ends = !decision.release && decision.next.stray.state == StrayState::ended;
  if (ends && settings_.alongside_end) {
    std::ranges::move(settings_.alongside_end(decision.next.stray), std::back_inserter(batch));
  }
  ports_.store.commit(std::move(batch), ports_.loop,
                      [this, id, decision = std::move(decision), answer = std::move(answer),
                       alive = std::weak_ptr<int>(alive_)](Result<void> result) mutable {
                        if (alive.expired()) return;
                        if (!result) {
                          log::warning("the record of a stray machine could not be written",
                                       {{"id", id}, {"why", result.error().message}});
                          read_again(id);
                          if (answer) answer(unclear_finding(decision.next, settings_.rules));
                          return;
                        }
                        ++entries_.at(id)->version;
                        settled(id, decision, std::move(answer));
                      });
}

void Sweeper::settled(const std::string& id, const StrayDecision& decision, Answer answer) {
  Entry& entry = *entries_.at(id);
  const bool was_judged = entry.suspect && entry.suspect->stray.state == StrayState::ending;
  const bool was_known = entry.suspect.has_value();
  entry.busy = false;
  entry.suspect = decision.next;
  const Stray& stray = entry.suspect->stray;
  if (decision.release) {
    log_stray("a machine with our tag is answered for after all", stray);
    entries_.erase(id);
    if (answer) answer(std::nullopt);
    return;
  }
  if (answer) answer(finding_of(*entry.suspect, settings_.rules));
  if (stray.state == StrayState::ended) {
    log_stray("a stray machine is gone", stray);
    if (settings_.end_written) settings_.end_written(stray);
    entries_.erase(id);
    return;
  }
  if (!was_known && stray.state == StrayState::suspected)
    log_stray("a machine carries our tag and nothing here answers for it", stray);
  if (!was_judged && stray.state == StrayState::ending)
    log_stray("a stray machine is being ended", stray);
  arm(place_of(stray), decision.look_at);
  if (decision.end) terminate(id);
  if (entry.answered) {
    const EndAnswered answered = *std::exchange(entry.answered, std::nullopt);
    step(id, {ports_.loop.now(), answered}, {});
  }
}

void Sweeper::terminate(const std::string& id) {
  const Stray& stray = entries_.at(id)->suspect->stray;
  auto use = [this, id, stray, alive = std::weak_ptr<int>(alive_)](
                 CloudResult<clouds::Credentials> credentials, Pacer::Finish finish) mutable {
    auto done = [this, id, alive, finish = std::move(finish)](
                    CloudResult<clouds::Cloud::Terminated> answer) mutable {
      if (alive.expired()) return;
      finish(outcome_of(answer));
      EndAnswered answered;
      if (!answer) answered.failure = answer.error();
      end_answered(id, std::move(answered));
    };
    if (!credentials) return done(std::unexpected(credentials.error()));
    ports_.clouds.at(stray.cloud)
        ->terminate(*credentials, stray.region, {stray.machine}, ports_.loop, std::move(done));
  };
  in_turn(pacer_, ports_,
          {.key = stray.key,
           .cloud = stray.cloud,
           .region = stray.region,
           .operation = clouds::Operation::terminate},
          alive_, std::move(use));
}

void Sweeper::end_answered(const std::string& id, EndAnswered answered) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second->suspect) return;
  if (found->second->busy) {
    found->second->answered = std::move(answered);
    return;
  }
  if (answered.failure) {
    log::warning("a stray machine could not be ended",
                 {{"id", id}, {"why", answered.failure->message}});
  }
  step(id, {ports_.loop.now(), std::move(answered)}, {});
}

}  // namespace mayfly::engine
