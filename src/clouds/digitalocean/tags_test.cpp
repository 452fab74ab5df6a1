#include "clouds/digitalocean/tags.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/instance.h"

namespace mayfly::clouds::digitalocean {
namespace {

TEST(Tag, OfOneOfOurIdsStaysReadable) {
  EXPECT_EQ(encode_tag(tag::kReservation, "r-0jx5w2k3m8q4t6y9"),
            "mayfly:reservation:r-0jx5w2k3m8q4t6y9");
}

TEST(Tag, ReadsBackWhateverWasWritten) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  for (const std::string& value :
       {std::string("a"), std::string(""), std::string("a:b"), std::string("_"), std::string("_61"),
        std::string("A-b"), std::string("größe"), every_byte}) {
    const std::string encoded = encode_tag(tag::kInstallation, value);
    EXPECT_EQ(encoded.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-:"),
              std::string::npos)
        << encoded;
    const auto decoded = decode_tag(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(decoded->first, tag::kInstallation);
    EXPECT_EQ(decoded->second, value);
  }
}

TEST(Tag, TwoValuesNeverShareOne) {
  const std::vector<std::string> values = {"a b", "a-b", "a_b", "A-b", "a:b", "a_20b"};
  std::vector<std::string> encoded;
  for (const auto& value : values) encoded.push_back(encode_tag(tag::kInstallation, value));
  std::ranges::sort(encoded);
  EXPECT_EQ(std::ranges::adjacent_find(encoded), encoded.end());
}

TEST(Tag, ReadsBackInAnyCase) {
  const auto decoded = decode_tag("Mayfly:Installation:HOME_5f1");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->first, tag::kInstallation);
  EXPECT_EQ(decoded->second, "home_1");
}

TEST(Tag, OfSomebodyElseIsNotOurs) {
  for (const char* foreign :
       {"", "web", "env:prod", "mayfly", "mayfly:", "mayfly:x", "mayflyer:installation:a",
        "mayfly:installation:_", "mayfly:installation:_4", "mayfly:installation:_zz",
        "mayfly:installation:a b", "mayfly:installation:é", "k8s:mayfly:x"}) {
    EXPECT_FALSE(decode_tag(foreign)) << foreign;
  }
}

TEST(Tag, SetsAreEncodedInOneOrder) {
  const std::map<std::string, std::string> tags = {
      {tag::kReservation, "r-1"}, {tag::kInstallation, "home"}, {tag::kAttempt, "r-1-2"}};
  EXPECT_EQ(encode_tags(tags),
            (std::vector<std::string>{"mayfly:attempt:r-1-2", "mayfly:installation:home",
                                      "mayfly:reservation:r-1"}));
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
