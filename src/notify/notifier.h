// Tells webhooks and mailboxes what happens, at least once, in order for each reservation.
//
// The way of an event: alongside() hands the engine the outbox record that is written in the same
// batch as the state; changed() says that something was written; the record is made into one
// delivery for each target that wants it (one batch: the record is told, the deliveries are
// there); each delivery is sent until it arrives or is given up. What is in the store is all there
// is to know: a restart reads it and goes on. A delivery that arrived, but was not written down as
// such before a crash, is sent again under the same id.
//
// Nothing is written for users who have neither a webhook nor a mailbox.
//
// Threads: what is marked (any) may be called from any thread; everything else, constructor to
// destructor, on ports.loop. `done` runs there. The Notifier outlives the engine that calls it.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/secret.h"
#include "notify/lanes.h"
#include "notify/messages.h"
#include "notify/outcome.h"

namespace mayfly::notify {

// Opens what the vault sealed; the vault lies on a floor above.
using Unseal = std::function<Result<Secret>(std::string_view sealed, std::string_view context)>;

struct Ports {
  Loop& loop;
  store::Store& store;
  http::Client& http;
  mail::Sender* mail = nullptr;  // none: no e-mail is sent
  Random& random;
  Unseal unseal;
};

struct Settings {
  std::string version = "0";  // of the program
  bool public_only = true;    // what ports.http does: said early where it can be told early
  Limits limits = {};
  Duration retry_min = 10s;
  Duration retry_max = 1h;
  Duration give_up = 24h;   // after the event, or after it was asked for again
  Duration keep = 7 * 24h;  // events and deliveries
  Duration call_deadline = 10s;
  Duration housekeeping = 5min;
  std::size_t mails_a_minute = 10;  // for each user; then what happens is put into one mail
  std::size_t digest_max = 50;
};

struct Statistics {
  std::size_t waiting = 0;
  std::int64_t delivered = 0;
  std::int64_t refused = 0;   // tries that did not arrive
  std::int64_t given_up = 0;  // deliveries
};

// A delivery to be made, or made again.
struct Opened {
  std::optional<Record> record = {};  // to be written, when there is none of the event
  Delivery delivery;
  std::int64_t version = 0;  // 0: it is new
};

class Notifier {
 public:
  Notifier(Ports ports, Settings settings);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Reads targets and what is still to be told. Before the engine starts.
  void start(Done<Result<void>> done);

  // (any) For engine::Settings.
  store::Batch alongside(const Reservation* before, const Reservation& next) const;
  void changed(const Reservation* before, const Reservation* now);
  // (any) Events that are no reservation's: what to add to a batch, and that it is written.
  store::Batch alongside(Record record) const;
  void wake();

  // (any) Whether e-mail can be sent.
  bool has_mail() const { return ports_.mail != nullptr; }
  const Settings& settings() const { return settings_; }

  // (any) Targets: durable when `done` says so. `version`: what the store has; 0: none.
  void save(Webhook webhook, std::int64_t version, Done<Result<void>> done);
  void remove(Webhook webhook, std::int64_t version, Done<Result<void>> done);
  void save(Mailbox mailbox, std::int64_t version, Done<Result<void>> done);
  void remove(Mailbox mailbox, std::int64_t version, Done<Result<void>> done);

  // (any) A delivery as it begins.
  Delivery new_delivery(const Record& record, const Event& event, const std::string& target,
                        Time now) const;
  // (any) Writes them down and sends them. At most kOpenedMax.
  void open(std::vector<Opened> opened, Done<Result<void>> done);
  // (any) One that waits is tried now.
  void hurry(Delivery delivery);

  Statistics statistics() const;  // (any)

  static constexpr std::size_t kOpenedMax = 400;

 private:
  struct Target;
  struct Job;

  // notifier.cpp: targets, and what is read at the start
  using Each = std::function<void(const store::Document&)>;
  void load(store::Query query, Each each, Done<Result<void>> done);
  void adopt(const std::string& id, Target target);
  void forget(const std::string& id);
  bool is_told(const std::string& user) const;
  void write_target(store::Write write, Done<Result<void>> done, Task then);
  void refresh_target(std::string collection, std::string id);
  void take_up(const std::vector<std::string>& deliveries);
  void store_state(const std::string& id);
  void reread_state(const std::string& id);
  void arm_housekeeping();
  void keep_house();
  void prune(std::string collection, std::string after);

  // fan_out.cpp: from the outbox to deliveries
  void fan_out();
  void fan_out_later();
  struct Telling;
  void tell(const store::Page& untold);
  bool tell(Record record, std::int64_t version, Telling& telling) const;
  std::set<std::string> targets_of(const std::string& user) const;
  std::vector<Delivery> deliveries_of(const Record& record, const std::string& id,
                                      const Target& target) const;

  // deliver.cpp: sending, and what becomes of it
  void pump();
  void arm();
  void fetch(std::shared_ptr<Job> job);
  void send(std::shared_ptr<Job> job);
  void call_webhook(std::shared_ptr<Job> job, const Told& told);
  void post_mail(std::shared_ptr<Job> job, const std::vector<Told>& told);
  void postpone(std::shared_ptr<Job> job);
  void conclude(std::shared_ptr<Job> job, const Outcome& outcome);
  void judge(Delivery& delivery, const Outcome& outcome, Time now);
  void note_health(const std::string& target, const Outcome& outcome);
  void note_mailed(const std::string& target);
  void write_down(std::shared_ptr<Job> job);
  void reread(std::shared_ptr<Job> job);
  void fail_all(std::vector<Waiting> waiting, const std::string& why);
  void write_failed(std::vector<Waiting> failed);

  // Runs f unless this has ended by then.
  template <class F>
  auto guarded(F f) {
    return [alive = std::weak_ptr<int>(alive_), f = std::move(f)](auto&&... arguments) mutable {
      if (!alive.expired()) f(std::forward<decltype(arguments)>(arguments)...);
    };
  }

  Ports ports_;
  const Settings settings_;
  Lanes lanes_;
  std::map<std::string, Target> targets_;
  bool fanning_out_ = false;
  bool fan_out_again_ = false;
  Time armed_ = kNever;

  mutable std::mutex users_mutex_;
  std::map<std::string, std::set<std::string>> users_;  // guarded by it: the targets of each

  std::atomic<std::size_t> waiting_ = 0;
  std::atomic<std::int64_t> delivered_ = 0;
  std::atomic<std::int64_t> refused_ = 0;
  std::atomic<std::int64_t> given_up_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace mayfly::notify
