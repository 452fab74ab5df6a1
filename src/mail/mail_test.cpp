#include "mail/mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly::mail {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string message_of(Mail mail) {
  if (mail.to.empty()) mail.to = "ann@example.com";
  return to_message(mail, "mayfly@example.net", Time{Duration{1'795'332'600'000'000}});
}

std::string head_of(const Mail& mail) {
  const std::string message = message_of(mail);
  return message.substr(0, message.find("\r\n\r\n") + 2);
}

std::string body_of(const std::string& text) {
  const std::string message = message_of({.text = text});
  return message.substr(message.find("\r\n\r\n") + 4);
}

TEST(Address, IsALocalPartAndADomain) {
  for (const char* text : {"ann@example.com", "a.b+c@x-y.example", "o'neil@example.com", "a@b"})
    EXPECT_TRUE(is_address(text)) << text;
  for (const char* text :
       {"", "ann", "@example.com", "ann@", "a b@example.com", "ann@example.com\r\nDATA",
        "ann\n@example.com", "<ann@example.com>", "ann@example.com>", "a@b@c",
        "\"a b\"@example.com", ".ann@example.com", "ann.@example.com", "a..b@example.com",
        "ann@-example.com", "ann@example..com", "ann@[127.0.0.1]", "\xc3\xa4nn@example.com",
        "ann@example.com,bob@x"}) {
    EXPECT_FALSE(is_address(text)) << text;
  }
  EXPECT_FALSE(is_address(std::string(65, 'a') + "@example.com"));
  EXPECT_FALSE(is_address("a@" + std::string(300, 'b')));
}

TEST(Message, HasTheHeadersOfOne) {
  const std::string head = head_of({.subject = "Ready", .text = "hi", .id = "e-1"});
  EXPECT_THAT(head, HasSubstr("Date: Sun, 22 Nov 2026 07:30:00 +0000\r\n"));
  EXPECT_THAT(head, HasSubstr("From: Mayfly <mayfly@example.net>\r\n"));
  EXPECT_THAT(head, HasSubstr("To: <ann@example.com>\r\n"));
  EXPECT_THAT(head, HasSubstr("Subject: Ready\r\n"));
  EXPECT_THAT(head, HasSubstr("Message-ID: <e-1@example.net>\r\n"));
}

TEST(Message, GetsNoHeaderFromItsSubject) {
  const Mail plain{.subject = "Ready"};
  const std::string expected = head_of(plain);
  for (const char* subject : {"a\r\nBcc: bob@example.com", "a\nBcc: bob@example.com",
                              "a\rBcc: bob@example.com", "a\r\n\r\nbody", "\xc3\xa4\r\nBcc: b@c"}) {
    const std::string head = head_of({.subject = subject});
    EXPECT_THAT(head, Not(HasSubstr("\nBcc"))) << subject;
    EXPECT_EQ(std::ranges::count(head, '\n'), std::ranges::count(expected, '\n')) << subject;
  }
}

TEST(Message, EncodesASubjectThatIsNotPlain) {
  EXPECT_THAT(head_of({.subject = "Fertig für dich"}),
              HasSubstr("Subject: =?utf-8?Q?Fertig=20f=C3=BCr=20dich?=\r\n"));
  EXPECT_THAT(head_of({.subject = "=?utf-8?Q?x?="}), HasSubstr("=3D=3Futf"));
  const std::string head = head_of({.subject = std::string(1000, 'x')});
  for (std::size_t at = 0, end; (end = head.find("\r\n", at)) != std::string::npos; at = end + 2)
    EXPECT_LE(end - at, 100U);
}

TEST(Message, CarriesAnyText) {
  EXPECT_EQ(body_of("one\ntwo\n"), "one\r\ntwo\r\n");
  EXPECT_EQ(body_of("1 = 1"), "1 =3D 1\r\n");
  EXPECT_EQ(body_of("end \nzwölf\r\n"), "end=20\r\nzw=C3=B6lf=0D\r\n");
  EXPECT_EQ(body_of(std::string(100, 'x')),
            std::string(73, 'x') + "=\r\n" + std::string(27, 'x') + "\r\n");
}

}  // namespace
}  // namespace mayfly::mail
