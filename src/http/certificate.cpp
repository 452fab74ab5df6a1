#include "http/certificate.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <cstring>

#include "core/log.h"

namespace mayfly::http {
namespace {

// TLS 1.2's; 1.3 has no others than good ones. All with forward secrecy and authenticated.
constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr unsigned char kHttp11[] = "\x08http/1.1";

// The first of what OpenSSL has to say: what comes after only says where it was noticed.
std::string reason_of_openssl() {
  const unsigned long code = ERR_peek_error();
  const char* reason =
      ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason ? reason : "it cannot be read";
}

std::unexpected<Error> cannot_use(const char* what, const std::filesystem::path& path) {
  return fail(ErrorCode::invalid,
              fmt::format("The {} {} cannot be used: {}", what, path.string(), reason_of_openssl()),
              "http.tls.certificate and http.tls.key name PEM files that belong together: the "
              "chain, the server's own certificate first, and its key without a passphrase.");
}

// A server has nobody to ask for a passphrase, and OpenSSL would ask the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

// A client that offers only what we do not speak is told so (RFC 7301 section 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, kHttp11, sizeof kHttp11 - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

TlsContext new_context() {
  TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX* raw = context.get();
  if (!raw || SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(raw, kCiphers) != 1) {
    return nullptr;
  }
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // A connection that waits keeps no buffers; one that works reads a record with one call.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(raw, 1);
  // Clients resume with tickets, which they keep themselves.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 1);
  SSL_CTX_set_default_passwd_cb(raw, &no_passphrase);
  SSL_CTX_set_alpn_select_cb(raw, &choose_protocol, nullptr);
  return context;
}

void warn_if_open(const std::filesystem::path& key) {
  struct stat about{};
  if (::stat(key.c_str(), &about) != 0 || (about.st_mode & (S_IRWXO | S_IWGRP)) == 0) return;
  log::warning(
      "others may read the server's key",
      {{"file", key.string()}, {"remedy", "chmod 600 (or 640 for a group that needs it)"}});
}

Result<TlsContext> read_pair(const TlsFiles& files) {
  ERR_clear_error();
  TlsContext context = new_context();
  if (!context) return fail(ErrorCode::internal, "OpenSSL refuses: " + reason_of_openssl());
  SSL_CTX* raw = context.get();
  if (SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) != 1)
    return cannot_use("certificate", files.certificate);
  if (SSL_CTX_use_PrivateKey_file(raw, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(raw) != 1) {
    return cannot_use("key", files.key);
  }
  warn_if_open(files.key);
  return context;
}

}  // namespace

Certificate::Identities Certificate::identities() const {
  Identities found;
  const std::array<const std::filesystem::path*, 2> paths = {&files_.certificate, &files_.key};
  for (std::size_t i = 0; i < paths.size(); ++i) {
    struct stat about{};
    if (::stat(paths[i]->c_str(), &about) != 0) continue;
    found[i] = {.inode = about.st_ino,
                .size = about.st_size,
                .changed_seconds = about.st_mtim.tv_sec,
                .changed_nanoseconds = about.st_mtim.tv_nsec};
  }
  return found;
}

Result<std::unique_ptr<Certificate>> Certificate::load(const TlsFiles& files, Duration look_again) {
  std::unique_ptr<Certificate> certificate(new Certificate(files, look_again));
  // Before reading: what changes meanwhile is then seen as changed.
  certificate->seen_ = certificate->identities();
  TRY(certificate->context_, read_pair(files));
  certificate->looked_ = std::chrono::steady_clock::now();
  return certificate;
}

TlsContext Certificate::current() {
  const std::scoped_lock lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < look_again_) return context_;
  looked_ = now;
  const Identities found = identities();
  if (found == seen_) return context_;
  seen_ = found;
  auto renewed = read_pair(files_);
  if (renewed) {
    context_ = *std::move(renewed);
    log::info("the certificate was renewed", {{"file", files_.certificate.string()}});
  } else {
    log::error("the new certificate cannot be used; the old one stays",
               {{"reason", renewed.error().message}});
  }
  return context_;
}

}  // namespace mayfly::http
