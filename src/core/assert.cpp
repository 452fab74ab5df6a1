#include "core/assert.h"

#include <cstdio>
#include <cstdlib>

namespace mayfly {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "mayfly: impossible state: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace mayfly
