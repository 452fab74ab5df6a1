// The certificate that a server shows, taken from files that somebody else renews while we run.
// Whoever renews them tells nobody, so they are looked at again when a client comes, at most every
// few seconds. A pair that cannot be used (half written, not belonging together) is said once in
// the log, and the one before stays.
//
// Threads: any.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "core/result.h"
#include "core/time.h"
#include "http/server.h"

struct ssl_ctx_st;

namespace mayfly::http {

using TlsContext = std::shared_ptr<ssl_ctx_st>;

class Certificate {
 public:
  static constexpr Duration kLookAgain = 2s;

  // Fails with what to do when the files are no pair that OpenSSL takes.
  static Result<std::unique_ptr<Certificate>> load(const TlsFiles& files,
                                                   Duration look_again = kLookAgain);

  // What to greet the next client with.
  TlsContext current();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  // What tells one file from the one that has taken its name.
  struct Identity {
    std::uint64_t inode = 0;
    std::int64_t size = -1;  // of no file
    std::int64_t changed_seconds = 0;
    std::int64_t changed_nanoseconds = 0;
    bool operator==(const Identity&) const = default;
  };
  using Identities = std::array<Identity, 2>;

  Certificate(TlsFiles files, Duration look_again)
      : files_(std::move(files)), look_again_(look_again) {}
  Identities identities() const;

  const TlsFiles files_;
  const Duration look_again_;
  std::mutex mutex_;  // guards all below
  TlsContext context_;
  Identities seen_;
  Instant looked_ = {};
};

}  // namespace mayfly::http
