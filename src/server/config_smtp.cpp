#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "server/config_detail.h"

namespace mayfly::server::config_detail {
namespace {

constexpr std::size_t kPasswordMax = 1024;

std::string smtp_host_of(const std::string& url) {
  std::string host = url.substr(url.find("//") + 2);
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

// The first line. Refused when others may read it, as the master key's is.
Result<Secret> read_password(const std::filesystem::path& path) {
  const auto refuse = [&](const char* why) {
    return fail_field("smtp.password_file", fmt::format("{}: {}", path.string(), why));
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return refuse("cannot be opened");
  struct stat status{};
  char text[kPasswordMax + 1];
  const bool open_to_others = ::fstat(fd, &status) != 0 || (status.st_mode & 077) != 0;
  const ssize_t size = ::read(fd, text, sizeof text);
  ::close(fd);
  if (open_to_others) return refuse("can be read by others; chmod 600 it");
  if (size <= 0 || size > static_cast<ssize_t>(kPasswordMax)) return refuse("holds no password");
  const std::string_view whole(text, static_cast<std::size_t>(size));
  Secret password(whole.substr(0, whole.find_first_of("\r\n")));
  std::ranges::fill(text, '\0');
  return password;
}

}  // namespace

Result<void> apply_smtp_url(const std::string& text, Config& config) {
  const bool known = text.starts_with("smtp://") || text.starts_with("smtps://");
  const std::string rest = known ? text.substr(text.find("//") + 2) : std::string();
  const bool plain = std::ranges::all_of(rest, [](char c) { return c > ' ' && c < 0x7f; });
  if (rest.empty() || !plain || rest.find_first_of("/@?#") != std::string::npos) {
    return fail_field("smtp.url",
                      "must be smtp://HOST:PORT or smtps://HOST:PORT, with the user in "
                      "smtp.user");
  }
  config.smtp.url = text;
  return {};
}

Result<void> apply_smtp_tls(const std::string& text, Config& config) {
  constexpr std::pair<std::string_view, mail::Tls> policies[] = {
      {"required", mail::Tls::required},
      {"opportunistic", mail::Tls::opportunistic},
      {"none", mail::Tls::none}};
  for (const auto& [name, policy] : policies) {
    if (text != name) continue;
    config.smtp.tls = policy;
    return {};
  }
  return fail_field("smtp.tls", "must be required, opportunistic or none");
}

Result<void> complete_smtp(Config& config) {
  mail::SmtpSettings& smtp = config.smtp;
  if (smtp.url.empty()) return {};
  if (!mail::is_address(smtp.from))
    return fail_field("smtp.from", "must be an address such as mayfly@example.com");
  if (smtp.password.empty() && !config.smtp_password_file.empty()) {
    TRY(smtp.password, read_password(config.smtp_password_file));
  }
  if (smtp.user.empty() != smtp.password.empty()) {
    return fail_field("smtp.user",
                      "needs a password, and the other way round: "
                      "MAYFLY_SMTP_PASSWORD or smtp.password_file");
  }
  const bool in_clear = smtp.tls != mail::Tls::required && smtp.url.starts_with("smtp://");
  if (!smtp.user.empty() && in_clear && !is_loopback(smtp_host_of(smtp.url))) {
    return fail_field("smtp.tls", "must be required where a password is sent to another machine");
  }
  return {};
}

}  // namespace mayfly::server::config_detail
