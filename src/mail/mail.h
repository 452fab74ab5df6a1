// A plain text e-mail to one address, and the port that takes it away. What users choose (the
// address) or clouds say (the text) cannot become a header or a command: addresses are checked,
// headers are made of printable characters, bodies are quoted-printable.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/loop.h"

namespace mayfly::mail {

struct Mail {
  std::string to;
  std::string subject;  // UTF-8
  std::string text;     // UTF-8, lines end with \n
  std::string id;       // of the message, without the domain: letters, digits, . and -
};

struct MailFailure {
  bool permanent = false;  // the server said that it will never take it
  std::string message;
};
using MailResult = std::expected<void, MailFailure>;

class Sender {
 public:
  virtual ~Sender() = default;
  // `answer_on` must outlive the sender or the call.
  virtual void send(Mail mail, Loop& answer_on, Done<MailResult> done) = 0;
};

// user@example.com as SMTP takes it without quoting: no blanks, no controls, no brackets, ASCII.
bool is_address(std::string_view text);

// RFC 5322, lines end with \r\n. Precondition: is_address(from) and is_address(mail.to).
std::string to_message(const Mail& mail, const std::string& from, Time date);

}  // namespace mayfly::mail
