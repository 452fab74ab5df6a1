#include "clouds/base64.h"

#include <gtest/gtest.h>

namespace mayfly::clouds {
namespace {

TEST(Base64, EncodesTheVectorsOfItsRfc) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, UsesPlusAndSlashForTheLastTwoDigits) {
  EXPECT_EQ(base64_encode("\xfb\xef\xff"), "++//");
}

}  // namespace
}  // namespace mayfly::clouds
