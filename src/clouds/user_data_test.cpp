#include "clouds/user_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace mayfly::clouds {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample ann@laptop";

std::string boundary_of(const std::string& document) {
  const std::size_t begin = document.find("boundary=\"") + 10;
  return document.substr(begin, document.find('"', begin) - begin);
}

// The parts of the outer document, each with its headers.
std::vector<std::string> parts_of(const std::string& document) {
  const std::string delimiter = "\n--" + boundary_of(document);
  std::vector<std::string> parts;
  std::size_t begin = document.find(delimiter) + delimiter.size() + 1;
  for (;;) {
    const std::size_t end = document.find(delimiter, begin);
    if (end == std::string::npos) return parts;
    parts.push_back(document.substr(begin, end - begin));
    begin = end + delimiter.size() + 1;
  }
}

std::string users_content_type(std::string_view user_data) {
  const std::string part = parts_of(render_user_data(kKey, user_data)).at(0);
  return part.substr(0, part.find(';'));
}

TEST(UserData, IsEmptyWhenThereIsNothingToSay) {
  EXPECT_EQ(render_user_data("", ""), "");
}

TEST(UserData, WithoutAKeyIsTheUsersOwn) {
  EXPECT_EQ(render_user_data("", "#!/bin/sh\necho hi\n"), "#!/bin/sh\necho hi\n");
}

TEST(UserData, WithOnlyAKeyIsAPlainCloudConfig) {
  EXPECT_EQ(render_user_data(kKey, ""),
            "#cloud-config\n"
            "ssh_authorized_keys:\n"
            "  - \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample ann@laptop\"\n"
            "chpasswd:\n"
            "  expire: false\n");
}

TEST(UserData, CarriesTheUsersScriptBesideTheKeyInExactlyTheseBytes) {
  EXPECT_EQ(render_user_data(kKey, "#!/bin/sh\necho hi\n"),
            "Content-Type: multipart/mixed; boundary=\"mayfly-f3c53c5045b4aea74d61a04b487da677\"\n"
            "MIME-Version: 1.0\n"
            "\n"
            "--mayfly-f3c53c5045b4aea74d61a04b487da677\n"
            "Content-Type: text/x-shellscript; charset=\"utf-8\"\n"
            "Content-Transfer-Encoding: 7bit\n"
            "Content-Disposition: attachment; filename=\"user-data\"\n"
            "\n"
            "#!/bin/sh\necho hi\n"
            "\n"
            "--mayfly-f3c53c5045b4aea74d61a04b487da677\n"
            "Content-Type: text/cloud-config; charset=\"utf-8\"\n"
            "Content-Transfer-Encoding: 7bit\n"
            "Content-Disposition: attachment; filename=\"mayfly-ssh-key.cfg\"\n"
            "Merge-Type: list(append)+dict(no_replace,recurse_list)+str()\n"
            "\n"
            "#cloud-config\n"
            "ssh_authorized_keys:\n"
            "  - \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample ann@laptop\"\n"
            "chpasswd:\n"
            "  expire: false\n"
            "\n"
            "--mayfly-f3c53c5045b4aea74d61a04b487da677--\n");
}

TEST(UserData, IsTheSameBytesForTheSameInputsAndOthersForOthers) {
  EXPECT_EQ(render_user_data(kKey, "#!/bin/sh\n"), render_user_data(kKey, "#!/bin/sh\n"));
  EXPECT_NE(boundary_of(render_user_data(kKey, "#!/bin/sh\n")),
            boundary_of(render_user_data(kKey, "#!/bin/sh")));
}

TEST(UserData, NamesEachFormAsCloudInitDoes) {
  const std::vector<std::pair<std::string, std::string>> kForms = {
      {"#!/bin/bash\nls\n", "text/x-shellscript"},
      {"#cloud-config\npackages: [jq]\n", "text/cloud-config"},
      {"#Cloud-Config\npackages: [jq]\n", "text/cloud-config"},
      {"\n  #cloud-config\npackages: [jq]\n", "text/cloud-config"},
      {"#include\nhttps://example.com/a\n", "text/x-include-url"},
      {"#include-once\nhttps://example.com/a\n", "text/x-include-once-url"},
      {"#cloud-config-archive\n- a\n", "text/cloud-config-archive"},
      {"#cloud-config-jsonp\n[]\n", "text/cloud-config-jsonp"},
      {"#cloud-boothook\nls\n", "text/cloud-boothook"},
      {"#part-handler\n", "text/part-handler"},
      {"## template: jinja\n#cloud-config\n{}\n", "text/jinja2"},
      {"neither of these", "text/plain"},
      {" \n", "text/plain"},
  };
  for (const auto& [user_data, type] : kForms) {
    EXPECT_EQ(users_content_type(user_data), "Content-Type: " + type) << user_data;
  }
}

TEST(UserData, KeepsAScriptByteForByteWithOrWithoutItsLastNewline) {
  for (const std::string script :
       {"#!/bin/sh\necho hi", "#!/bin/sh\necho hi\n", "#!/bin/sh\n\n\n"}) {
    const std::string part = parts_of(render_user_data(kKey, script)).at(0);
    EXPECT_EQ(part.substr(part.find("\n\n") + 2), script);
  }
}

TEST(UserData, CarriesAMimeMessageWithItsOwnHeaders) {
  const std::string message =
      "Content-Type: multipart/mixed; boundary=\"theirs\"\nMIME-Version: 1.0\n\n"
      "--theirs\nContent-Type: text/x-shellscript\n\n#!/bin/sh\nls\n--theirs--\n";
  const std::string document = render_user_data(kKey, message);
  EXPECT_EQ(parts_of(document).at(0), message);
  EXPECT_EQ(parts_of(document).size(), 2u);
}

TEST(UserData, DoesNotTakeAScriptThatWritesAMailForAMail) {
  EXPECT_EQ(users_content_type("#!/bin/sh\ncat <<E\nMIME-Version: 1.0\nContent-Type: a/b\nE\n"),
            "Content-Type: text/x-shellscript");
}

TEST(UserData, EncodesWhatIsNotPlainAscii) {
  const std::string part =
      parts_of(render_user_data(kKey, "#!/bin/sh\necho gr\xc3\xbc\xc3\x9f\n")).at(0);
  EXPECT_THAT(part, HasSubstr("Content-Transfer-Encoding: base64\n"));
  EXPECT_THAT(part, HasSubstr("\n\nIyEvYmluL3NoCmVjaG8gZ3LDvMOfCg=="));
  EXPECT_THAT(part, Not(HasSubstr("\xc3")));
}

TEST(UserData, QuotesWhateverTheKeysCommentHolds) {
  EXPECT_THAT(render_user_data("ssh-rsa AAAA a\"b\\c: #d", ""),
              HasSubstr("  - \"ssh-rsa AAAA a\\\"b\\\\c: #d\"\n"));
}

}  // namespace
}  // namespace mayfly::clouds
