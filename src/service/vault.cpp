#include "service/vault.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "core/assert.h"

namespace mayfly::service {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  bool good() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::unexpected<Error> file_error(const std::filesystem::path& path, const char* what) {
  return fail(ErrorCode::internal,
              fmt::format("Cannot {} the master key file {}: {}", what, path.string(),
                          std::strerror(errno)),
              "Check the directory's owner and rights, or set MAYFLY_MASTER_KEY.");
}

// Made whole or not at all: written under another name first, then linked, so that two servers
// starting at once end up with one key.
Result<void> make_key_file(const std::filesystem::path& path) {
  const std::filesystem::path fresh = path.string() + fmt::format(".new-{}", ::getpid());
  unsigned char key[kKeyBytes];
  randombytes_buf(key, sizeof key);
  char hex[2 * kKeyBytes + 1];
  sodium_bin2hex(hex, sizeof hex, key, sizeof key);
  sodium_memzero(key, sizeof key);
  hex[2 * kKeyBytes] = '\n';
  const File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const bool written = file.good() &&
                       ::write(file.fd(), hex, sizeof hex) == static_cast<ssize_t>(sizeof hex) &&
                       ::fsync(file.fd()) == 0;
  sodium_memzero(hex, sizeof hex);
  const int linked = written ? ::link(fresh.c_str(), path.c_str()) : -1;
  const int link_error = errno;
  ::unlink(fresh.c_str());
  errno = link_error;
  if (linked != 0 && errno != EEXIST) return file_error(path, "make");
  return {};
}

}  // namespace

Result<Vault> Vault::open(const std::filesystem::path& key_file) {
  ASSERT(sodium_init() >= 0);
  if (::access(key_file.c_str(), F_OK) != 0) TRY_VOID(make_key_file(key_file));
  const File file(::open(key_file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.good()) return file_error(key_file, "open");
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) return file_error(key_file, "look at");
  if ((status.st_mode & 077) != 0) {
    return fail(ErrorCode::internal,
                fmt::format("The master key file {} can be read by others", key_file.string()),
                fmt::format("Run: chmod 600 {}", key_file.string()));
  }
  char text[2 * kKeyBytes + 2] = {};
  const ssize_t size = ::read(file.fd(), text, sizeof text - 1);
  if (size < 0) return file_error(key_file, "read");
  std::string_view hex(text, static_cast<std::size_t>(size));
  while (hex.ends_with('\n') || hex.ends_with('\r')) hex.remove_suffix(1);
  auto vault = from_hex(Secret(hex));
  sodium_memzero(text, sizeof text);
  return vault;
}

Result<Vault> Vault::from_hex(const Secret& hex) {
  ASSERT(sodium_init() >= 0);
  unsigned char key[kKeyBytes];
  std::size_t size = 0;
  const std::string_view text = hex.reveal();
  if (sodium_hex2bin(key, sizeof key, text.data(), text.size(), nullptr, &size, nullptr) != 0 ||
      size != kKeyBytes || text.size() != 2 * kKeyBytes) {
    return fail(ErrorCode::invalid, "The master key is not 64 hexadecimal characters",
                "Restore the file from its backup. With a new key every stored cloud key has to be "
                "added again.");
  }
  Vault vault{Secret(std::string_view(reinterpret_cast<const char*>(key), sizeof key))};
  sodium_memzero(key, sizeof key);
  return vault;
}

std::string Vault::seal(const Secret& plain, std::string_view context) const {
  const std::string_view text = plain.reveal();
  std::vector<unsigned char> sealed(kNonceBytes + text.size() + kTagBytes);
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + kNonceBytes, nullptr, bytes_of(text),
                                             text.size(), bytes_of(context), context.size(),
                                             nullptr, sealed.data(), bytes_of(key_.reveal()));
  std::string base64(sodium_base64_encoded_len(sealed.size(), kBase64), '\0');
  sodium_bin2base64(base64.data(), base64.size(), sealed.data(), sealed.size(), kBase64);
  base64.pop_back();
  return base64;
}

Result<Secret> Vault::unseal(std::string_view sealed, std::string_view context) const {
  const auto bad = [] {
    return fail(ErrorCode::internal, "A stored cloud key cannot be opened with this master key",
                "Start the server with the master key that the keys were stored with, or add the "
                "keys again.");
  };
  if (sealed.empty()) return bad();
  std::vector<unsigned char> bytes(sealed.size());
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), sealed.data(), sealed.size(), nullptr, &size,
                        nullptr, kBase64) != 0 ||
      size < kNonceBytes + kTagBytes) {
    return bad();
  }
  std::vector<unsigned char> plain(size - kNonceBytes - kTagBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          plain.data(), nullptr, nullptr, bytes.data() + kNonceBytes, size - kNonceBytes,
          bytes_of(context), context.size(), bytes.data(), bytes_of(key_.reveal())) != 0) {
    return bad();
  }
  Secret opened(std::string_view(reinterpret_cast<const char*>(plain.data()), plain.size()));
  sodium_memzero(plain.data(), plain.size());
  return opened;
}

// HMAC under a key of the purpose's own, so that sealing and tagging never share one.
std::string Vault::tag(std::string_view purpose, std::string_view text) const {
  unsigned char key[crypto_auth_hmacsha256_KEYBYTES];
  const std::string_view master = key_.reveal();
  crypto_generichash(key, sizeof key, bytes_of(purpose), purpose.size(), bytes_of(master),
                     master.size());
  unsigned char tag[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256(tag, bytes_of(text), text.size(), key);
  sodium_memzero(key, sizeof key);
  std::string hex(2 * sizeof tag + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), tag, sizeof tag);
  hex.pop_back();
  return hex;
}

}  // namespace mayfly::service
