// What is filled in beforehand: readable as long as was promised, and not for ever.
#include <set>

#include "service/service_fixture_test.h"

namespace mayfly::service {
namespace {

class Prefills : public ServiceTest {
 protected:
  Result<Prefill> keep(const std::string& user = "ann", std::string title = "Nightly") {
    return run(service_->keep_prefill(user, {.dialog = "run", .title = std::move(title)}));
  }
  bool is_there(const std::string& user, const std::string& id) {
    const auto found = run(service_->find_prefill(user, id));
    EXPECT_TRUE(found) << found.error().message;
    return found && found->has_value();
  }
  std::size_t stored() {
    return disk_->query({.collection = kPrefills, .limit = store::kPageMax}).size();
  }
};

TEST_F(Prefills, AreFoundByTheirUserOnly) {
  begin();
  const auto kept = keep();
  ASSERT_TRUE(kept) << kept.error().message;
  const auto found = run(service_->find_prefill("ann", kept->id));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(**found, *kept);
  EXPECT_FALSE(is_there("bob", kept->id));
  EXPECT_FALSE(is_there("ann", "f-2"));
}

TEST_F(Prefills, SurviveTheServer) {
  begin();
  const auto kept = keep();
  ASSERT_TRUE(kept);
  crash_and_begin();
  EXPECT_TRUE(is_there("ann", kept->id));
}

TEST_F(Prefills, AreForgottenAfterAWhile) {
  begin();
  const auto kept = keep();
  ASSERT_TRUE(kept);
  loop_.pass(kPrefillKept - 1s);
  EXPECT_TRUE(is_there("ann", kept->id));
  loop_.pass(1s);
  EXPECT_FALSE(is_there("ann", kept->id));
}

TEST_F(Prefills, PushOutNoneThatIsPromised) {
  begin();
  const auto of_bob = keep("bob");
  const auto first = keep();
  ASSERT_TRUE(of_bob && first);
  loop_.pass(1min);
  for (std::size_t i = 1; i < kPrefillsOfUser; ++i) ASSERT_TRUE(keep());
  const auto refused = keep();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  loop_.pass(kPrefillPromised - 1min);
  const auto one_more = keep();
  ASSERT_TRUE(one_more) << one_more.error().message;
  EXPECT_FALSE(is_there("ann", first->id));
  EXPECT_TRUE(is_there("bob", of_bob->id));
  EXPECT_EQ(stored(), kPrefillsOfUser + 1);
  EXPECT_FALSE(keep());  // the second is promised for some time yet
}

TEST_F(Prefills, OfThoseWhoNeverComeAgainAreSweptToo) {
  begin();
  constexpr std::size_t kOthers = 20;
  for (std::size_t i = 0; i < kOthers; ++i) ASSERT_TRUE(keep(fmt::format("user-{}", i)));
  loop_.pass(kPrefillKept);
  ASSERT_TRUE(keep());
  EXPECT_EQ(stored(), kOthers + 1 - kPrefillsSweptAtOnce);
  ASSERT_TRUE(keep());
  ASSERT_TRUE(keep());
  EXPECT_EQ(stored(), 3u);
}

TEST_F(Prefills, AreKeptForAllWhoAskAtOnce) {
  begin();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(keep());
  loop_.pass(kPrefillKept);
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    boost::asio::co_spawn(*context_, service_->keep_prefill("ann", {.dialog = "run"}),
                          [&](const std::exception_ptr&, Result<Prefill> answer) {
                            ASSERT_TRUE(answer) << answer.error().message;
                            ids.insert(answer->id);
                          });
  }
  for (int turn = 0; turn < 1000 && ids.size() < 3; ++turn) {
    context_->restart();
    context_->poll();
    loop_.pass(1ms);
  }
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_EQ(stored(), 3u);
}

TEST_F(Prefills, ThatCannotBeReadHoldUpNobody) {
  begin();
  store::Batch batch;
  batch.push_back({.collection = kPrefills,
                   .id = "f-0",
                   .document = store::Document{.body = "{", .indexes = {{"user", "bob"}}}});
  ASSERT_TRUE(disk_->apply(std::move(batch)));
  const auto kept = keep();
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(stored(), 1u);
}

// Prefixes make much of little: what is kept counts, not what was sent.
TEST_F(Prefills, HaveASizeThatIsStored) {
  begin();
  EXPECT_TRUE(keep("ann", std::string(kPrefillBytesMax - 1000, 'x')));
  const auto refused = keep("ann", std::string(kPrefillBytesMax, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace mayfly::service
