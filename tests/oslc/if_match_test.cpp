#include "fixture.h"

namespace mayfly::oslc {
namespace {

// PUT of a request as it is, which changes nothing and needs the tag all the same.
class IfMatch : public OslcDoor {
 protected:
  void SetUp() override {
    OslcDoor::SetUp();
    launch();
    request_ = mine("requests/" + result_.substr(result_.rfind('/') + 1));
    current_ = ask("GET", request_);
    tag_ = current_.header("ETag");
  }

  int put(http::Headers headers) { return ask("PUT", request_, current_.body, headers).status; }
  int put(const std::string& if_match) { return put(http::Headers{{"If-Match", if_match}}); }

  std::string request_;
  Reply current_;
  std::string tag_;
};

TEST_F(IfMatch, IsNeeded) {
  EXPECT_EQ(put(http::Headers{}), 400);
}

TEST_F(IfMatch, FitsTheTagAloneOrInAList) {
  ASSERT_THAT(tag_, testing::StartsWith("\""));
  EXPECT_EQ(put(tag_), 200);
  EXPECT_EQ(put("\"other\", " + tag_), 200);
  EXPECT_EQ(put(tag_ + ",\"other\""), 200);
  EXPECT_EQ(put(R"("a,b", W/"c" , )" + tag_), 200);
}

TEST_F(IfMatch, FitsAnythingThatIsThere) {
  EXPECT_EQ(put("*"), 200);
}

TEST_F(IfMatch, FitsTheSameStateInAnotherForm) {
  const Reply other = ask("GET", request_, {}, {{"Accept", "application/rdf+xml"}});
  EXPECT_NE(other.header("ETag"), tag_);
  EXPECT_EQ(put(other.header("ETag")), 200);
}

TEST_F(IfMatch, FitsNoOtherTag) {
  const std::string inside = tag_.substr(1, tag_.size() - 2);
  for (const std::string& other :
       {std::string("\"other\""), "W/" + tag_, "\"other\", W/" + tag_, inside, "x" + tag_,
        "\"" + inside, std::string("\"\""), std::string("\"*\""), std::string(",")}) {
    EXPECT_EQ(put(other), 412) << other;
  }
}

// Only who reads is spared what he has.
TEST_F(IfMatch, TurnedAroundRefusesAPutAndSparesAReader) {
  const Reply result = ask("GET", result_);
  const std::string tag = result.header("ETag");
  const auto put_result = [&](const std::string& unless) {
    return ask("PUT", result_, result.body, {{"If-Match", "*"}, {"If-None-Match", unless}}).status;
  };
  EXPECT_EQ(ask("GET", result_, {}, {{"If-None-Match", tag}}).status, 304);
  EXPECT_EQ(put_result(tag), 412);
  EXPECT_EQ(put_result("*"), 412);
  EXPECT_EQ(put_result("\"other\""), 200);
  const Reply list = ask("GET", mine("results"));
  EXPECT_EQ(ask("POST", mine("results"), "oslc.pageSize=100",
                {{"Content-Type", "application/x-www-form-urlencoded"},
                 {"If-None-Match", list.header("ETag")}})
                .status,
            200);
}

class LenientIfMatch : public IfMatch {
 protected:
  static void SetUpTestSuite() {
    installation_ = std::make_unique<rest::Installation>(rest::InstallationOptions{
        .world = rest::quick_world(), .beside = [](service::Service& service) {
          return make_handler(service, {.strict_if_match = false});
        }});
  }
};

TEST_F(LenientIfMatch, IsNotNeeded) {
  EXPECT_EQ(put(http::Headers{}), 200);
}

TEST_F(LenientIfMatch, StillCountsWhenItIsGiven) {
  EXPECT_EQ(put(tag_), 200);
  EXPECT_EQ(put("*"), 200);
  EXPECT_EQ(put("\"other\""), 412);
  EXPECT_EQ(put("W/" + tag_), 412);
}

}  // namespace
}  // namespace mayfly::oslc
