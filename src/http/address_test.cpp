#include "http/address.h"

#include <gtest/gtest.h>

namespace mayfly::http {
namespace {

TEST(Address, OnTheInternetIsPublic) {
  for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                           "172.15.255.255", "172.32.0.0", "192.167.1.1", "223.255.255.255",
                           "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(is_public_address(text)) << text;
  }
}

TEST(Address, OfThisMachineItsNetworkOrItsCloudIsNotPublic) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.192",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.51.100.7",
                           "203.0.113.9",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "2002:7f00:1::",
                           "64:ff9b::7f00:1",
                           "::ffff:127.0.0.1",
                           "::ffff:169.254.169.254",
                           "::127.0.0.1"}) {
    EXPECT_FALSE(is_public_address(text)) << text;
  }
}

TEST(Address, ThatIsNoneIsNotPublic) {
  for (const char* text : {"", "localhost", "1.1.1", "0x7f000001", "2130706433", "1.1.1.1 "}) {
    EXPECT_FALSE(is_public_address(text)) << text;
  }
  const sockaddr unix_domain{.sa_family = AF_UNIX, .sa_data = {}};
  EXPECT_FALSE(is_public(unix_domain));
}

std::string refused_address(const std::string& url) {
  std::string_view why;
  return read_web_address(url, why) ? "" : std::string(why);
}

TEST(WebAddress, IsHttpOrHttps) {
  std::string_view why;
  const auto plain = read_web_address("http://Hooks.Example.com/in?token=a%20b", why);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "hooks.example.com:80");
  EXPECT_TRUE(plain->url.ends_with("/in?token=a%20b"));
  EXPECT_EQ(read_web_address("https://example.com", why)->host, "example.com:443");
  EXPECT_EQ(read_web_address("https://[2606:4700::1]:8443/", why)->host, "[2606:4700::1]:8443");
  for (const char* url : {"", "example.com", "ftp://example.com/", "file:///etc/passwd", "http://",
                          "gopher://a/", "HTTP//a", "http://a b/", "http://a/\r\nX: y", "//a/"}) {
    EXPECT_TRUE(refused_address(url).contains("http or https")) << url;
  }
}

TEST(WebAddress, SaysWhenItIsCertainlyNotPublic) {
  std::string_view why;
  for (const char* url :
       {"http://localhost/", "http://a.localhost:1/", "http://localhost./", "https://127.0.0.1/x",
        "http://2130706433/", "http://[::1]:80/", "http://169.254.169.254/"}) {
    EXPECT_TRUE(read_web_address(url, why)->is_private) << url;
  }
  for (const char* url : {"http://example.com/", "http://1.1.1.1/", "http://10.example.com/"})
    EXPECT_FALSE(read_web_address(url, why)->is_private) << url;
}

TEST(WebAddress, HasNoCredentialsAndNoFragment) {
  EXPECT_TRUE(refused_address("https://user:secret@example.com/").contains("password"));
  EXPECT_TRUE(refused_address("https://user@example.com/").contains("password"));
  EXPECT_TRUE(refused_address("https://@example.com/").contains("password"));
  EXPECT_TRUE(refused_address("https://example.com/#top").contains("fragment"));
  EXPECT_EQ(refused_address("https://example.com/~user@home"), "");
}

}  // namespace
}  // namespace mayfly::http
