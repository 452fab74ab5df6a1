// A tunnel to a machine's own pages, made by the ssh that is installed here. ssh has our terminal:
// it asks for passphrases and about unknown hosts itself, reads the user's own configuration, and
// says itself what is wrong. It ends when we end, however that happens.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace mayfly::cli {

// One page at the other end, and where it is here.
struct TunnelledPort {
  int local = 0;
  int remote = 0;
};

struct TunnelPlan {
  std::string login;  // hadoop@ec2-192-0-2-1.compute-1.amazonaws.com
  std::vector<TunnelledPort> ports;
  std::string identity;  // a file with a private key; empty: what ssh takes by itself
};

// The line that a person would type, quoted for a shell.
std::string tunnel_line(const TunnelPlan& plan);

// Where a page can be here: as there, but above the ports that belong to root.
int usual_local_port(int remote);
// That port, or another one when somebody has it.
int free_local_port(int wanted);

class Tunnel {
 public:
  // `path` is the environment's PATH. Fails when there is no ssh.
  static Result<Tunnel> open(const TunnelPlan& plan, const std::string& path);

  Tunnel(Tunnel&& other) noexcept;
  Tunnel& operator=(Tunnel&&) = delete;
  ~Tunnel();

  // Whether all its ports take connections here: then ssh is logged in.
  bool stands() const;
  // The exit code of ssh, once it has ended (128 + signal when it was killed).
  std::optional<int> ended();
  // Waits for that.
  int wait();

 private:
  Tunnel(pid_t pid, std::vector<TunnelledPort> ports) : pid_(pid), ports_(std::move(ports)) {}
  int reap(int status);

  pid_t pid_;  // 0: reaped
  int code_ = 0;
  std::vector<TunnelledPort> ports_;
};

}  // namespace mayfly::cli
