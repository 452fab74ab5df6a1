// A simulation allocates hundreds of thousands of small things a second on each thread, and keeps
// almost none: a fifth of its time was the general allocator's. Linking pool.cpp replaces operator
// new and delete by free lists, one set for each thread, that are never given back.
//
// Only for programs that simulate. Under a sanitizer the real allocator stays, so that misuse of
// memory is found there.
#pragma once

#include <cstdint>

namespace mayfly::simulation {

// Made by this thread so far; 0 under a sanitizer.
std::int64_t allocations();

}  // namespace mayfly::simulation
