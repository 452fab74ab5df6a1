// From the outbox to deliveries.

#include <algorithm>

#include "core/log.h"
#include "notify/target.h"

namespace mayfly::notify {
namespace {

constexpr std::size_t kUntoldPage = 50;
constexpr std::size_t kWritesMax = 900;
constexpr Duration kStoreRetry = 1s;

}  // namespace

void Notifier::fan_out() {
  if (fanning_out_) {
    fan_out_again_ = true;
    return;
  }
  fanning_out_ = true;
  ports_.store.query({.collection = kOutbox, .index = "untold", .value = "1", .limit = kUntoldPage},
                     ports_.loop, guarded([this](Result<store::Page> page) {
                       if (!page) return fan_out_later();
                       if (!page->empty()) return tell(*page);
                       fanning_out_ = false;
                       pump();  // only now: what is told later may have happened before
                       if (std::exchange(fan_out_again_, false)) fan_out();
                     }));
}

void Notifier::fan_out_later() {
  ports_.loop.post_at(ports_.loop.now() + kStoreRetry, guarded([this] {
                        fanning_out_ = false;
                        fan_out();
                      }));
}

// One batch: records that are told from here on, and the deliveries that tell them.
struct Notifier::Telling {
  store::Batch batch;
  std::vector<Delivery> deliveries;
};

void Notifier::tell(const store::Page& untold) {
  Telling telling;
  for (const store::Document& document : untold) {
    if (auto record = record_from(document)) {
      if (!tell(*std::move(record), document.version, telling)) break;
    } else {
      log::error("a record of the outbox cannot be read", {{"id", document.id}});
      telling.batch.push_back({.collection = kOutbox,
                               .id = document.id,
                               .expected_version = document.version,
                               .document = store::Document{.body = document.body}});
    }
  }
  auto told = [this, deliveries = std::move(telling.deliveries)](Result<void> written) mutable {
    if (written) {
      for (Delivery& delivery : deliveries) {
        if (delivery.status == DeliveryStatus::pending) lanes_.add({std::move(delivery), 1});
      }
      fanning_out_ = false;
      return fan_out();
    }
    log::warning("events wait to be told", {{"why", written.error().message}});
    std::vector<std::string> unclear;
    for (const Delivery& delivery : deliveries) unclear.push_back(delivery.id);
    take_up(unclear);
    fan_out_later();
  };
  ports_.store.commit(std::move(telling.batch), ports_.loop, guarded(std::move(told)));
}

// False when the batch is full; what did not fit comes with the next one. The deliveries of one
// record for one target always fit into an empty batch: a journal is bounded.
bool Notifier::tell(Record record, std::int64_t version, Telling& telling) const {
  bool all = true;
  for (const std::string& id : targets_of(record.user)) {
    if (std::ranges::find(record.told_to, id) != record.told_to.end()) continue;
    std::vector<Delivery> some = deliveries_of(record, id, targets_.at(id));
    if (some.empty()) continue;
    if (telling.batch.size() + some.size() >= kWritesMax) {
      all = false;
      break;
    }
    for (Delivery& delivery : some) {
      telling.batch.push_back({.collection = kDeliveries,
                               .id = delivery.id,
                               .expected_version = 0,
                               .document = to_document(delivery)});
      telling.deliveries.push_back(std::move(delivery));
    }
    record.told_to.push_back(id);
  }
  if (all) record.told_to.clear();
  telling.batch.push_back({.collection = kOutbox,
                           .id = record.id,
                           .expected_version = version,
                           .document = to_document(record, !all)});
  return all && telling.batch.size() < kWritesMax;
}

std::set<std::string> Notifier::targets_of(const std::string& user) const {
  const std::scoped_lock lock(users_mutex_);
  const auto found = users_.find(user);
  return found == users_.end() ? std::set<std::string>() : found->second;
}

std::vector<Delivery> Notifier::deliveries_of(const Record& record, const std::string& id,
                                              const Target& target) const {
  const Time now = ports_.loop.now();
  std::vector<Delivery> deliveries;
  for (const Event& event : record.events) {
    if (!target.is_wanted(event.type)) continue;
    Delivery delivery = new_delivery(record, event, id, now);
    if (lanes_.is_full(id)) {
      delivery.status = DeliveryStatus::failed;
      delivery.finished_at = now;
      delivery.next_try_at.reset();
      delivery.last_error = "too many deliveries were waiting already";
    }
    deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

}  // namespace mayfly::notify
