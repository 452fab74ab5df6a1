// Hands mails to one SMTP server, with libcurl. Mails wait their turn on a thread of its own and
// share a connection; each has a deadline. Its end breaks off the one that is under way; what waits
// is not sent.
#pragma once

#include <memory>
#include <string>

#include "core/secret.h"
#include "mail/mail.h"

namespace mayfly::mail {

enum class Tls {
  required,       // STARTTLS, or no mail
  opportunistic,  // STARTTLS if the server offers it
  none,
};

struct SmtpSettings {
  std::string url;   // smtp://host:port, or smtps://host:port (TLS from the first byte)
  std::string from;  // an address
  std::string user;  // empty: without login
  Secret password;
  Tls tls = Tls::required;
  Duration deadline = 20s;
};

std::unique_ptr<Sender> make_smtp_sender(SmtpSettings settings);

}  // namespace mayfly::mail
