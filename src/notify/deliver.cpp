// Sending, and what becomes of it.

#include <fmt/format.h>

#include "core/assert.h"
#include "core/log.h"
#include "notify/target.h"

namespace mayfly::notify {
namespace {

constexpr Duration kPause = 1s;  // when the store is in trouble
constexpr std::size_t kFailedAtOnce = 500;

void end(Delivery& delivery, DeliveryStatus status, Time now) {
  delivery.status = status;
  delivery.finished_at = now;
  delivery.next_try_at.reset();
}

}  // namespace

void Notifier::pump() {
  while (auto turn = lanes_.next(ports_.loop.now())) {
    fetch(std::make_shared<Job>(Job{*std::move(turn), {}}));
  }
  waiting_ = lanes_.waiting() + static_cast<std::size_t>(lanes_.under_way());
  arm();
}

void Notifier::arm() {
  const Time when = lanes_.wake(ports_.loop.now());
  if (when >= armed_) return;
  armed_ = when;
  ports_.loop.post_at(when, guarded([this, when] {
                        if (when != armed_) return;
                        armed_ = kNever;
                        pump();
                      }));
}

// The events of a turn, one after the other, then they are sent.
void Notifier::fetch(std::shared_ptr<Job> job) {
  const std::size_t next = job->records.size();
  if (next == job->turn.waiting.size()) return send(std::move(job));
  ports_.store.get(kOutbox, job->turn.waiting[next].delivery.record, ports_.loop,
                   guarded([this, job](Result<std::optional<store::Document>> found) mutable {
                     if (!found) return postpone(std::move(job));
                     std::optional<Record> record;
                     if (*found) {
                       if (auto known = record_from(**found)) record = *std::move(known);
                     }
                     job->records.push_back(std::move(record));
                     fetch(std::move(job));
                   }));
}

void Notifier::send(std::shared_ptr<Job> job) {
  std::vector<Told> told;
  for (std::size_t i = 0; i < job->records.size(); ++i) {
    const auto& record = job->records[i];
    const Event* event = record ? record->find(job->turn.waiting[i].delivery.event) : nullptr;
    if (event) told.push_back({&*record, event});
  }
  const auto target = targets_.find(job->turn.target);
  if (target == targets_.end()) {
    return conclude(std::move(job), {.how = Outcome::How::never, .error = kRemoved});
  }
  if (target->second.is_disabled()) {
    return conclude(std::move(job), {.how = Outcome::How::never, .error = kDisabled});
  }
  if (told.empty()) {
    return conclude(std::move(job),
                    {.how = Outcome::How::never, .error = "the event is no longer kept"});
  }
  if (target->second.webhook) return call_webhook(std::move(job), told.front());
  post_mail(std::move(job), told);
}

void Notifier::call_webhook(std::shared_ptr<Job> job, const Told& told) {
  const Webhook& webhook = *targets_.at(job->turn.target).webhook;
  const Time now = ports_.loop.now();
  std::vector<const std::string*> sealed = {&webhook.sealed};
  if (webhook.before_until && now < *webhook.before_until) sealed.push_back(&webhook.sealed_before);
  std::vector<Secret> secrets;
  for (const std::string* text : sealed) {
    auto secret = ports_.unseal(*text, webhook.id);
    if (!secret) return conclude(std::move(job), {.error = secret.error().message});
    secrets.push_back(*std::move(secret));
  }
  auto call = call_of(told, webhook.url, secrets, now, settings_.version);
  if (!call) return conclude(std::move(job), {.error = call.error().message});
  call->deadline = settings_.call_deadline;
  ports_.http.send(*std::move(call), ports_.loop,
                   guarded([this, job](http::CallResult result) mutable {
                     conclude(std::move(job), outcome_of(result));
                   }));
}

void Notifier::post_mail(std::shared_ptr<Job> job, const std::vector<Told>& told) {
  const std::string address = targets_.at(job->turn.target).mailbox->address;
  if (!ports_.mail) return postpone(std::move(job));
  ports_.mail->send(mail_of(told, address), ports_.loop,
                    guarded([this, job](mail::MailResult result) mutable {
                      if (result) note_mailed(job->turn.target);
                      conclude(std::move(job), outcome_of(result));
                    }));
}

// It was not tried: the store, or the server's configuration, did not let us.
void Notifier::postpone(std::shared_ptr<Job> job) {
  const Time when = ports_.loop.now() + (ports_.mail ? kPause : settings_.retry_max);
  for (Waiting& waiting : job->turn.waiting) waiting.delivery.next_try_at = when;
  std::vector<Waiting> again = job->turn.waiting;
  lanes_.end_turn(job->turn, std::move(again));
  pump();
}

// ---- what becomes of it

void Notifier::conclude(std::shared_ptr<Job> job, const Outcome& outcome) {
  const Time now = ports_.loop.now();
  for (Waiting& waiting : job->turn.waiting) judge(waiting.delivery, outcome, now);
  note_health(job->turn.target, outcome);
  write_down(std::move(job));
}

void Notifier::judge(Delivery& delivery, const Outcome& outcome, Time now) {
  ++delivery.attempts;
  delivery.last_status = outcome.status;
  delivery.last_error = outcome.error;
  if (outcome.how == Outcome::How::delivered) {
    delivery.failures = 0;
    ++delivered_;
    return end(delivery, DeliveryStatus::delivered, now);
  }
  ++refused_;
  ++delivery.failures;
  const Duration pause =
      back_off(delivery.failures, settings_.retry_min, settings_.retry_max, ports_.random);
  const Time next = now + std::max(pause, outcome.retry_after.value_or(Duration{0}));
  if (outcome.how == Outcome::How::again && next <= delivery.give_up_at) {
    delivery.next_try_at = next;
    return;
  }
  ++given_up_;
  end(delivery, DeliveryStatus::failed, now);
  log::warning(
      "a notification was given up",
      {{"delivery", delivery.id}, {"attempts", delivery.attempts}, {"why", delivery.last_error}});
}

void Notifier::note_health(const std::string& id, const Outcome& outcome) {
  const auto found = targets_.find(id);
  if (found == targets_.end() || outcome.how == Outcome::How::never) return;
  Target& target = found->second;
  const Time now = ports_.loop.now();
  if (outcome.how == Outcome::How::delivered) {
    lanes_.works(id, now);
    if (!target.webhook || target.webhook->status != WebhookStatus::failing) return;
    log::info("a webhook works again", {{"webhook", id}});
    target.webhook->status = WebhookStatus::active;
    target.webhook->reason.clear();
    target.webhook->failing_since.reset();
    return store_state(id);
  }
  const int failures = lanes_.fails(id);
  if (lanes_.is_broken(failures)) {
    lanes_.hold(id,
                now + back_off(failures, settings_.retry_min, settings_.retry_max, ports_.random));
  }
  if (!target.webhook || target.webhook->status == WebhookStatus::disabled) return;
  if (outcome.how == Outcome::How::gone) {
    log::warning("a webhook is gone", {{"webhook", id}, {"user", target.user}});
    target.webhook->status = WebhookStatus::disabled;
    target.webhook->reason = outcome.error;
    Target disabled = std::move(target);
    adopt(id, std::move(disabled));
    return store_state(id);
  }
  if (!lanes_.is_broken(failures) || target.webhook->status == WebhookStatus::failing) return;
  log::warning("a webhook fails", {{"webhook", id}, {"why", outcome.error}});
  target.webhook->status = WebhookStatus::failing;
  target.webhook->reason = outcome.error;
  target.webhook->failing_since = now;
  store_state(id);
}

// Ten mails a minute, then what happens is put into one.
void Notifier::note_mailed(const std::string& id) {
  const auto found = targets_.find(id);
  if (found == targets_.end()) return;
  std::deque<Time>& mailed = found->second.mailed;
  const Time now = ports_.loop.now();
  mailed.push_back(now);
  while (mailed.front() + 1min <= now) mailed.pop_front();
  const bool many = mailed.size() >= settings_.mails_a_minute;
  lanes_.set_pieces_max(id, many ? settings_.digest_max : 1);
  if (many) lanes_.hold(id, mailed.front() + 1min);
}

void Notifier::write_down(std::shared_ptr<Job> job) {
  store::Batch batch;
  for (const Waiting& waiting : job->turn.waiting) {
    batch.push_back({.collection = kDeliveries,
                     .id = waiting.delivery.id,
                     .expected_version = waiting.version,
                     .document = to_document(waiting.delivery)});
  }
  ports_.store.commit(
      std::move(batch), ports_.loop, guarded([this, job](Result<void> written) mutable {
        if (!written && written.error().code == ErrorCode::conflict) return reread(std::move(job));
        if (!written) {
          // Nothing later of this queue is sent before it is known how this one went.
          ports_.loop.post_at(ports_.loop.now() + kPause,
                              guarded([this, job]() mutable { write_down(std::move(job)); }));
          return;
        }
        std::vector<Waiting> again;
        for (Waiting& waiting : job->turn.waiting) {
          ++waiting.version;
          if (waiting.delivery.status == DeliveryStatus::pending) again.push_back(waiting);
        }
        lanes_.end_turn(job->turn, std::move(again));
        pump();
      }));
}

// Either our own write was made after all, or the delivery was changed or removed by somebody else:
// what the store has counts.
void Notifier::reread(std::shared_ptr<Job> job) {
  const auto known = std::make_shared<std::vector<Waiting>>();
  const auto missing = std::make_shared<std::size_t>(job->turn.waiting.size());
  for (const Waiting& waiting : job->turn.waiting) {
    ports_.store.get(
        kDeliveries, waiting.delivery.id, ports_.loop,
        guarded([this, job, known, missing](Result<std::optional<store::Document>> found) {
          if (found && *found) {
            auto delivery = read<Delivery>(**found);
            if (delivery && delivery->status == DeliveryStatus::pending)
              known->push_back({*std::move(delivery), (*found)->version});
          }
          if (--*missing > 0) return;
          lanes_.end_turn(job->turn, std::move(*known));
          pump();
        }));
  }
}

// ---- deliveries that are not tried any more

void Notifier::fail_all(std::vector<Waiting> waiting, const std::string& why) {
  const Time now = ports_.loop.now();
  std::vector<Waiting> some;
  for (Waiting& one : waiting) {
    end(one.delivery, DeliveryStatus::failed, now);
    one.delivery.last_error =
        one.delivery.last_error.empty() ? why : why + "; " + one.delivery.last_error;
    ++given_up_;
    some.push_back(std::move(one));
    if (some.size() == kFailedAtOnce) write_failed(std::exchange(some, {}));
  }
  if (!some.empty()) write_failed(std::move(some));
}

void Notifier::write_failed(std::vector<Waiting> failed) {
  store::Batch batch;
  for (const Waiting& one : failed) {
    batch.push_back({.collection = kDeliveries,
                     .id = one.delivery.id,
                     .expected_version = one.version,
                     .document = to_document(one.delivery)});
  }
  const auto again = [this](std::vector<Waiting> some) {
    ports_.loop.post_at(
        ports_.loop.now() + kPause,
        guarded([this, some = std::move(some)]() mutable { write_failed(std::move(some)); }));
  };
  ports_.store.commit(
      std::move(batch), ports_.loop,
      guarded([this, again, failed = std::move(failed)](Result<void> written) mutable {
        if (written) return;
        if (written.error().code != ErrorCode::conflict) return again(std::move(failed));
        // One of them is written already, by the try before or by somebody else.
        if (failed.size() == 1) return;
        for (Waiting& one : failed) write_failed({std::move(one)});
      }));
}

}  // namespace mayfly::notify
