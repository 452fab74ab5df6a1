#include "mail/mail.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace mayfly::mail {
namespace {

constexpr std::size_t kAddressMax = 254;
constexpr std::size_t kLocalMax = 64;
constexpr std::size_t kLineMax = 76;
constexpr std::size_t kSubjectMax = 200;
constexpr std::size_t kWordMax = 42;  // bytes of one encoded word

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_local_part(std::string_view text) {
  const bool dots = text.starts_with('.') || text.ends_with('.') || text.contains("..");
  return !text.empty() && text.size() <= kLocalMax && !dots &&
         std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").contains(c);
         });
}

bool is_domain(std::string_view text) {
  const bool edges = text.starts_with('.') || text.starts_with('-') || text.ends_with('.') ||
                     text.ends_with('-') || text.contains("..");
  return !text.empty() && !edges && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '-';
  });
}

std::string_view domain_of(std::string_view address) {
  return address.substr(address.find('@') + 1);
}

// =XX for everything but what is printed as it is in quoted-printable text.
void append_quoted_byte(char c, std::string& line) {
  line += fmt::format("={:02X}", static_cast<unsigned char>(c));
}

// RFC 2045 6.7. A line of a dot alone is the transport's business.
std::string quoted_printable(std::string_view text) {
  std::string out;
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += line + "\r\n";
      line.clear();
      continue;
    }
    if (line.size() + 3 >= kLineMax) {
      out += line + "=\r\n";
      line.clear();
    }
    const bool at_end = i + 1 == text.size() || text[i + 1] == '\n';
    const bool plain = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !at_end);
    if (plain) {
      line += c;
    } else {
      append_quoted_byte(c, line);
    }
  }
  return out + (line.empty() ? "" : line + "\r\n");
}

// RFC 2047, Q encoding, in words that are short enough and do not split a character.
std::string encoded_words(std::string_view text) {
  std::string out;
  std::size_t in_word = kWordMax;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (begins && in_word + 4 > kWordMax) {
      out += out.empty() ? "=?utf-8?Q?" : "?=\r\n =?utf-8?Q?";
      in_word = 0;
    }
    if (is_letter_or_digit(text[i])) {
      out += text[i];
    } else {
      append_quoted_byte(text[i], out);
    }
    ++in_word;
  }
  return out + "?=";
}

std::string header_text(std::string_view text) {
  std::string line(text.substr(0, kSubjectMax));
  while (!line.empty() && text.size() > kSubjectMax &&
         (static_cast<unsigned char>(line.back()) & 0x80) != 0) {
    line.pop_back();  // rather no character than half of one
  }
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  const bool plain = std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
  return plain && !line.contains("=?") && line.size() <= kLineMax ? line : encoded_words(line);
}

// RFC 5322 3.3: Sun, 22 Nov 2026 07:30:00 +0000
std::string date_text(Time date) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(date);
  const std::chrono::year_month_day calendar(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(date - day));
  return fmt::format(
      "{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(calendar.day()), kMonths[static_cast<unsigned>(calendar.month()) - 1],
      static_cast<int>(calendar.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

}  // namespace

bool is_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  return at != std::string_view::npos && text.size() <= kAddressMax &&
         is_local_part(text.substr(0, at)) && is_domain(text.substr(at + 1));
}

std::string to_message(const Mail& mail, const std::string& from, Time date) {
  return fmt::format(
      "Date: {}\r\n"
      "From: Mayfly <{}>\r\n"
      "To: <{}>\r\n"
      "Subject: {}\r\n"
      "Message-ID: <{}@{}>\r\n"
      "Auto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n"
      "\r\n{}",
      date_text(date), from, mail.to, header_text(mail.subject), mail.id, domain_of(from),
      quoted_printable(mail.text));
}

}  // namespace mayfly::mail
