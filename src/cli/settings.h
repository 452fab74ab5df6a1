// Who we are to which server: what `mayfly login` stored, under what the environment says, under
// what the command line says.
//
// The file, client.toml in $XDG_CONFIG_HOME/mayfly or ~/.config/mayfly, holds a token: it is
// readable by its owner only (0600 in a 0700 directory) and replaced as a whole. A stored token is
// never sent to another server than the one it was stored for.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/secret.h"

namespace mayfly::cli {

struct Settings {
  std::string url;  // without a slash at its end
  std::string user;
  Secret token;
  std::string ca = {};  // a file of authorities to trust, instead of the system's; may be empty
};

using Environment = std::function<std::string(const std::string&)>;

struct Overrides {
  std::optional<std::string> url;
  std::optional<std::string> user;
  std::optional<std::string> ca;
};

Result<std::filesystem::path> settings_path(const Environment& environment);

// Parts that nobody gave are empty. `warning` is set when the file can be read by others.
struct LoadedSettings {
  Settings settings;
  std::string warning;
};
Result<LoadedSettings> load_settings(const Environment& environment, const Overrides& overrides);

Result<std::filesystem::path> store_settings(const Environment& environment,
                                             const Settings& settings);
// False when there was none.
Result<bool> remove_settings(const Environment& environment);

// http(s)://host[:port][/path] without user, query and fragment; the slash at its end is dropped.
Result<std::string> checked_url(std::string_view url);
// Whether a token sent there can be read on the way.
bool is_exposed(std::string_view url);

// The file's text and back (TOML).
std::string print_settings(const Settings& settings);
Result<Settings> parse_settings(std::string_view text, const std::string& path);

}  // namespace mayfly::cli
