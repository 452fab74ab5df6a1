#include "rest/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>

namespace mayfly::rest {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Seconds: from a look-up in memory to waiting until machines have booted.
const prometheus::Histogram::BucketBoundaries kBuckets = {0.001, 0.005, 0.02, 0.1, 0.5, 2,
                                                          10,    30,    60,   120, 300, 900};

std::string method_label(std::string_view method) {
  constexpr std::array kKnown = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"};
  return std::ranges::find(kKnown, method) == kKnown.end() ? "other" : std::string(method);
}

MetricFamily gauge(std::string name, std::string help, std::size_t value) {
  MetricFamily family{std::move(name), std::move(help), MetricType::Gauge, {}};
  family.metric.emplace_back().gauge.value = static_cast<double>(value);
  return family;
}

MetricFamily total(std::string name, std::string help, std::int64_t value) {
  MetricFamily family{std::move(name), std::move(help), MetricType::Counter, {}};
  family.metric.emplace_back().counter.value = static_cast<double>(value);
  return family;
}

MetricFamily totals_by_kind(std::string name, std::string help,
                            const std::map<std::string, std::int64_t>& values) {
  MetricFamily family{std::move(name), std::move(help), MetricType::Counter, {}};
  for (const auto& [kind, value] : values) {
    ClientMetric& metric = family.metric.emplace_back();
    metric.label.push_back({"kind", kind});
    metric.counter.value = static_cast<double>(value);
  }
  return family;
}

// What the rate limits do to the calls, by cloud and operation.
void add_calls(const engine::Statistics& engine, std::vector<MetricFamily>& families) {
  MetricFamily made{
      "mayfly_cloud_calls_total", "Operations asked of a cloud", MetricType::Counter, {}};
  MetricFamily throttled{"mayfly_cloud_calls_throttled_total",
                         "Operations a cloud refused because there were too many",
                         MetricType::Counter,
                         {}};
  MetricFamily waiting{"mayfly_cloud_calls_waiting",
                       "Operations that wait for their turn under the cloud's rate limits",
                       MetricType::Gauge,
                       {}};
  MetricFamily rate{"mayfly_cloud_rate_ratio",
                    "Of the full rate, what is used now where the cloud slowed us down most",
                    MetricType::Gauge,
                    {}};
  for (const auto& [what, use] : engine.calls) {
    const auto add = [&what](MetricFamily& family) -> ClientMetric& {
      ClientMetric& metric = family.metric.emplace_back();
      metric.label.push_back({"cloud", what.first});
      metric.label.push_back({"operation", what.second});
      return metric;
    };
    add(made).counter.value = static_cast<double>(use.calls);
    add(throttled).counter.value = static_cast<double>(use.throttled);
    add(waiting).gauge.value = static_cast<double>(use.waiting);
    add(rate).gauge.value = static_cast<double>(use.slowest_permille) / 1000;
  }
  for (MetricFamily* family : {&made, &throttled, &waiting, &rate})
    families.push_back(std::move(*family));
}

void add_engine(const engine::Statistics& engine, std::vector<MetricFamily>& families) {
  families.push_back(gauge("mayfly_reservations_live",
                           "Reservations the engine drives or watches, tombstones included",
                           engine.live));
  families.push_back(
      gauge("mayfly_engine_events_waiting", "Events not decided yet", engine.mail_waiting));
  families.push_back(gauge("mayfly_engine_calls_waiting", "Cloud calls that wait for their turn",
                           engine.calls_waiting));
  families.push_back(gauge("mayfly_engine_scopes",
                           "Keys and regions whose machines are listed regularly", engine.scopes));
  families.push_back(gauge("mayfly_engine_strays",
                           "Machines with our tag that nothing answers for, not yet gone",
                           engine.strays));
  families.push_back(total("mayfly_engine_decisions_total", "Events decided", engine.decisions));
  families.push_back(
      total("mayfly_engine_writes_total", "Reservation states written", engine.writes));
  families.push_back(total("mayfly_engine_store_failures_total",
                           "Writes that the store did not confirm", engine.store_failures));
  families.push_back(totals_by_kind("mayfly_engine_effects_total",
                                    "Cloud calls and rankings begun, by kind", engine.effects));
  add_calls(engine, families);
}

void add_notifier(const notify::Statistics& notify, std::vector<MetricFamily>& families) {
  families.push_back(
      gauge("mayfly_notify_waiting", "Deliveries of events under way or waiting", notify.waiting));
  families.push_back(
      total("mayfly_notify_delivered_total", "Deliveries that arrived", notify.delivered));
  families.push_back(
      total("mayfly_notify_refused_total", "Tries that did not arrive", notify.refused));
  families.push_back(total("mayfly_notify_given_up_total", "Deliveries given up", notify.given_up));
}

}  // namespace

struct Metrics::Inside {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("mayfly_http_requests_total")
                                                          .Help("HTTP requests answered")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("mayfly_http_request_duration_seconds")
          .Help("Time until the answer was ready, waiting for machines included")
          .Register(registry);
};

Metrics::Metrics() : inside_(std::make_unique<Inside>()) {}
Metrics::~Metrics() = default;

void Metrics::count(std::string_view route, std::string_view method, int status, Duration took) {
  const std::string route_label(route);
  inside_->requests
      .Add({{"route", route_label},
            {"method", method_label(method)},
            {"status", std::to_string(status)}})
      .Increment();
  inside_->durations.Add({{"route", route_label}}, kBuckets)
      .Observe(std::chrono::duration<double>(took).count());
}

std::string Metrics::text(const engine::Statistics& engine, std::size_t connections,
                          const notify::Statistics& notify) const {
  std::vector<MetricFamily> families = inside_->registry.Collect();
  families.push_back(gauge("mayfly_http_connections", "Open client connections", connections));
  add_engine(engine, families);
  add_notifier(notify, families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace mayfly::rest
