#include "clouds/emr/entrances.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "clouds/aws/region_facts.h"
#include "clouds/aws/security_group.h"
#include "clouds/base64.h"
#include "core/id.h"

namespace mayfly::clouds::emr {
namespace {

using aws::Caller;

// Zeppelin, Ganglia and Spark's history: the pages that people are given links to
// (model/cluster.h). YARN's (8088) is not among them; whoever reaches it may run programs there.
constexpr std::array kPagePorts{8890, 80, 18080};

std::string remembered_below(const Caller& caller) {
  return fmt::format("{}\n{}\n", caller.credentials.key_id, caller.region);
}

// The type and the key itself.
std::string_view without_comment(std::string_view public_key) {
  const std::size_t type = public_key.find(' ');
  if (type == std::string_view::npos) return public_key;
  return public_key.substr(0, public_key.find_first_of(" \r\n", type + 1));
}

CloudFailure unusable_key(std::string_view public_key) {
  return {.reaction = Reaction::fatal,
          .code = "InvalidKey.Format",
          .message = fmt::format(
              "EC2 takes no ssh key of type {} for a cluster: give an ssh-ed25519 or ssh-rsa key "
              "in `ssh_public_key`.",
              public_key.substr(0, public_key.find(' ')))};
}

CloudFailure unusable_network(std::string_view cidr) {
  return {.reaction = Reaction::fatal,
          .code = "InvalidParameterValue",
          .message = fmt::format(
              "'{}' in `open_to` is not an IPv4 network smaller than everybody, such as "
              "203.0.113.0/24.",
              cidr)};
}

aws::GroupSpec group_open_to(const std::string& network) {
  aws::GroupSpec spec = aws::shared_group();
  spec.name = "mayfly open to " + network;
  spec.description = fmt::format(
      "Mayfly: ssh, and web pages of its clusters to {}. Shared by all of them, costs nothing.",
      network);
  for (const int port : kPagePorts) {
    spec.open.push_back({.port = port, .cidr = network, .ipv6_cidr = {}});
  }
  return spec;
}

}  // namespace

std::string key_pair_name(std::string_view public_key) {
  return fmt::format("mayfly-{}", sha256_hex(without_comment(public_key)).substr(0, 32));
}

std::string network_of(const std::string& cidr) {
  const std::size_t slash = cidr.find('/');
  if (slash == std::string::npos) return {};
  int bits = 0;
  const char* end = cidr.data() + cidr.size();
  const auto [read_to, failed] = std::from_chars(cidr.data() + slash + 1, end, bits);
  in_addr address{};
  if (failed != std::errc{} || read_to != end || bits < 1 || bits > 32 ||
      inet_pton(AF_INET, cidr.substr(0, slash).c_str(), &address) != 1) {
    return {};
  }
  const std::uint32_t network = ntohl(address.s_addr) & (~std::uint32_t{0} << (32 - bits));
  return fmt::format("{}.{}.{}.{}/{}", network >> 24, network >> 16 & 0xff, network >> 8 & 0xff,
                     network & 0xff, bits);
}

Entrances::Entrances(aws::SignedClient& client, const Clock& clock)
    : client_(client), key_pairs_(clock, aws::kFactsAge), groups_(clock, aws::kFactsAge) {}

void Entrances::forget(const Caller& caller) {
  const std::string beginning = remembered_below(caller);
  key_pairs_.forget(beginning);
  groups_.forget(beginning);
}

Work<std::string> Entrances::key_pair(Caller caller, std::string public_key) {
  std::string name = key_pair_name(public_key);
  std::string key = fmt::format("{}{}\n", remembered_below(caller), name);
  auto ask = [this, caller, name, public_key] { return import(caller, name, public_key); };
  return key_pairs_.get(std::move(key), std::move(ask));
}

Work<std::string> Entrances::import(Caller caller, std::string name, std::string public_key) {
  if (!public_key.starts_with("ssh-ed25519 ") && !public_key.starts_with("ssh-rsa ")) {
    co_return std::unexpected(unusable_key(public_key));
  }
  aws::Form form = aws::ec2_form("ImportKeyPair");
  form.add("KeyName", name);
  form.add("PublicKeyMaterial", base64_encode(without_comment(public_key)));
  auto importing = client_.ec2(std::move(caller), std::move(form), aws::kChangeDeadline);
  const CloudResult<aws::Xml> answer = co_await std::move(importing);
  // The name is made of the key: whoever was faster imported the same one.
  if (answer || answer.error().code == "InvalidKeyPair.Duplicate") co_return name;
  if (answer.error().code == "InvalidKey.Format") {
    co_return std::unexpected(unusable_key(public_key));
  }
  co_return std::unexpected(answer.error());
}

Work<std::string> Entrances::open_group(Caller caller, std::string vpc, std::string cidr) {
  const std::string network = network_of(cidr);
  std::string key = fmt::format("{}{}\n{}\n", remembered_below(caller), vpc, network);
  auto ask = [this, caller, vpc, cidr, network]() -> Work<std::string> {
    if (network.empty()) co_return std::unexpected(unusable_network(cidr));
    auto ensuring = aws::ensure_security_group(client_, caller, vpc, group_open_to(network));
    co_return co_await std::move(ensuring);
  };
  return groups_.get(std::move(key), std::move(ask));
}

}  // namespace mayfly::clouds::emr
