#include "simulator.h"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>

#include "core/assert.h"

namespace mayfly::cloudsim {
namespace {

constexpr Duration kHoldMax = 60s;  // of real time: longer than our own deadlines and most others'

sim::WorldSettings settings_for(const Shop& shop, const VirtualClock& clock) {
  sim::WorldSettings settings;
  settings.wire_time = [&clock](Time there) { return clock.real_time(there); };
  settings.sold = [&shop](const std::string& cloud, const std::string& region,
                          const std::string& type) { return shop.arch(cloud, region, type); };
  settings.price = [&shop](const std::string& cloud, const std::string& region,
                           const std::string& type) { return shop.price(cloud, region, type); };
  return settings;
}

}  // namespace

Simulator::Simulator(const Clock& real, SimulatorOptions options)
    : clock_(real, options.speed),
      shop_(pricing::Catalog::embedded()),
      seed_(options.seed),
      ids_(~options.seed),
      world_(clock_, options.seed, settings_for(shop_, clock_)) {
  world_.set_faults(std::move(options.faults));
}

std::string Simulator::new_request_id() {
  const std::uint64_t high = ids_.next();
  const std::uint64_t low = ids_.next();
  return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", high >> 32, (high >> 16) & 0xffff,
                     high & 0xfff, low >> 52, low & 0xffffffffffff);
}

boost::asio::awaitable<void> Simulator::sleep(Duration real) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, real);
  boost::system::error_code ignored;  // cancelled only when the server ends
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

boost::asio::awaitable<sim::Outcome<std::string>> Simulator::perform(
    sim::CallSite site, std::function<sim::Outcome<std::string>()> effect) {
  const sim::CallFate fate = world_.receive(site);
  auto outcome = std::make_shared<std::optional<sim::Outcome<std::string>>>();
  if (!fate.refused) {
    world_.at(fate.effect_at, [outcome, effect = std::move(effect)] { *outcome = effect(); });
  }
  const std::optional<sim::CloudError> failure = fate.refused ? fate.refused : fate.masked;
  const bool lost = failure && failure->status == 0;
  if (lost) {
    co_await sleep(kHoldMax);
  } else {
    // Again when the timer and the clock do not agree to the microsecond.
    for (Duration wait; (wait = clock_.real_wait(fate.answer_at)) > 0s;) co_await sleep(wait);
  }
  world_.settle();
  if (failure) co_return std::unexpected(*failure);
  ASSERT(outcome->has_value());
  co_return **std::move(outcome);
}

}  // namespace mayfly::cloudsim
