// What one event and one write cost: deciding, writing and reading the document of a reservation.
// `machines` is the argument; the bytes are the document's.
#include <benchmark/benchmark.h>

#include <string>

#include "core/assert.h"
#include "engine/engine.h"

namespace mayfly::engine {
namespace {

constexpr Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2}};

lifecycles::Policy policy() {
  lifecycles::Policy made;
  made.traits["aws"] = {.idempotent_launch = true,
                        .machines_per_launch = 100,
                        .lists_all_regions = false,
                        .shows_terminated = true};
  return made;
}

Offer an_offer(int number) {
  return {.cloud = "aws",
          .region = "eu-central-1",
          .instance_type = "t3a.medium",
          .vcpus = 2,
          .memory_gib = Gib::of(4 + number),
          .disk_gib = 25,
          .price = {.instance_hour = {37'600}, .disk_gib_month = {95'200}, .disk_gib = 25}};
}

Instance an_instance(const Reservation& reservation, int slot) {
  return {.id = "i-0123456789abcde" + std::to_string(10 + slot),
          .name = machine_name(reservation, reservation.attempts.front(), slot),
          .region = "eu-central-1",
          .zone = "eu-central-1a",
          .instance_type = "t3a.medium",
          .state = InstanceState::running,
          .public_ip = "203.0.113.17",
          .private_ip = "10.0.0.17",
          .launched_at = kStart + 1s,
          .tags = {{tag::kInstallation, "m-0123456789abcdef"},
                   {tag::kReservation, reservation.id},
                   {tag::kAttempt, "1"}}};
}

// One that has run for an hour, with the history of its machines.
Reservation a_reservation(int machines) {
  Reservation made{.id = "r-0123456789abcdefghij", .user = "u-0123456789abcdefghij"};
  made.request.count = machines;
  made.request.vcpus = 2;
  made.request.memory_gib = Gib::of(4);
  made.keys = {{.cloud = "aws", .key = "k-0123456789abcdefghij"}};
  made.phase = Phase::ready;
  made.created_at = kStart;
  made.ready_at = kStart + 40s;
  for (int i = 0; i < 8; ++i) made.considered.push_back({.cloud = "aws", .region = "us-east-1"});
  made.attempts.push_back({.number = 1,
                           .key = made.keys.front().key,
                           .offer = an_offer(0),
                           .stage = Stage::running,
                           .started_at = kStart,
                           .asked_at = kStart});
  for (int slot = 0; slot < machines; ++slot) {
    made.attempts.front().machines.push_back(
        {.slot = slot, .instance = an_instance(made, slot), .seen = true});
    for (const char* what : {"pending", "running", "running at 203.0.113.17"}) {
      made.journal.push_back({.seq = ++made.journal_seq,
                              .at = kStart + Duration{made.journal_seq * 1'234'567},
                              .type = "instance",
                              .phase = Phase::provisioning,
                              .attempt = 1,
                              .message = "i-0123456789abcdef0 is " + std::string(what)});
    }
  }
  return made;
}

void write_document(benchmark::State& state) {
  const Reservation reservation = a_reservation(static_cast<int>(state.range(0)));
  std::size_t bytes = 0;
  for (auto _ : state) {
    store::Document document = to_document(reservation);
    bytes += document.body.size();
    benchmark::DoNotOptimize(document);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(write_document)->Arg(1)->Arg(12)->Arg(100);

void read_document(benchmark::State& state) {
  const store::Document document = to_document(a_reservation(static_cast<int>(state.range(0))));
  for (auto _ : state) {
    auto reservation = from_document(document);
    ASSERT(reservation);
    benchmark::DoNotOptimize(reservation);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document.body.size()));
}
BENCHMARK(read_document)->Arg(1)->Arg(12)->Arg(100);

// What almost every listing says: everything is as it was.
void decide_on_no_news(benchmark::State& state) {
  const Reservation reservation = a_reservation(static_cast<int>(state.range(0)));
  const lifecycles::Policy rules = policy();
  lifecycles::Observed observed{.key = reservation.keys.front().key,
                                .cloud = "aws",
                                .region = "eu-central-1",
                                .asked_at = kStart + 1h,
                                .instances = {}};
  for (const Machine& machine : reservation.attempts.front().machines)
    observed.instances.push_back(machine.instance);
  const lifecycles::Event event{.now = kStart + 1h, .what = std::move(observed)};
  for (auto _ : state) {
    auto decision = lifecycles::decide(reservation, event, rules);
    ASSERT(decision.next == reservation);
    benchmark::DoNotOptimize(decision);
  }
}
BENCHMARK(decide_on_no_news)->Arg(1)->Arg(12)->Arg(100);

}  // namespace
}  // namespace mayfly::engine
