// The `mayfly` command. Everything a person can type is one tree with one help; what needs the
// server's own rooms (serve, user add, config check) is handed in by main.cpp, so this room stays a
// REST client.
//
// A failing ServerCommand reports on standard error by itself and answers its exit code.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace mayfly::cli {

// Empty texts: as the configuration says.
struct ServeOptions {
  std::string config;     // file
  std::string listen;     // 127.0.0.1:8080
  std::string data;       // directory
  std::string auth;       // token, none
  std::string log_level;  // debug, info, warning, error
  bool log_json = false;
};

struct UserAddOptions {
  std::string name;
  bool admin = false;
  std::string config;
  std::string data;
};

struct UserTokenOptions {
  std::string name;
  std::string config;
  std::string data;
};

struct ConfigCheckOptions {
  std::string config;
};

struct ServerCommands {
  std::function<int(const ServeOptions&)> serve;
  std::function<int(const UserAddOptions&)> user_add;
  std::function<int(const UserTokenOptions&)> user_token;
  std::function<int(const ConfigCheckOptions&)> config_check;
};

// The whole program: answers its exit code (exit_code.h).
int run(int argc, char** argv, std::string_view version, const ServerCommands& commands);

}  // namespace mayfly::cli
