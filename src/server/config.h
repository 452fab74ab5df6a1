// Every setting of the server, with its default. Read from TOML, then the environment, then the
// command line; later ones win. A setting that is not known is refused by name, so that a typing
// error does not pass for a default.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/log.h"
#include "core/result.h"
#include "core/secret.h"
#include "engine/sweeper.h"
#include "http/server.h"
#include "lifecycles/reservation.h"
#include "mail/smtp.h"
#include "notify/notifier.h"
#include "oslc/door.h"
#include "service/limits.h"

namespace mayfly::server {

struct Config {
  std::string version = "0";  // of the program; not a setting
  // [server]
  std::string address = "127.0.0.1";  // listen = "127.0.0.1:8080"
  unsigned short port = 8080;
  std::filesystem::path data;  // directory; default: $XDG_DATA_HOME/mayfly or ~/.local/share/mayfly
  bool authenticate = true;    // auth = "token" | "none"; none only on loopback
  unsigned threads = 2;
  // [http.tls] certificate, key: both or none. None: HTTP in the clear.
  std::optional<http::TlsFiles> tls;
  // [log]
  log::Level log_level = log::Level::info;
  bool log_json = false;  // format = "text" | "json"
  // [defaults]
  std::vector<std::string> regions;
  // [limits] of each user, and [lease]: empty means that there is none.
  service::Allowance allowance;
  // [clouds.aws], [clouds.digitalocean]
  std::string aws_endpoint;  // empty: AWS itself
  std::string digitalocean_endpoint = "https://api.digitalocean.com";
  std::map<std::string, int> rate_percent;  // by cloud; 100: our share of the published limits
  // [patience]: how long to wait before believing; lifecycles/reservation.h explains each.
  lifecycles::Policy policy;
  Duration poll_transition = 2s;
  Duration poll_steady = 4s;
  Duration poll_dormant = 10min;
  Duration poll_clusters = 30s;  // at least, whatever the others say: EMR bears no more
  // [notify]: version and public_only are filled in by the assembly.
  notify::Settings notify;
  bool notify_allow_private = false;  // webhooks may point at this machine and its network
  // [oslc]: dialect = "both" | "published" | "2014", base_url, if_match = "strict" | "lenient",
  // dialog_hosts
  oslc::DoorOptions oslc;
  // [smtp]: no url, no e-mail. The password comes from MAYFLY_SMTP_PASSWORD or password_file.
  mail::SmtpSettings smtp;
  std::filesystem::path smtp_password_file;
  // [sweep]: machines that nothing answers for; engine/stray.h and engine/sweeper.h explain each.
  engine::SweepSettings sweep;
  // MAYFLY_MASTER_KEY only: 64 hexadecimal characters instead of the file DATA/master.key
  Secret master_key;
};

using Environment = std::function<std::optional<std::string>(const char* name)>;

// What the command line says; empty = nothing.
struct Overrides {
  std::string config;
  std::string listen;
  std::string data;
  std::string auth;
  std::string log_level;
  bool log_json = false;
};

// Does only this machine reach it?
bool is_loopback(std::string_view address);
// Whether what clients send cannot be read on the way, as far as we know: TLS of ours, of a proxy
// that oslc.base_url speaks of, or no way at all.
bool is_private(const Config& config);

Result<Config> load_config(const Overrides& overrides, const Environment& environment);
// The part of load_config that reads a file's text; `where` names it in errors.
Result<void> read_toml(std::string_view text, const std::string& where, Config& config);
std::optional<std::string> process_environment(const char* name);

}  // namespace mayfly::server
