#include "server/config.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "json/rules.h"
#include "server/config_detail.h"

namespace mayfly::server {
namespace {

constexpr char kSystemConfig[] = "/etc/mayfly/mayfly.toml";

}  // namespace

namespace config_detail {

Result<void> apply_listen(const std::string& text, Config& config) {
  const std::size_t colon = text.rfind(':');
  unsigned port = 0;
  const char* begin = text.data() + (colon == std::string::npos ? 0 : colon + 1);
  auto [end, error] = std::from_chars(begin, text.data() + text.size(), port);
  if (colon == std::string::npos || colon == 0 || error != std::errc{} ||
      end != text.data() + text.size() || port > 65'535) {
    return fail_field("listen",
                      fmt::format("must be ADDRESS:PORT such as 127.0.0.1:8080, not '{}'", text));
  }
  config.address = text.substr(0, colon);
  if (config.address.starts_with('[') && config.address.ends_with(']'))
    config.address = config.address.substr(1, config.address.size() - 2);
  if (config.address == "localhost") config.address = "127.0.0.1";
  config.port = static_cast<unsigned short>(port);
  return {};
}

Result<void> apply_auth(const std::string& text, Config& config) {
  if (text != "token" && text != "none") return fail_field("auth", "must be 'token' or 'none'");
  config.authenticate = text == "token";
  return {};
}

Result<void> apply_log_level(const std::string& text, Config& config) {
  constexpr std::pair<std::string_view, log::Level> levels[] = {{"debug", log::Level::debug},
                                                                {"info", log::Level::info},
                                                                {"warning", log::Level::warning},
                                                                {"error", log::Level::error}};
  for (const auto& [name, level] : levels) {
    if (text != name) continue;
    config.log_level = level;
    return {};
  }
  return fail_field("log.level", "must be debug, info, warning or error");
}

Result<void> apply_endpoint(const std::string& field, std::string text, std::string& endpoint) {
  if (!text.starts_with("http://") && !text.starts_with("https://")) {
    return fail_field(field, "must begin with http:// or https://");
  }
  while (text.ends_with('/')) text.pop_back();
  endpoint = std::move(text);
  return {};
}

}  // namespace config_detail

namespace {

using namespace config_detail;

Result<void> from_environment(const Environment& environment, Config& config) {
  if (const auto listen = environment("MAYFLY_LISTEN")) TRY_VOID(apply_listen(*listen, config));
  if (const auto data = environment("MAYFLY_DATA")) config.data = *data;
  if (const auto auth = environment("MAYFLY_AUTH")) TRY_VOID(apply_auth(*auth, config));
  if (const auto level = environment("MAYFLY_LOG_LEVEL")) TRY_VOID(apply_log_level(*level, config));
  if (const auto url = environment("AWS_ENDPOINT_URL"))
    TRY_VOID(apply_endpoint("AWS_ENDPOINT_URL", *url, config.aws_endpoint));
  if (const auto url = environment("DIGITALOCEAN_API_URL"))
    TRY_VOID(apply_endpoint("DIGITALOCEAN_API_URL", *url, config.digitalocean_endpoint));
  if (const auto password = environment("MAYFLY_SMTP_PASSWORD"))
    config.smtp.password = Secret(*password);
  if (const auto key = environment("MAYFLY_MASTER_KEY")) config.master_key = Secret(*key);
  return {};
}

std::filesystem::path default_data(const Environment& environment) {
  if (const auto base = environment("XDG_DATA_HOME"); base && !base->empty())
    return std::filesystem::path(*base) / "mayfly";
  const auto home = environment("HOME");
  return std::filesystem::path(home.value_or(".")) / ".local/share/mayfly";
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file)
    return fail(ErrorCode::invalid, "Cannot read the configuration file " + path,
                "Check its path and rights.");
  return std::move(text).str();
}

}  // namespace

bool is_loopback(std::string_view address) {
  return address == "127.0.0.1" || address == "localhost" || address == "::1" ||
         address.starts_with("127.");
}

bool is_private(const Config& config) {
  return config.tls || is_loopback(config.address) || config.oslc.base_url.starts_with("https://");
}

std::optional<std::string> process_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

Result<Config> load_config(const Overrides& overrides, const Environment& environment) {
  Config config;
  config.data = default_data(environment);
  std::string file =
      overrides.config.empty() ? environment("MAYFLY_CONFIG").value_or("") : overrides.config;
  if (file.empty() && std::filesystem::exists(kSystemConfig)) file = kSystemConfig;
  if (!file.empty()) {
    TRY(const std::string text, read_file(file));
    TRY_VOID(read_toml(text, file, config));
  }
  TRY_VOID(from_environment(environment, config));
  if (!overrides.listen.empty()) TRY_VOID(apply_listen(overrides.listen, config));
  if (!overrides.data.empty()) config.data = overrides.data;
  if (!overrides.auth.empty()) TRY_VOID(apply_auth(overrides.auth, config));
  if (!overrides.log_level.empty()) TRY_VOID(apply_log_level(overrides.log_level, config));
  config.log_json = config.log_json || overrides.log_json;
  TRY_VOID(complete_smtp(config));
  if (config.tls && (config.tls->certificate.empty() || config.tls->key.empty()))
    return fail_field("http.tls", "needs both, certificate and key");
  if (!config.authenticate && !is_loopback(config.address)) {
    return fail_field("auth",
                      "may be 'none' only on a loopback address: without tokens everybody who "
                      "reaches the port spends your money");
  }
  const service::LeasePolicy& lease = config.allowance.lease;
  if (lease.otherwise && lease.longest && *lease.otherwise > *lease.longest)
    return fail_field("lease.default", "must not be longer than lease.max");
  for (const std::string& region : config.regions) {
    if (region.empty() || !json::matches(json::Text::pattern, region))
      return fail_field("defaults.regions", "holds '" + region + "', which is no region or glob");
  }
  return config;
}

}  // namespace mayfly::server
