#include "clouds/digitalocean/allowances.h"

#include "core/id.h"

namespace mayfly::clouds::digitalocean {
namespace {

constexpr Duration kWindow = 1h;

}  // namespace

void Allowances::belongs(const std::string& key_id, std::string_view token) {
  std::string digest = sha256_hex(token);
  const std::lock_guard lock(mutex_);
  tokens_[key_id] = std::move(digest);
}

void Allowances::told(std::string_view token, Allowance left, Time now) {
  std::string digest = sha256_hex(token);
  const std::lock_guard lock(mutex_);
  told_[std::move(digest)] = {.left = left, .at = now};
  if (now >= forgot_at_ + kWindow || now < forgot_at_) forget_old(now);
}

std::optional<Allowance> Allowances::of(const std::string& key_id) const {
  const std::lock_guard lock(mutex_);
  const auto token = tokens_.find(key_id);
  if (token == tokens_.end()) return std::nullopt;
  const auto found = told_.find(token->second);
  return found == told_.end() ? std::nullopt : std::optional(found->second.left);
}

void Allowances::forget_old(Time now) {
  forgot_at_ = now;
  std::erase_if(told_, [now](const auto& entry) { return now - entry.second.at >= kWindow; });
  std::erase_if(tokens_, [this](const auto& entry) { return !told_.contains(entry.second); });
}

}  // namespace mayfly::clouds::digitalocean
