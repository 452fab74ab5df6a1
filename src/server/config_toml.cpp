#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <map>

#include "server/config_detail.h"

namespace mayfly::server {
namespace {

using namespace config_detail;

// One setting: how a TOML value of its name becomes part of the configuration.
using Setter =
    std::function<Result<void>(const std::string& name, const toml::node& node, Config& config)>;

Setter text(std::function<Result<void>(const std::string&, const std::string&, Config&)> set) {
  return [set](const std::string& name, const toml::node& node, Config& config) -> Result<void> {
    const auto value = node.value<std::string>();
    if (!node.is_string() || !value) return fail_field(name, "must be a text");
    return set(name, *value, config);
  };
}

Setter duration(std::function<Duration&(Config&)> where) {
  return text(
      [where](const std::string& name, const std::string& value, Config& config) -> Result<void> {
        const auto parsed = parse_duration(value);
        if (!parsed || *parsed <= Duration{0})
          return fail_field(name, "must be a duration such as 10s or 15m");
        where(config) = *parsed;
        return {};
      });
}

Setter endpoint(std::function<std::string&(Config&)> where) {
  return text([where](const std::string& name, const std::string& value, Config& config) {
    return apply_endpoint(name, value, where(config));
  });
}

Result<void> set_threads(const std::string& name, const toml::node& node, Config& config) {
  const auto value = node.value<std::int64_t>();
  if (!node.is_integer() || !value || *value < 1 || *value > 256)
    return fail_field(name, "must be a whole number from 1 to 256");
  config.threads = static_cast<unsigned>(*value);
  return {};
}

// The most is what the simulated clouds need when they live a thousand times as fast.
Setter rate_percent(std::string cloud) {
  return [cloud](const std::string& name, const toml::node& node, Config& config) -> Result<void> {
    const auto value = node.value<std::int64_t>();
    if (!node.is_integer() || !value || *value < 1 || *value > 100'000)
      return fail_field(name, "must be a whole number from 1 to 100000");
    config.rate_percent[cloud] = static_cast<int>(*value);
    return {};
  };
}

Result<void> set_allow_private(const std::string& name, const toml::node& node, Config& config) {
  const auto value = node.value<bool>();
  if (!node.is_boolean() || !value) return fail_field(name, "must be true or false");
  config.notify_allow_private = *value;
  return {};
}

Result<void> set_regions(const std::string& name, const toml::node& node, Config& config) {
  const toml::array* list = node.as_array();
  if (!list) return fail_field(name, "must be a list of regions or globs");
  config.regions.clear();
  for (const toml::node& entry : *list) {
    const auto value = entry.value<std::string>();
    if (!entry.is_string() || !value) return fail_field(name, "must be a list of texts");
    config.regions.push_back(*value);
  }
  return {};
}

// A number or a text; the empty text means no limit. What a user's own limit may be is one here.
std::optional<std::string> limit_text(const toml::node& node) {
  if (const auto whole = node.as_integer()) return fmt::format("{}", whole->get());
  // Printed with more digits than an amount may have, so that a seventh decimal is refused and not
  // lost.
  if (const auto real = node.as_floating_point()) return fmt::format("{:.9f}", real->get());
  const auto text = node.value<std::string>();
  return text && text->empty() ? std::string(service::kNoLimit) : text;
}

Setter limit(std::optional<std::string> service::LimitOverrides::* which) {
  return [which](const std::string& name, const toml::node& node, Config& config) -> Result<void> {
    service::LimitOverrides given;
    given.*which = limit_text(node);
    const auto good = service::check(given);
    if (!(given.*which) || !good) {
      return fail_field(name,
                        name.starts_with("lease.")
                            ? "must be a time such as 8h or 7d, or empty for none"
                            : "must be a number from 0, with at most six decimals if it is of "
                              "dollars, or empty for no limit");
    }
    config.allowance = service::resolve(config.allowance, given);
    return {};
  };
}

Result<void> set_dialect(const std::string& name, const std::string& value, Config& config) {
  if (value == "both") {
    config.oslc.dialect = oslc::Dialect::both;
  } else if (value == "published") {
    config.oslc.dialect = oslc::Dialect::published;
  } else if (value == "2014") {
    config.oslc.dialect = oslc::Dialect::draft_2014;
  } else {
    return fail_field(name, "must be 'both', 'published' or '2014'");
  }
  return {};
}

Result<void> set_base_url(const std::string& name, const std::string& value, Config& config) {
  const bool is_http = value.starts_with("http://") || value.starts_with("https://");
  const bool plain = value.find_first_of("?#\"<> ") == std::string::npos && !value.ends_with('/');
  if (!value.empty() && (!is_http || !plain || std::ranges::count(value, '/') != 2))
    return fail_field(name, "must be a scheme and a host, https://mayfly.example.com, or empty");
  config.oslc.base_url = value;
  return {};
}

Setter tls_file(std::filesystem::path http::TlsFiles::* which) {
  return text(
      [which](const std::string& name, const std::string& value, Config& config) -> Result<void> {
        if (value.empty()) return fail_field(name, "must be the path of a PEM file");
        if (!config.tls) config.tls.emplace();
        (*config.tls).*which = value;
        return {};
      });
}

Result<void> set_if_match(const std::string& name, const std::string& value, Config& config) {
  if (value != "strict" && value != "lenient")
    return fail_field(name, "must be 'strict' or 'lenient'");
  config.oslc.strict_if_match = value == "strict";
  return {};
}

// What a policy's frame-ancestors may name: nothing that could end the list or begin another one.
bool is_origin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view host = text.substr(scheme + 3);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-.:*[]").contains(c);
  };
  return (text.starts_with("https://") || text.starts_with("http://")) && !host.empty() &&
         (host.front() != '*' || host.starts_with("*.")) && std::ranges::all_of(host, fits);
}

Result<void> set_dialog_hosts(const std::string& name, const toml::node& node, Config& config) {
  const toml::array* list = node.as_array();
  if (!list) return fail_field(name, "must be a list of origins");
  config.oslc.dialog_hosts.clear();
  for (const toml::node& entry : *list) {
    const auto value = entry.value<std::string>();
    if (!entry.is_string() || !value || !is_origin(*value))
      return fail_field(name, "must be a list of origins, https://jazz.example.com");
    config.oslc.dialog_hosts.push_back(*value);
  }
  return {};
}

const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> all = {
      {"server.listen", text([](const std::string&, const std::string& value, Config& config) {
         return apply_listen(value, config);
       })},
      {"server.data",
       text([](const std::string&, const std::string& value, Config& config) -> Result<void> {
         config.data = value;
         return {};
       })},
      {"server.auth", text([](const std::string&, const std::string& value, Config& config) {
         return apply_auth(value, config);
       })},
      {"server.threads", set_threads},
      {"log.level", text([](const std::string&, const std::string& value, Config& config) {
         return apply_log_level(value, config);
       })},
      {"http.tls.certificate", tls_file(&http::TlsFiles::certificate)},
      {"http.tls.key", tls_file(&http::TlsFiles::key)},
      {"log.format",
       text([](const std::string& name, const std::string& value, Config& config) -> Result<void> {
         if (value != "text" && value != "json")
           return fail_field(name, "must be 'text' or 'json'");
         config.log_json = value == "json";
         return {};
       })},
      {"defaults.regions", set_regions},
      {"limits.machines", limit(&service::LimitOverrides::machines)},
      {"limits.vcpus", limit(&service::LimitOverrides::vcpus)},
      {"limits.usd_per_hour", limit(&service::LimitOverrides::usd_per_hour)},
      {"limits.usd_per_month", limit(&service::LimitOverrides::usd_per_month)},
      {"lease.default", limit(&service::LimitOverrides::lease_default)},
      {"lease.max", limit(&service::LimitOverrides::lease_max)},
      {"clouds.aws.endpoint",
       endpoint([](Config& config) -> std::string& { return config.aws_endpoint; })},
      {"clouds.digitalocean.endpoint",
       endpoint([](Config& config) -> std::string& { return config.digitalocean_endpoint; })},
      {"notify.allow_private", set_allow_private},
      {"notify.retry_min",
       duration([](Config& config) -> Duration& { return config.notify.retry_min; })},
      {"notify.retry_max",
       duration([](Config& config) -> Duration& { return config.notify.retry_max; })},
      {"notify.give_up",
       duration([](Config& config) -> Duration& { return config.notify.give_up; })},
      {"notify.keep", duration([](Config& config) -> Duration& { return config.notify.keep; })},
      {"oslc.dialect", text(set_dialect)},
      {"oslc.base_url", text(set_base_url)},
      {"oslc.if_match", text(set_if_match)},
      {"oslc.dialog_hosts", set_dialog_hosts},
      {"smtp.url", text([](const std::string&, const std::string& value, Config& config) {
         return apply_smtp_url(value, config);
       })},
      {"smtp.from",
       text([](const std::string&, const std::string& value, Config& config) -> Result<void> {
         config.smtp.from = value;
         return {};
       })},
      {"smtp.user",
       text([](const std::string&, const std::string& value, Config& config) -> Result<void> {
         config.smtp.user = value;
         return {};
       })},
      {"smtp.password_file",
       text([](const std::string&, const std::string& value, Config& config) -> Result<void> {
         config.smtp_password_file = value;
         return {};
       })},
      {"smtp.tls", text([](const std::string&, const std::string& value, Config& config) {
         return apply_smtp_tls(value, config);
       })},
      {"clouds.aws.rate_percent", rate_percent("aws")},
      {"clouds.digitalocean.rate_percent", rate_percent("digitalocean")},
      {"clouds.emr.rate_percent", rate_percent("emr")},
      {"patience.poll",
       duration([](Config& config) -> Duration& { return config.poll_transition; })},
      {"patience.steady", duration([](Config& config) -> Duration& { return config.poll_steady; })},
      {"patience.dormant",
       duration([](Config& config) -> Duration& { return config.poll_dormant; })},
      {"patience.clusters",
       duration([](Config& config) -> Duration& { return config.poll_clusters; })},
      {"patience.boot",
       duration([](Config& config) -> Duration& { return config.policy.boot_deadline; })},
      {"patience.provision",
       duration([](Config& config) -> Duration& { return config.policy.provision_deadline; })},
      {"patience.look_up",
       duration([](Config& config) -> Duration& { return config.policy.look_up_window; })},
      {"patience.absence",
       duration([](Config& config) -> Duration& { return config.policy.absence_window; })},
      {"patience.vanish",
       duration([](Config& config) -> Duration& { return config.policy.vanish_window; })},
      {"patience.invisible",
       duration([](Config& config) -> Duration& { return config.policy.invisible_window; })},
      {"patience.tombstone",
       duration([](Config& config) -> Duration& { return config.policy.tombstone; })},
      {"sweep.interval",
       duration([](Config& config) -> Duration& { return config.sweep.interval; })},
      {"sweep.age_guard",
       duration([](Config& config) -> Duration& { return config.sweep.rules.age_guard; })},
      {"sweep.gap",
       duration([](Config& config) -> Duration& { return config.sweep.rules.seen_gap; })},
  };
  return all;
}

bool is_section(const std::string& name) {
  return std::ranges::any_of(
      setters(), [&](const auto& entry) { return entry.first.starts_with(name + "."); });
}

Result<void> read_table(const toml::table& table, const std::string& prefix, Config& config) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* section = node.as_table(); section && is_section(name)) {
      TRY_VOID(read_table(*section, name + ".", config));
      continue;
    }
    const auto setter = setters().find(name);
    if (setter == setters().end()) {
      return fail_field(
          name, fmt::format("is not a setting (line {}); docs/configuration.md lists them all",
                            node.source().begin.line));
    }
    TRY_VOID(setter->second(name, node, config));
  }
  return {};
}

}  // namespace

Result<void> read_toml(std::string_view content, const std::string& where, Config& config) {
  toml::table table;
  // Debian's toml++ is built to throw.
  try {
    table = toml::parse(content, where);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid, fmt::format("{}, line {}: {}", where, error.source().begin.line,
                                                error.description()));
  }
  auto read = read_table(table, "", config);
  if (!read) read.error().message = where + ": " + read.error().message;
  return read;
}

}  // namespace mayfly::server
