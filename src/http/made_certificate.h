// For tests: a self-signed certificate for 127.0.0.1 and its key, as the PEM files of a server, in
// a folder that ends with the object.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "core/assert.h"
#include "http/server.h"

namespace mayfly::http {

class MadeCertificate {
 public:
  explicit MadeCertificate(const char* name = "mayfly test") {
    char folder[] = "/tmp/mayfly-certificate-XXXXXX";
    ASSERT(::mkdtemp(folder) != nullptr);
    folder_ = folder;
    renew(name);
  }
  ~MadeCertificate() { std::filesystem::remove_all(folder_); }
  MadeCertificate(const MadeCertificate&) = delete;
  MadeCertificate& operator=(const MadeCertificate&) = delete;

  TlsFiles files() const { return {folder_ / "certificate.pem", folder_ / "key.pem"}; }

  // Another certificate and key of that name, under the same file names.
  void renew(const char* name) {
    const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    ASSERT(key != nullptr);
    write_key(*key);
    write_certificate(*key, name);
  }

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

  // Beside the old one and then in its place, as those who renew certificates do.
  template <class Write>
  static void replace(const std::filesystem::path& path, const Write& write) {
    const std::filesystem::path beside = path.string() + ".new";
    {
      const File file(std::fopen(beside.c_str(), "w"), &std::fclose);
      ASSERT(file != nullptr && write(file.get()) == 1);
    }
    ::chmod(beside.c_str(), 0600);
    std::filesystem::rename(beside, path);
  }

  void write_key(EVP_PKEY& key) const {
    replace(files().key, [&](std::FILE* file) {
      return PEM_write_PrivateKey(file, &key, nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  void write_certificate(EVP_PKEY& key, const char* name) const {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
    X509* raw = certificate.get();
    X509_set_version(raw, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(raw), 1);
    X509_gmtime_adj(X509_getm_notBefore(raw), -3600);
    X509_gmtime_adj(X509_getm_notAfter(raw), 3600);
    X509_NAME* subject = X509_get_subject_name(raw);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(raw, subject);
    X509_set_pubkey(raw, &key);
    ASSERT(X509_sign(raw, &key, EVP_sha256()) > 0);
    replace(files().certificate, [&](std::FILE* file) { return PEM_write_X509(file, raw); });
  }

  std::filesystem::path folder_;
};

}  // namespace mayfly::http
