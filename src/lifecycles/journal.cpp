#include "lifecycles/journal.h"

namespace mayfly::lifecycles {
namespace {

// What is kept when the journal is full: how it began, and the latest.
constexpr std::size_t kKeepFirst = 50;

}  // namespace

void note(Reservation& state, Time now, std::string type, std::string message, int attempt,
          std::string cloud_code) {
  if (state.journal.size() >= kJournalMax) {
    state.journal.erase(kKeepFirst);
  }
  state.journal.push_back({.seq = ++state.journal_seq,
                           .at = now,
                           .type = std::move(type),
                           .phase = state.phase,
                           .attempt = attempt,
                           .message = std::move(message),
                           .cloud_code = std::move(cloud_code)});
}

}  // namespace mayfly::lifecycles
