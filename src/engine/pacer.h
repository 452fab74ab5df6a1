// When a cloud may be called. A restart after downtime may have a hundred thousand machines to end
// at once, and every call over a cloud's limit is refused, counts against the limit all the same,
// and takes from what the account's owner needs for other things.
//
// Calls wait in lanes: one for each credential, region and set of operations that share limits,
// with a token bucket for our share of each limit (clouds/limits.h) and at most kCallsUnderWay
// calls of an operation out. First come, first served within an operation. Between operations of
// one lane:
//
//  * More urgent ones take more turns (terminate 8, look-up, listing and settling 4, launch and
//    prepare 2 of a round), and nobody overtakes a call that waits for tokens of a shared bucket.
//    So an avalanche of launches cannot hold up a teardown, and no avalanche holds up anything for
//    ever. Ending comes first because every second costs its owner money; looking comes before
//    launching because a machine that may exist is found by it, and gone is only ever observed.
//  * When the cloud says that little is left of a limit, the last of it is for terminates.
//
// Being throttled halves the rate of the buckets concerned, and time restores it. Lanes that nobody
// used for ten minutes are forgotten when their buckets are full. Single-threaded: the engine's
// Loop.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "clouds/cloud.h"
#include "core/loop.h"

namespace mayfly::engine {

inline constexpr int kCallsUnderWay = 8;

// What is to be called.
struct Order {
  std::string key;
  std::string cloud;
  std::string region;  // "" for all of them at once
  clouds::Operation operation;
  std::int64_t machines = 1;  // that it starts, ends or is expected to list
  std::string reservation;    // whose it is; "" for nobody's in particular
};

// How a call went.
struct Outcome {
  const CloudFailure* failure = nullptr;
  bool sent = true;            // false: nothing was asked of the cloud
  std::int64_t machines = -1;  // how many it listed; -1: as expected
};

class Pacer {
 public:
  // To be called exactly once when the call has answered.
  using Finish = std::move_only_function<void(Outcome)>;
  using Call = std::move_only_function<void(Finish finish)>;

  // `clouds` by name; they and the loop outlive this object. `rate_percent` by cloud, where the
  // account's limits are not the published ones; 100 where nothing is said.
  Pacer(Loop& loop, const std::map<std::string, clouds::Cloud*>& clouds,
        std::map<std::string, int> rate_percent = {});
  ~Pacer();

  // Makes the call as soon as it may be made: at once or later on the loop.
  void run(Order order, Call call);

  // Lets this reservation's waiting launches through now, ahead of their turn: it no longer wants
  // them, and each of them will see that and finish as not sent.
  void hurry_launches(const std::string& reservation);

  // How far apart such calls may be made for ever.
  Duration pace(const Order& order);

  struct Use {
    std::int64_t calls = 0;      // made
    std::int64_t throttled = 0;  // of them refused for their number
    std::int64_t waiting = 0;
    int slowest_permille = 1000;  // of the full rate, in the lane that has been slowed down most
  };
  // By cloud and operation.
  std::map<std::pair<std::string, std::string>, Use> use() const;
  std::size_t waiting() const;
  std::size_t lanes() const { return lanes_.size(); }

 private:
  struct Plan;
  struct Lane;
  struct Queue;
  struct Waiting;

  Plan& plan_of(const std::string& cloud);
  Lane& lane_of(const Order& order);
  static Queue& queue_of(Lane& lane, clouds::Operation operation);
  void pump(Lane& lane);
  static Time may_compete(Lane& lane, const Queue& queue, Time now);
  Queue* next_in(Lane& lane, Time& look_again);
  static void give_turn(Queue& chosen, std::span<Queue* const> able);
  void start(Lane& lane, Queue& queue, Waiting waiting);
  void finished(Lane& lane, Queue& queue, std::int64_t charged_machines, Time called_at,
                const Outcome& outcome);
  void heed_allowance(Lane& lane);
  void look_again_at(Lane& lane, Time when);
  void forget_idle();

  Loop& loop_;
  const std::map<std::string, clouds::Cloud*>& clouds_;
  const std::map<std::string, int> rate_percent_;
  const Time started_at_;
  std::map<std::string, std::unique_ptr<Plan>, std::less<>> plans_;
  std::map<std::string, std::unique_ptr<Lane>, std::less<>> lanes_;
  std::int64_t launches_waiting_ = 0;
  Time swept_at_{};
  // Answers and timers may come when this object is gone; they hold this weakly.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace mayfly::engine
