#include "pool.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MAYFLY_REAL_ALLOCATOR
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MAYFLY_REAL_ALLOCATOR
#endif

#ifdef MAYFLY_REAL_ALLOCATOR

std::int64_t mayfly::simulation::allocations() {
  return 0;
}

#else

namespace mayfly::simulation {
namespace {

constexpr std::size_t kSmallMax = 256;
constexpr std::size_t kStep = 16;
constexpr std::size_t kSmallSizes = kSmallMax / kStep;
constexpr std::size_t kSizes = kSmallSizes + 4 * 5;  // up to 8 KiB
constexpr std::size_t kSlabBytes = 256 << 10;

// In front of each block; its size keeps the alignment that new promises.
struct alignas(kStep) Header {
  std::size_t size;  // which of the sizes; kSizes: none of them
};

struct Free {
  Free* next;
};

struct Pool {
  std::array<Free*, kSizes> free = {};
  char* slab = nullptr;
  std::size_t left = 0;
  std::int64_t allocations = 0;
};
constinit thread_local Pool pool;

// Sixteen bytes apart up to 256, then four sizes for each power of two.
constexpr std::size_t size_for(std::size_t bytes) {
  if (bytes == 0) return 0;
  if (bytes <= kSmallMax) return (bytes - 1) / kStep;
  const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
  return kSmallSizes + (power - 8) * 4 + ((bytes - 1) >> (power - 2) & 3);
}

constexpr std::size_t bytes_of(std::size_t size) {
  if (size < kSmallSizes) return (size + 1) * kStep;
  const std::size_t power = 8 + (size - kSmallSizes) / 4;
  return (4 + (size - kSmallSizes) % 4 + 1) << (power - 2);
}

constexpr bool sizes_fit() {
  for (std::size_t bytes = 1; bytes <= bytes_of(kSizes - 1); ++bytes) {
    const std::size_t size = size_for(bytes);
    if (bytes_of(size) < bytes || (size > 0 && bytes_of(size - 1) >= bytes)) return false;
  }
  return true;
}
static_assert(sizes_fit() && size_for(bytes_of(kSizes - 1) + 1) == kSizes);

void* from_system(std::size_t bytes) {
  void* memory = std::malloc(bytes);
  if (memory == nullptr) std::abort();
  return memory;
}

void* block_at(void* memory, std::size_t size) {
  return new (memory) Header{size} + 1;
}

void* cut_from_slab(std::size_t size) {
  const std::size_t bytes = sizeof(Header) + bytes_of(size);
  if (pool.left < bytes) {
    pool.slab = static_cast<char*>(from_system(kSlabBytes));
    pool.left = kSlabBytes;
  }
  void* memory = pool.slab;
  pool.slab += bytes;
  pool.left -= bytes;
  return block_at(memory, size);
}

void* take(std::size_t bytes) {
  ++pool.allocations;
  const std::size_t size = size_for(bytes);
  if (size >= kSizes) return block_at(from_system(sizeof(Header) + bytes), kSizes);
  Free* block = pool.free[size];
  if (block == nullptr) return cut_from_slab(size);
  pool.free[size] = block->next;
  return block;
}

void give_back(void* block) {
  if (block == nullptr) return;
  Header* header = static_cast<Header*>(block) - 1;
  if (header->size >= kSizes) return std::free(header);
  pool.free[header->size] = new (block) Free{pool.free[header->size]};
}

}  // namespace

std::int64_t allocations() {
  return pool.allocations;
}

}  // namespace mayfly::simulation

void* operator new(std::size_t bytes) {
  return mayfly::simulation::take(bytes);
}
void operator delete(void* block) noexcept {
  mayfly::simulation::give_back(block);
}
void operator delete(void* block, std::size_t) noexcept {
  mayfly::simulation::give_back(block);
}

#endif
