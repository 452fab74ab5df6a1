#include "cli/progress.h"

#include <fmt/format.h>

#include "cli/figures.h"
#include "cli/utf8.h"

namespace mayfly::cli {
namespace {

constexpr std::string_view kFrames[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

Tone tone_of(const EventView& event) {
  if (event.type == "phase" && event.phase == "ready") return Tone::good;
  if (event.type == "phase" && event.phase == "failed") return Tone::bad;
  if (!event.cloud_code.empty()) return Tone::warning;
  return Tone::plain;
}

}  // namespace

std::string event_line(const EventView& event, Time begun) {
  std::string about = event.type;
  if (event.attempt > 0) about = fmt::format("attempt {}", event.attempt);
  std::string line = fmt::format("{:>7}  {:<10}  {}", span_text(event.at - begun), printable(about),
                                 printable(event.message));
  if (!event.message.contains(event.cloud_code)) line += fmt::format(" [{}]", printable(event.cloud_code));
  return line;
}

Progress::Progress(Session& session, Time begun)
    : session_(session),
      begun_(begun),
      silent_(session.json()),
      moving_(session.surroundings().out_is_terminal && !silent_) {
  draw();
}

void Progress::event(const EventView& event) {
  print_line(session_.painted(event_line(event, begun_), tone_of(event)));
  now_doing_ = printable(event.phase);
  if (event.attempt > 0) now_doing_ += fmt::format(", attempt {}", event.attempt);
  draw();
}

void Progress::note(std::string_view sentence) {
  print_line(session_.painted(fmt::format("{:>7}  {}", "", printable(sentence)), Tone::quiet));
  draw();
}

void Progress::tick() {
  ++frame_;
  draw();
}

void Progress::finish() {
  erase();
}

void Progress::print_line(const std::string& line) {
  if (silent_) return;
  erase();
  session_.print_line(line);
}

void Progress::draw() {
  if (!moving_) return;
  erase();
  const std::string line = fmt::format("{} {}, {}", kFrames[frame_ % std::size(kFrames)],
                                       now_doing_, span_text(session_.now() - begun_));
  session_.print(shorten(line, session_.surroundings().columns - 1));
  drawn_ = true;
}

void Progress::erase() {
  if (drawn_) session_.print("\r\x1b[K");
  drawn_ = false;
}

}  // namespace mayfly::cli
