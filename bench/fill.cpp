// fill DATA COUNT: multiplies the ready reservation of a server that is not running, through the
// real store, so that a bench can look at an installation with a hundred thousand of them.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string>

#include "core/thread_loop.h"
#include "engine/engine.h"
#include "store/blocking.h"
#include "store/sqlite/sqlite_store.h"

namespace mayfly {
namespace {

constexpr std::size_t kGroup = 500;

Result<Reservation> find_pattern(store::Blocking& store) {
  TRY(const store::Page page, store.query({.collection = "reservations"}));
  for (const store::Document& document : page) {
    TRY(Reservation reservation, engine::from_document(document));
    if (reservation.phase == Phase::ready) return reservation;
  }
  return fail(ErrorCode::not_found, "There is no ready reservation to multiply");
}

store::Write clone(const Reservation& pattern, std::size_t number) {
  Reservation copy = pattern;
  copy.id = fmt::format("r-clone{:08}", number);
  copy.idempotency.clear();
  for (Attempt& attempt : copy.attempts) {
    for (Machine& machine : attempt.machines) {
      machine.instance.id =
          fmt::format("i-{:016x}", number * 100 + static_cast<std::size_t>(machine.slot));
      machine.instance.tags[tag::kReservation] = copy.id;
    }
  }
  store::Document document = engine::to_document(copy);
  document.indexes["live"] = "1";
  return {.collection = "reservations", .id = copy.id, .document = std::move(document)};
}

Result<void> fill(const std::filesystem::path& data, std::size_t count) {
  TRY(const std::unique_ptr<store::Store> opened, store::sqlite::open(data / "mayfly.db"));
  ThreadLoop loop;
  store::Blocking store(*opened, loop);
  TRY(const Reservation pattern, find_pattern(store));
  for (std::size_t number = 0; number < count;) {
    store::Batch batch;
    for (; batch.size() < kGroup && number < count; ++number)
      batch.push_back(clone(pattern, number));
    TRY_VOID(store.commit(std::move(batch)));
  }
  return {};
}

}  // namespace
}  // namespace mayfly

int main(int argc, char** argv) {
  std::size_t count = 0;
  const std::string number = argc == 3 ? argv[2] : "";
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
  if (number.empty() || error != std::errc{} || end != number.data() + number.size()) {
    fmt::print(stderr, "usage: fill DATA COUNT\n");
    return 2;
  }
  const auto filled = mayfly::fill(argv[1], count);
  if (!filled) fmt::print(stderr, "fill: {}\n", filled.error().message);
  return filled ? 0 : 1;
}
