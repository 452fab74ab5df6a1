// oslc_fill DATA COUNT: gives the user of a server that is not running a past as it is after months
// of continuous integration, made of its one ready reservation: COUNT results, six launches to four
// teardowns. Of the launches one in twenty comes from the template "web", one in fifty stands
// ready, one in a hundred has failed, and twenty are under way.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/id.h"
#include "core/thread_loop.h"
#include "engine/engine.h"
#include "service/automations.h"
#include "store/blocking.h"
#include "store/sqlite/sqlite_store.h"

namespace mayfly {
namespace {

constexpr std::size_t kGroup = 200;
constexpr std::size_t kUnderWay = 20;

Result<Reservation> find_ready(store::Blocking& store) {
  TRY(const store::Page page, store.query({.collection = "reservations"}));
  for (const store::Document& document : page) {
    TRY(Reservation reservation, engine::from_document(document));
    if (reservation.phase == Phase::ready) return reservation;
  }
  return fail(ErrorCode::not_found, "There is no ready reservation to make a past of");
}

class Past {
 public:
  Past(Reservation pattern, std::size_t launches, Time now)
      : pattern_(std::move(pattern)), launches_(launches), now_(id_moment(now)) {}

  void add_launch(std::size_t number, store::Batch& batch) {
    Reservation made = pattern_;
    made.created_at = now_ - (launches_ - number) * Duration(1min);
    made.id = new_id("r", made.created_at, random_);
    made.idempotency.clear();
    made.request.name = fmt::format("build {} of {}", number, number % 7 ? "web" : "nightly");
    made.ready_at = made.created_at + 40 * 1s;
    if (number + kUnderWay >= launches_) {
      made.phase = Phase::provisioning;
      made.ready_at.reset();
    } else if (number % 100 == 50) {
      end(made, Phase::failed);
      made.failing = true;
      made.ready_at.reset();
    } else if (number % 50 != 0) {
      end(made, Phase::released);
    }
    if (number % 2 == 0) add_words(made, number, batch);
    if (number % 3 != 0 && made.phase == Phase::released) add_teardown(made, batch);
    batch.push_back(
        {.collection = "reservations", .id = made.id, .document = engine::to_document(made)});
  }

 private:
  static void end(Reservation& made, Phase phase) {
    made.phase = phase;
    made.goal = Goal::absent;
    made.release_requested_at = made.created_at + 20 * 60 * 1s;
    made.ended_at = made.created_at + 21 * 60 * 1s;
    made.end_reason = "its owner asked for it";
  }

  void add_words(const Reservation& made, std::size_t number, store::Batch& batch) {
    const service::Automation said{.id = made.id,
                                   .user = made.user,
                                   .kind = service::AutomationKind::launch,
                                   .plan = number % 20 ? "vm" : "template:web",
                                   .reservation = made.id,
                                   .title = fmt::format("Deployment {}", number),
                                   .created_at = made.created_at};
    batch.push_back(
        {.collection = "automations", .id = said.id, .document = service::to_document(said)});
  }

  void add_teardown(const Reservation& made, store::Batch& batch) {
    const service::Automation asked{.id = new_id("t", *made.release_requested_at, random_),
                                    .user = made.user,
                                    .kind = service::AutomationKind::teardown,
                                    .plan = "vm",
                                    .reservation = made.id,
                                    .title = "Tear down: " + *made.request.name,
                                    .created_at = *made.release_requested_at};
    batch.push_back(
        {.collection = "automations", .id = asked.id, .document = service::to_document(asked)});
  }

  const Reservation pattern_;
  const std::size_t launches_;
  const Time now_;
  SeededRandom random_{1};
};

Result<void> fill_past(const std::filesystem::path& data, std::size_t count) {
  TRY(const std::unique_ptr<store::Store> opened, store::sqlite::open(data / "mayfly.db"));
  ThreadLoop loop;
  store::Blocking store(*opened, loop);
  TRY(Reservation pattern, find_ready(store));
  const std::size_t launches = count * 6 / 10;
  Past past(std::move(pattern), launches, loop.now());
  for (std::size_t number = 0; number < launches;) {
    store::Batch batch;
    for (const std::size_t end = std::min(launches, number + kGroup); number < end; ++number)
      past.add_launch(number, batch);
    TRY_VOID(store.commit(std::move(batch)));
  }
  return {};
}

}  // namespace
}  // namespace mayfly

int main(int argc, char** argv) {
  std::size_t count = 0;
  const std::string_view text = argc == 3 ? argv[2] : "";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    fmt::print(stderr, "usage: oslc_fill DATA COUNT\n");
    return 2;
  }
  const auto filled = mayfly::fill_past(argv[1], count);
  if (!filled) fmt::print(stderr, "oslc_fill: {}\n", filled.error().message);
  return filled ? 0 : 1;
}
