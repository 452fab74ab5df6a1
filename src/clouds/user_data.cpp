// Facts about cloud-init that shape this file (cloudinit/user_data.py, handlers/cloud_config.py):
// - Top-level `ssh_authorized_keys` goes to the image's default user and to root; whether root may
//   use it is the image's `disable_root`, which is true on EC2 images and false on DigitalOcean's.
// - #cloud-config parts are merged in order, each by its own Merge-Type into what is there. Ours is
//   the last and adds to lists without replacing any key, so the user's document always wins.
// - A part's Python side mangles UTF-8 that is not encoded, so such parts are sent as base64.
#include "clouds/user_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "clouds/base64.h"
#include "core/id.h"
#include "json/print.h"

namespace mayfly::clouds {
namespace {

constexpr char kMergeAfterUsers[] = "list(append)+dict(no_replace,recurse_list)+str()";

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

// What cloud-init calls a document that begins so. It compares without case and after blanks;
// longer beginnings come first. What begins with none of these is sent as text/plain, which makes
// cloud-init look for itself.
std::string_view content_type_of(std::string_view user_data) {
  struct Row {
    std::string_view begins;
    std::string_view type;
  };
  static constexpr std::array kRows{
      Row{"#cloud-config-archive", "text/cloud-config-archive"},
      Row{"#cloud-config-jsonp", "text/cloud-config-jsonp"},
      Row{"## template: jinja", "text/jinja2"},
      Row{"#cloud-boothook", "text/cloud-boothook"},
      Row{"#cloud-config", "text/cloud-config"},
      Row{"#include-once", "text/x-include-once-url"},
      Row{"#part-handler", "text/part-handler"},
      Row{"#include", "text/x-include-url"},
      Row{"#!", "text/x-shellscript"},
  };
  const std::size_t first = user_data.find_first_not_of(" \t\r\n\v\f");
  const std::string begin =
      lowered(user_data.substr(std::min(first, user_data.size())).substr(0, 32));
  for (const Row& row : kRows) {
    if (begin.starts_with(row.begins)) return row.type;
  }
  return "text/plain";
}

// A message with its own headers, as `cloud-init devel make-mime` writes them. A script that merely
// mentions MIME is none: the headers must be the first thing in it.
bool is_mime(std::string_view user_data) {
  const std::string head = lowered(user_data.substr(0, user_data.find("\n\n")));
  const std::string_view first_line = std::string_view(head).substr(0, head.find('\n'));
  const std::size_t name = first_line.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-");
  const bool header_first = name != 0 && name != std::string_view::npos && first_line[name] == ':';
  return (header_first || first_line.starts_with("from ")) && head.contains("mime-version:");
}

bool is_plain_ascii(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\t'; });
}

std::string part(std::string_view type, std::string_view filename, std::string_view more_headers,
                 std::string_view body) {
  const bool plain = is_plain_ascii(body);
  return fmt::format(
      "Content-Type: {}; charset=\"utf-8\"\n"
      "Content-Transfer-Encoding: {}\n"
      "Content-Disposition: attachment; filename=\"{}\"\n"
      "{}\n{}",
      type, plain ? "7bit" : "base64", filename, more_headers,
      plain ? std::string(body) : base64_encode(body));
}

// JSON's strings are YAML's double-quoted ones, whatever the key's comment contains.
std::string ssh_key_config(std::string_view ssh_public_key) {
  // DigitalOcean gives a droplet without account keys a root password that expires at the first login,
  // and ssh with a key then asks for a new one instead of running a command.
  return fmt::format("#cloud-config\nssh_authorized_keys:\n  - {}\nchpasswd:\n  expire: false\n",
                     json::quote(ssh_public_key));
}

std::string users_part(std::string_view user_data) {
  if (is_mime(user_data)) return std::string(user_data);
  return part(content_type_of(user_data), "user-data", "", user_data);
}

}  // namespace

std::string render_user_data(std::string_view ssh_public_key, std::string_view user_data) {
  if (ssh_public_key.empty()) return std::string(user_data);
  const std::string config = ssh_key_config(ssh_public_key);
  if (user_data.empty()) return config;
  // Neither part can contain the hash of both.
  const std::string boundary =
      "mayfly-" + sha256_hex(fmt::format("{}\n{}", ssh_public_key, user_data)).substr(0, 32);
  return fmt::format(
      "Content-Type: multipart/mixed; boundary=\"{0}\"\n"
      "MIME-Version: 1.0\n"
      "\n"
      "--{0}\n{1}\n"
      "--{0}\n{2}\n"
      "--{0}--\n",
      boundary, users_part(user_data),
      part("text/cloud-config", "mayfly-ssh-key.cfg",
           fmt::format("Merge-Type: {}\n", kMergeAfterUsers), config));
}

}  // namespace mayfly::clouds
