// What every Store promises of search: part of contract_test.h.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/words.h"
#include "store/contract_fixture.h"

namespace mayfly::store {

TEST_P(StoreContract, FindsDocumentsByWordsOfTheirScopeNewestFirst) {
  EXPECT_EQ(commit({create_searched("reservations", "1", {"ada", 10, "Nightly build\n10.0.0.1"}),
                    create_searched("reservations", "3", {"ada", 30, "nightlies; BUILD-7"}),
                    create_searched("reservations", "2", {"ada", 20, "build \u00dcber nightly"}),
                    create_searched("reservations", "4", {"bob", 40, "nightly build"}),
                    create_searched("keys", "5", {"ada", 50, "nightly build"}),
                    create("reservations", "6", "nightly build")}),
            "ok");
  EXPECT_EQ(search({{{"nightly"}}}), (Ids{"2", "1"}));
  EXPECT_EQ(search({{{"night", true}}}), (Ids{"3", "2", "1"}));
  EXPECT_EQ(search({{{"build"}, {"7"}}}), Ids{"3"});
  EXPECT_EQ(search({{{"build"}, {"7"}}, {{"10"}, {"1"}}}), (Ids{"3", "1"}));
  EXPECT_EQ(search({{{"\u00dcber"}}}), Ids{"2"});
  EXPECT_EQ(search({{{"ightly", true}}}), Ids{});
  EXPECT_EQ(search({{{"nobody"}}}), Ids{});
  EXPECT_EQ(ask_.search({.collection = "reservations", .scope = "bob", .any = {{{"nightly"}}}}),
            (Hits{{"4", 40, "nightly build"}}));
}

TEST_P(StoreContract, SearchesBetweenMomentsAndUpToALimit) {
  Batch batch;
  for (int i = 0; i < 20; ++i)
    batch.push_back(
        create_searched("reservations", std::to_string(10 + i), {"ada", i / 2, "same"}));
  EXPECT_EQ(commit(std::move(batch)), "ok");
  const auto found = [&](std::int64_t from, std::int64_t until, std::size_t limit) {
    const auto hits = ask_.search({.collection = "reservations",
                                   .scope = "ada",
                                   .any = {{{"same"}}},
                                   .from = from,
                                   .until = until,
                                   .limit = limit});
    std::vector<std::int64_t> moments;
    for (const Hit& hit : hits.value_or(Hits{})) moments.push_back(hit.moment);
    return moments;
  };
  using Moments = std::vector<std::int64_t>;
  EXPECT_EQ(found(0, kMomentMax, 3), (Moments{9, 9, 8}));
  EXPECT_EQ(found(3, 4, 100), (Moments{4, 4, 3, 3}));
  EXPECT_EQ(found(0, 0, 100), (Moments{0, 0}));
  EXPECT_EQ(found(10, kMomentMax, 100), Moments{});
}

TEST_P(StoreContract, ForgetsTheWordsThatADocumentHasNoMore) {
  EXPECT_EQ(commit({create_searched("reservations", "1", {"ada", 1, "red"})}), "ok");
  Write blue = create_searched("reservations", "1", {"ada", 2, "blue"});
  blue.expected_version = 1;
  EXPECT_EQ(commit({blue}), "ok");
  EXPECT_EQ(search({{{"red"}}}), Ids{});
  EXPECT_EQ(search({{{"blue"}}}), Ids{"1"});
  Write bobs = create_searched("reservations", "1", {"bob", 2, "blue"});
  bobs.expected_version = 2;
  EXPECT_EQ(commit({bobs}), "ok");
  EXPECT_EQ(search({{{"blue"}}}), Ids{});
  EXPECT_EQ(commit({update("reservations", "1", 3)}), "ok");
  bobs.expected_version = 4;
  bobs.document->searched->scope = "ada";
  EXPECT_EQ(commit({bobs}), "ok");
  EXPECT_EQ(search({{{"blue"}}}), Ids{"1"});
  EXPECT_EQ(commit({removal("reservations", "1", 5)}), "ok");
  EXPECT_EQ(search({{{"blue"}}}), Ids{});
  // A batch that conflicts changes no words.
  EXPECT_EQ(commit({create_searched("reservations", "2", {"ada", 1, "red"}),
                    update("reservations", "3", 1)}),
            "conflict");
  EXPECT_EQ(search({{{"red"}}}), Ids{});
}

TEST_P(StoreContract, RefusesWhatIsNoSearch) {
  const auto asked = [&](std::vector<std::vector<SearchedWord>> any) {
    return outcome(
        ask_.search({.collection = "reservations", .scope = "ada", .any = std::move(any)}));
  };
  EXPECT_EQ(asked({}), "invalid");
  EXPECT_EQ(asked({{}}), "invalid");
  EXPECT_EQ(asked({{{""}}}), "invalid");
  EXPECT_EQ(asked({{{"two words"}}}), "invalid");
  EXPECT_EQ(asked({{{"Upper"}}}), "invalid");
  EXPECT_EQ(asked({{{"\""}}}), "invalid");
  EXPECT_EQ(asked({{{std::string(kWordBytesMax + 1, 'x')}}}), "invalid");
  EXPECT_EQ(asked({std::vector<SearchedWord>(kSearchedWordsMax + 1, {"x"})}), "invalid");
  EXPECT_EQ(asked({std::vector<SearchedWord>(kSearchedWordsMax, {"x"})}), "ok");
  EXPECT_EQ(outcome(ask_.search({.collection = "nothing", .any = {{{"x"}}}})), "invalid");
  EXPECT_EQ(outcome(ask_.search({.collection = "users", .any = {{{"x"}}}, .limit = 0})), "invalid");
  EXPECT_EQ(outcome(ask_.search({.collection = "users", .any = {{{"x"}}}, .from = -1})), "invalid");
  for (const Searched& wrong : {Searched{"ada", -1, ""}, Searched{"ada", kMomentMax + 1, ""},
                                Searched{std::string(kScopeBytesMax + 1, 'x'), 0, ""},
                                Searched{"ada", 0, std::string(kSearchedBytesMax + 1, 'x')}})
    EXPECT_EQ(commit({create_searched("users", "1", wrong)}), "invalid");
}

}  // namespace mayfly::store
