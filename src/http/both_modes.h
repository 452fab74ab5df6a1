// For tests that run in the clear and over TLS.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "http/made_certificate.h"
#include "http/raw_client.h"

namespace mayfly::http {

// The server's files for clients that speak so.
inline std::optional<TlsFiles> files_for(Speaks speaks) {
  static const MadeCertificate certificate;
  if (speaks == Speaks::plain) return std::nullopt;
  return certificate.files();
}

inline std::string mode_name(const testing::TestParamInfo<Speaks>& mode) {
  return mode.param == Speaks::tls ? "tls" : "plain";
}

}  // namespace mayfly::http
