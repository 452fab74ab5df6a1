#include "store/sqlite/word_index.h"

#include <gtest/gtest.h>

namespace mayfly::store::sqlite {
namespace {

// What is on disk, so it cannot change without a new version of the format.
TEST(WordIndex, PutsCollectionAndScopeBeforeEachWordOnce) {
  EXPECT_EQ(tokens_of("reservations", "ada", "Build of a build"),
            "7b1zh4q2pzqhtbuild 7b1zh4q2pzqhtof 7b1zh4q2pzqhta ");
  EXPECT_EQ(tokens_of("reservations", "ada", "--"), "");
  EXPECT_NE(tokens_of("reservations", "ad", "a"), tokens_of("reservation", "sad", "a"));
}

TEST(WordIndex, AsksForAllWordsOfOneOfSeveral) {
  EXPECT_EQ(question_of({.collection = "reservations",
                         .scope = "ada",
                         .any = {{{"build"}, {"7", true}}, {{"web"}}}}),
            R"(("7b1zh4q2pzqhtbuild" AND "7b1zh4q2pzqht7" *) OR ("7b1zh4q2pzqhtweb"))");
}

TEST(WordIndex, NumbersTextsOfOneMoment) {
  EXPECT_EQ(moment_of(first_row_of(7)), 7);
  EXPECT_EQ(moment_of(last_row_of(7)), 7);
  EXPECT_EQ(last_row_of(7) + 1, first_row_of(8));
  EXPECT_GT(last_row_of(kMomentMax), first_row_of(kMomentMax));
}

}  // namespace
}  // namespace mayfly::store::sqlite
