// The engine: a table of what lives, a mailbox for each, and a queue of what is due.
//
// For every event: decide, write the next state, and only when the store has it durably run the
// effects. The record that is written before a cloud call is the intent, so a crash at any
// instruction loses nothing: start() reads what lives and decide() works out what must be looked up
// first.
//
// One writer: a reservation's events are handled one after the other, and its document is written
// by compare-and-set. When the store does not answer clearly, the document is read again before
// anything else happens to that reservation.
//
// Threads: everything, constructor to destructor, on ports.loop. Callers elsewhere post to it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "core/calendar.h"
#include "engine/effects.h"
#include "engine/milestone.h"
#include "engine/observer.h"
#include "engine/pacer.h"
#include "engine/ports.h"
#include "engine/sweeper.h"
#include "lifecycles/reservation.h"

namespace mayfly::engine {

using Snapshot = std::shared_ptr<const Reservation>;

// What else must become durable in the same write as a reservation's next state, such as a message
// to be sent out. `before` is nullptr for a reservation that is being created. Called again with
// the same arguments when the write has to be repeated.
using Alongside = std::function<store::Batch(const Reservation* before, const Reservation& next)>;
// Told of every durable state, in order, on the loop: those taken up at the start (`before` is
// nullptr), every later one, and the end of the tombstone (`now` is nullptr). `now` lives until the
// next call about the same reservation has returned.
using Changed = std::function<void(const Reservation* before, const Reservation* now)>;

struct Settings {
  lifecycles::Policy policy;  // traits are filled in from ports.clouds
  ObserverSettings observer;
  std::map<std::string, int> rate_percent = {};  // by cloud, of our share of its published limits
  SweepSettings sweep = {};
  Alongside alongside = {};
  Changed changed = {};
  AtMilestone milestone = {};  // tests only
};

struct Statistics {
  std::size_t live = 0;
  std::size_t mail_waiting = 0;
  std::size_t calls_waiting = 0;
  std::size_t scopes = 0;
  std::size_t strays = 0;  // not at their end
  std::int64_t decisions = 0;
  std::int64_t writes = 0;
  std::int64_t store_failures = 0;
  std::map<std::string, std::int64_t> effects;                      // by kind
  std::map<std::pair<std::string, std::string>, Pacer::Use> calls;  // by cloud and operation
};

class Engine {
 public:
  Engine(Ports ports, Settings settings);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Reads everything that lives and takes it up again. Call once, before anything else.
  void start(Done<Result<void>> done);

  // Makes the reservation durable together with `with` (idempotency record), then drives it.
  // An error means that it does not exist.
  void create(Reservation reservation, store::Batch with, Done<Result<Snapshot>> done);

  // Hands an event to a live reservation; answers with its state once that is durable. not_found
  // when it does not live here (never existed, or its tombstone has passed). `done` may be empty.
  void send(const std::string& id, decltype(lifecycles::Event::what) what,
            Done<Result<Snapshot>> done);

  // This key was given new credentials: what waits for them, of these, goes on at once.
  void key_replaced(const std::string& key, const std::vector<std::string>& reservations);

  // The latest durable state; nullptr when it does not live here.
  Snapshot find(const std::string& id) const;

  // Events of it that came while an earlier one was being written: its state does not know of them.
  std::size_t behind(const std::string& id) const;

  // Calls `watcher` with every new durable state, on the loop, until it returns false.
  using Watcher = std::move_only_function<bool(const Snapshot&)>;
  void watch(const std::string& id, Watcher watcher);

  // Sweeper::sweep.
  void sweep(const std::string& user, bool dry_run, Done<Result<SweepReport>> done);

  Statistics statistics() const;
  // Launches and terminates begun since the start: what a simulated crash likes to hit.
  std::int64_t calls_begun() const { return calls_begun_; }

 private:
  struct Mail {
    lifecycles::Event event;  // its `now` is set when it is decided on
    Done<Result<Snapshot>> done;
  };
  struct Entry;
  using Entries = std::map<std::string, std::unique_ptr<Entry>, std::less<>>;

  void load_page(std::string after, Done<Result<void>> done);
  void adopt(const store::Document& document);
  void mail(const std::string& id, decltype(lifecycles::Event::what) what);
  void post_into(Entry& entry, decltype(lifecycles::Event::what) what, Done<Result<Snapshot>> done);
  void work(const std::string& id);
  void write(const std::string& id, lifecycles::ReservationDecision decision);
  void written(const std::string& id, lifecycles::ReservationDecision decision);
  void write_unclear(const std::string& id, lifecycles::ReservationDecision decision, Error error);
  void stop_waiting(Entry& entry);
  void find_out(const std::string& id, lifecycles::ReservationDecision decision);
  void settle(Entry& entry, Time wake);
  void set_wake(Entry& entry, Time wake);
  void arm();
  void ring();
  void answer(Entry& entry);
  void reach(Milestone milestone, std::string_view what = {}) {
    if (settings_.milestone) settings_.milestone(milestone, what);
  }
  void take_answer(const std::string& id, decltype(lifecycles::Event::what) what);
  void forget(const std::string& id);

  Ports ports_;
  Settings settings_;
  Pacer pacer_;
  Effects effects_;
  Observer observer_;
  Sweeper sweeper_;
  Entries entries_;
  std::set<std::pair<Time, std::string>> due_;
  Time armed_ = kNever;
  Statistics statistics_;
  std::int64_t calls_begun_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// The document a reservation is stored as.
store::Document to_document(const Reservation& reservation);
Result<Reservation> from_document(const store::Document& document);
// How far a reservation is, as far as it can be found by that.
struct Course {
  Phase phase = Phase::pending;
  bool was_ready = false;
  bool ending = false;  // not over, and to be ended

  bool operator==(const Course&) const = default;
};
Course course_of(const Reservation& reservation);
// In the index user_phase: what of this user is that far.
std::string on_course(const std::string& user, Course course);
// In the index user_month: what of this user ended in that month.
std::string ended_in(const std::string& user, Month month);

}  // namespace mayfly::engine
