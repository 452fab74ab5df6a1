// fill DATA COUNT [SECONDS]: multiplies the ready reservation of a server that is not running,
// through the real store, so that a bench can look at an installation with a hundred thousand of
// them. With SECONDS their leases end evenly spread over so many, beginning a minute from now.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

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

struct Leases {
  Time first;
  Duration step{};
};

store::Write clone(const Reservation& pattern, std::size_t number, std::optional<Leases> leases) {
  Reservation copy = pattern;
  if (leases) copy.expires_at = leases->first + leases->step * number;
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

Result<void> fill(const std::filesystem::path& data, std::size_t count, std::size_t seconds) {
  TRY(const std::unique_ptr<store::Store> opened, store::sqlite::open(data / "mayfly.db"));
  ThreadLoop loop;
  store::Blocking store(*opened, loop);
  TRY(const Reservation pattern, find_pattern(store));
  std::optional<Leases> leases;
  if (seconds > 0) {
    leases =
        Leases{.first = loop.now() + 1min, .step = Duration(std::chrono::seconds(seconds)) / count};
  }
  for (std::size_t number = 0; number < count;) {
    store::Batch batch;
    for (; batch.size() < kGroup && number < count; ++number)
      batch.push_back(clone(pattern, number, leases));
    TRY_VOID(store.commit(std::move(batch)));
  }
  return {};
}

}  // namespace
}  // namespace mayfly

namespace {

bool read_number(std::string_view text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  std::size_t seconds = 0;
  if (argc < 3 || argc > 4 || !read_number(argv[2], count) ||
      (argc == 4 && !read_number(argv[3], seconds))) {
    fmt::print(stderr, "usage: fill DATA COUNT [SECONDS]\n");
    return 2;
  }
  const auto filled = mayfly::fill(argv[1], count, seconds);
  if (!filled) fmt::print(stderr, "fill: {}\n", filled.error().message);
  return filled ? 0 : 1;
}
