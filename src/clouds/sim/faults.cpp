#include "clouds/sim/faults.h"

namespace mayfly::sim {
namespace {

bool fits(const std::string& wanted, const std::string& actual) {
  return wanted.empty() || wanted == actual;
}

bool fits(const FaultRule& rule, const CallSite& site) {
  return fits(rule.cloud, site.cloud) && fits(rule.region, site.region) &&
         fits(rule.zone, site.zone) && fits(rule.instance_type, site.instance_type) &&
         fits(rule.operation, site.operation);
}

}  // namespace

FaultPlan& FaultPlan::with(FaultKind fault, int per_mille) {
  FaultRule& rule = faults.emplace_back();
  rule.fault = fault;
  rule.probability = Chance{per_mille * std::int64_t{1000}};
  return *this;
}

FaultPlan FaultPlan::swarm(Random& random) {
  constexpr int kPerMille[] = {2, 10, 50, 200};
  FaultPlan plan;
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
    const bool chosen = random.below(2) == 0;
    const int per_mille = kPerMille[random.below(std::size(kPerMille))];
    if (chosen) plan.with(static_cast<FaultKind>(kind), per_mille);
  }
  return plan;
}

Duration default_longest(FaultKind fault) {
  switch (fault) {
    case FaultKind::late_arrival:
      return 3h;
    case FaultKind::slow_visibility:
      return 14min;
    case FaultKind::phantom_not_found:
      return 30s;
    case FaultKind::slow_boot:
      return 40min;
    case FaultKind::unauthorized_for_a_while:
    case FaultKind::zonal_token:
      return 10min;
    case FaultKind::spontaneous_stop:
    case FaultKind::spontaneous_termination:
      return 2h;
    case FaultKind::slow_answer:
      return 25s;
    default:
      return 60s;
  }
}

void Faults::set(FaultPlan plan) {
  plan_ = std::move(plan);
  struck_.assign(plan_.faults.size(), 0);
  for (auto& indices : by_kind_) indices.clear();
  for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
    by_kind_[static_cast<std::size_t>(plan_.faults[i].fault)].push_back(i);
  }
}

std::optional<Duration> Faults::draw(FaultKind fault, const CallSite& site) {
  for (const std::size_t index : by_kind_[static_cast<std::size_t>(fault)]) {
    const FaultRule& rule = plan_.faults[index];
    if (rule.times > 0 && struck_[index] >= rule.times) continue;
    if (!fits(rule, site)) continue;
    if (static_cast<std::int64_t>(random_.below(1'000'000)) >= rule.probability.value) continue;
    ++struck_[index];
    ++strikes_[static_cast<std::size_t>(fault)];
    return rule.longest.value_or(default_longest(fault));
  }
  return std::nullopt;
}

}  // namespace mayfly::sim
