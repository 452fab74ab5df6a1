// The setters that the file, the environment and the command line share.
#pragma once

#include "server/config.h"

namespace mayfly::server::config_detail {

Result<void> apply_listen(const std::string& text, Config& config);
Result<void> apply_auth(const std::string& text, Config& config);
Result<void> apply_log_level(const std::string& text, Config& config);
Result<void> apply_endpoint(const std::string& field, std::string text, std::string& endpoint);

Result<void> apply_smtp_url(const std::string& text, Config& config);
Result<void> apply_smtp_tls(const std::string& text, Config& config);
// Once everything is read: the password's file, and whether all of it fits together.
Result<void> complete_smtp(Config& config);

}  // namespace mayfly::server::config_detail
