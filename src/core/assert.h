// ASSERT states what our own code guarantees and stays on in release builds: an impossible state
// ends the process (state is on disk, a restart is cheap) instead of corrupting money.
// Never assert on outside input; return an Error.
#pragma once

namespace mayfly {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}  // namespace mayfly

#define ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::mayfly::assertion_failed(#condition, __FILE__, __LINE__))
