#include "cli/settings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace mayfly::cli {
namespace {

namespace files = std::filesystem;

std::unexpected<Error> cannot(std::string_view what, const files::path& path, int error) {
  return fail(ErrorCode::internal,
              fmt::format("Cannot {} {}: {}", what, path.string(), std::strerror(error)));
}

std::string first_given(std::string first, std::string second) {
  return first.empty() ? second : first;
}

Result<void> write_private_file(const files::path& path, std::string_view text) {
  // O_EXCL with a mode: never readable by others, not even before a chmod.
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return cannot("write", path, errno);
  bool good = fchmod(fd, 0600) == 0;
  while (good && !text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    good = count > 0;
    if (good) text.remove_prefix(static_cast<std::size_t>(count));
  }
  good = good && fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!good) {
    ::unlink(path.c_str());
    return cannot("write", path, error);
  }
  return {};
}

Result<Settings> read_settings_file(const files::path& path, std::string& warning) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Settings{};
    return cannot("read", path, errno);
  }
  if ((about.st_mode & 077) != 0) {
    warning =
        fmt::format("{0} holds your token and others can read it: chmod 600 {0}", path.string());
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!(text << file.rdbuf())) return cannot("read", path, EIO);
  return parse_settings(text.str(), path.string());
}

}  // namespace

Result<files::path> settings_path(const Environment& environment) {
  const files::path base = environment("XDG_CONFIG_HOME");
  if (base.is_absolute()) return base / "mayfly" / "client.toml";
  const files::path home = environment("HOME");
  if (home.is_absolute()) return home / ".config" / "mayfly" / "client.toml";
  return fail(ErrorCode::internal, "There is no place for settings: HOME is not set",
              "Set HOME, or MAYFLY_URL, MAYFLY_USER and MAYFLY_TOKEN.");
}

Result<LoadedSettings> load_settings(const Environment& environment, const Overrides& overrides) {
  LoadedSettings loaded;
  Settings stored;
  // Who gives everything by the environment needs no home.
  if (const auto path = settings_path(environment)) {
    TRY(stored, read_settings_file(*path, loaded.warning));
  }
  Settings& settings = loaded.settings;
  settings.url = first_given(overrides.url.value_or(""), environment("MAYFLY_URL"));
  if (!settings.url.empty()) {
    TRY(settings.url, checked_url(settings.url));
  }
  settings.user = first_given(first_given(overrides.user.value_or(""), environment("MAYFLY_USER")),
                              stored.user);
  settings.token = Secret(environment("MAYFLY_TOKEN"));
  const bool same_server = settings.url.empty() || settings.url == stored.url;
  if (settings.token.empty() && same_server) settings.token = stored.token;
  // Nor does one server's authority speak for another server.
  settings.ca = first_given(overrides.ca.value_or(""), environment("MAYFLY_CA"));
  if (settings.ca.empty() && same_server) settings.ca = stored.ca;
  if (settings.url.empty()) settings.url = stored.url;
  return loaded;
}

Result<files::path> store_settings(const Environment& environment, const Settings& settings) {
  TRY(const files::path path, settings_path(environment));
  const files::path folder = path.parent_path();
  std::error_code error;
  files::create_directories(folder.parent_path(), error);
  if (error) return cannot("create", folder.parent_path(), error.value());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return cannot("create", folder, errno);
  }
  if (::chmod(folder.c_str(), 0700) != 0) return cannot("protect", folder, errno);

  const files::path beside = folder / fmt::format(".client.toml.{}", ::getpid());
  ::unlink(beside.c_str());  // of an earlier process with our number that was killed here
  TRY_VOID(write_private_file(beside, print_settings(settings)));
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(beside.c_str());
    return cannot("write", path, reason);
  }
  return path;
}

Result<bool> remove_settings(const Environment& environment) {
  TRY(const files::path path, settings_path(environment));
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return cannot("remove", path, errno);
}

Result<std::string> checked_url(std::string_view url) {
  const std::size_t scheme_end = url.starts_with("https://")  ? 8
                                 : url.starts_with("http://") ? 7
                                                              : 0;
  const std::string_view rest = url.substr(scheme_end);
  const std::string_view host = rest.substr(0, rest.find('/'));
  const bool clean = std::ranges::all_of(url, [](char c) {
    return c > ' ' && c <= '~' && !std::string_view("?#@\"<>\\^`{|}").contains(c);
  });
  if (scheme_end == 0 || host.empty() || host.starts_with(':') || !clean) {
    return fail(ErrorCode::invalid, fmt::format("'{}' is not a server's address", url),
                "Write it like http://127.0.0.1:8080 or https://mayfly.example.com.");
  }
  std::string checked(url);
  while (checked.ends_with('/')) checked.pop_back();
  return checked;
}

bool is_exposed(std::string_view url) {
  if (!url.starts_with("http://")) return false;
  const std::string_view host = url.substr(7, url.find_first_of("/", 7) - 7);
  const std::string_view name =
      host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  const bool loopback =
      name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string_view::npos;
  return !loopback && name != "localhost" && name != "[::1]";
}

}  // namespace mayfly::cli
