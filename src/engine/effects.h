// Turns the effects of a decision into cloud calls and their answers into events. Everything a call
// needs is in the written state, so the same effect after a crash sends the same bytes.
// Single-threaded: the engine's Loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/pacer.h"
#include "engine/ports.h"
#include "engine/turn.h"
#include "lifecycles/reservation.h"

namespace mayfly::engine {

class Effects {
 public:
  using Answer =
      std::function<void(const std::string& reservation, decltype(lifecycles::Event::what))>;

  using Current = std::function<std::shared_ptr<const Reservation>(const std::string& reservation)>;

  Effects(Ports& ports, Pacer& pacer, std::string installation, Current current, Answer answer);

  // Precondition: `state` is durable.
  void run(std::shared_ptr<const Reservation> state, const lifecycles::Effect& effect);

  static std::string_view kind(const lifecycles::Effect& effect);

 private:
  struct Ending;

  void rank(const Reservation& state);
  void prepare(std::shared_ptr<const Reservation> state);
  void find_targets(std::shared_ptr<const Reservation> state);
  void launch(std::shared_ptr<const Reservation> state, int number);
  void look_up(std::shared_ptr<const Reservation> state, int number);
  void terminate(std::shared_ptr<const Reservation> state, const lifecycles::Terminate& effect);
  void settle(std::shared_ptr<const Reservation> state, const lifecycles::Settle& effect);
  template <class T>
  using Invoke =
      std::move_only_function<void(const clouds::Credentials&, Done<CloudResult<T>> done)>;
  template <class T>
  void call(Order order, Invoke<T> invoke, std::move_only_function<void(CloudResult<T>)> tell);
  static Order order(const Reservation& state, const Attempt& attempt, clouds::Operation operation,
                     std::size_t machines);

  Ports& ports_;
  Pacer& pacer_;
  std::string installation_;
  Current current_;
  Answer answer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// What is sent for an attempt's launch; the same state gives the same bytes.
clouds::LaunchSpec launch_spec(const Reservation& state, const Attempt& attempt,
                               const std::string& installation);

}  // namespace mayfly::engine
