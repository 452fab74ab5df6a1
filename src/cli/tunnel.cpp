#include "cli/tunnel.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace mayfly::cli {
namespace {

constexpr int kRootsPorts = 1024;

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool connects(int port) const {
    const sockaddr_in address = loopback(port);
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  // The port that was bound; 0 when it could not be.
  int binds(int port) const {
    sockaddr_in address = loopback(port);
    socklen_t size = sizeof address;
    // As ssh does: what still lingers of an earlier tunnel is in nobody's way.
    const int yes = 1;
    if (setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) return 0;
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0) return 0;
    if (getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    return ntohs(address.sin_port);
  }

 private:
  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  int fd_;
};

std::string find_program(std::string_view name, std::string_view path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    const std::string candidate = fmt::format("{}/{}", path.substr(0, end), name);
    if (end > 0 && access(candidate.c_str(), X_OK) == 0) return candidate;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return "";
}

std::vector<std::string> words_of(const TunnelPlan& plan) {
  std::vector<std::string> words = {"ssh", "-N"};
  if (!plan.identity.empty()) {
    words.push_back("-i");
    words.push_back(plan.identity);
  }
  for (const TunnelledPort& port : plan.ports) {
    words.push_back("-L");
    words.push_back(fmt::format("{}:localhost:{}", port.local, port.remote));
  }
  words.push_back(plan.login);
  return words;
}

std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("@%+=:,./-_~").contains(c);
  });
  if (plain) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// Between fork and exec, where only what is safe in a signal's handler may be called.
[[noreturn]] void become(const char* program, char* const* words, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(0);  // it ended before we could ask to be told
  execv(program, words);
  _exit(127);
}

}  // namespace

std::string tunnel_line(const TunnelPlan& plan) {
  std::string line;
  for (const std::string& word : words_of(plan)) line += (line.empty() ? "" : " ") + quoted(word);
  return line;
}

int usual_local_port(int remote) {
  return remote == 80 ? 8080 : remote < kRootsPorts ? remote + 8000 : remote;
}

int free_local_port(int wanted) {
  if (const int bound = Socket().binds(wanted); bound > 0) return bound;
  const int other = Socket().binds(0);
  return other > 0 ? other : wanted;
}

Result<Tunnel> Tunnel::open(const TunnelPlan& plan, const std::string& path) {
  const std::string program = find_program("ssh", path);
  if (program.empty()) {
    return fail(ErrorCode::internal, "There is no ssh here: it is not among the folders of PATH",
                fmt::format("Install it (Debian, Ubuntu: openssh-client), or run this where it is: "
                            "{}",
                            tunnel_line(plan)));
  }
  std::vector<std::string> words = words_of(plan);
  // A port that it cannot have must be its end, not a warning that nobody waits for.
  words.insert(words.begin() + 2, {"-o", "ExitOnForwardFailure=yes"});
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(program.c_str(), pointers.data(), parent);
  if (pid < 0) {
    return fail(ErrorCode::internal, fmt::format("ssh cannot be started: {}", strerror(errno)));
  }
  return Tunnel(pid, plan.ports);
}

Tunnel::Tunnel(Tunnel&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), code_(other.code_), ports_(std::move(other.ports_)) {}

Tunnel::~Tunnel() {
  if (pid_ == 0) return;
  kill(pid_, SIGTERM);
  wait();
}

bool Tunnel::stands() const {
  return std::ranges::all_of(
      ports_, [](const TunnelledPort& port) { return Socket().connects(port.local); });
}

std::optional<int> Tunnel::ended() {
  if (pid_ == 0) return code_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  return reap(status);
}

int Tunnel::wait() {
  int status = 0;
  while (pid_ != 0) {
    if (waitpid(pid_, &status, 0) == pid_) return reap(status);
    if (errno != EINTR) return reap(1 << 8);
  }
  return code_;
}

int Tunnel::reap(int status) {
  pid_ = 0;
  code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return code_;
}

}  // namespace mayfly::cli
