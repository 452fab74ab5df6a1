#include "form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly::cloudsim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Form, ReadsListsInTheOrderOfTheirNumbers) {
  const auto form = Form::parse("InstanceId.2=b&InstanceId.10=c&InstanceId.1=a&InstanceIdea=x");
  EXPECT_THAT(form->list("InstanceId"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(form->list("Nothing"), IsEmpty());
}

TEST(Form, ReadsTagsOfAnInnerList) {
  const auto form = Form::parse(
      "TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=a%3Ab&"
      "TagSpecification.1.Tag.1.Value=1&TagSpecification.1.Tag.2.Key=c");
  EXPECT_THAT(form->tags("TagSpecification.1.Tag"), ElementsAre(Pair("a:b", "1"), Pair("c", "")));
}

TEST(Form, NamesTheFirstMemberThatNobodyKnows) {
  const auto form =
      Form::parse("Action=X&Version=1&DryRun=true&ImageId=1&Filter.1.Name=a&Imageid=2");
  EXPECT_EQ(form->unknown_member("ImageId Filter"), "Imageid");
  EXPECT_EQ(form->unknown_member("Filter ImageId Imageid"), std::nullopt);
}

TEST(Form, FingerprintsAreEqualForEqualMembersInAnyOrder) {
  const auto one = Form::parse("a=1&b=2");
  EXPECT_EQ(one->fingerprint(), Form::parse("b=2&a=1&DryRun=false")->fingerprint());
  EXPECT_NE(one->fingerprint(), Form::parse("a=1&b=3")->fingerprint());
}

TEST(Form, RefusesBrokenEscapes) {
  EXPECT_FALSE(Form::parse("a=%zz"));
}

}  // namespace
}  // namespace mayfly::cloudsim
