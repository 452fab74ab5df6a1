// What happens to a reservation, while it happens. On a terminal: lines that stay, and below them
// one line that moves with the time. Elsewhere: only the lines. With --json: nothing.
#pragma once

#include <string>

#include "cli/answers.h"
#include "cli/session.h"

namespace mayfly::cli {

class Progress {
 public:
  // Times are shown since `begun`.
  Progress(Session& session, Time begun);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void event(const EventView& event);
  // About the following itself: the connection was lost.
  void note(std::string_view sentence);
  // Redraws the moving line.
  void tick();
  // Removes it; what is printed next stands in its place.
  void finish();

 private:
  void print_line(const std::string& line);
  void draw();
  void erase();

  Session& session_;
  const Time begun_;
  const bool silent_;
  const bool moving_;
  bool drawn_ = false;
  std::size_t frame_ = 0;
  std::string now_doing_ = "waiting";
};

// "  41s  attempt 2  launching t3.small in us-east-1a [InsufficientInstanceCapacity]"
std::string event_line(const EventView& event, Time begun);

}  // namespace mayfly::cli
