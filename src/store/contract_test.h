// What every Store promises (store.h), as tests. An implementation includes this in a test of its
// own and names itself:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, ::testing::Values(&make_memory_store));
//
// Everything here asks from one thread at a time, so it suits a store that cannot do more.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "store/contract_fixture.h"
#include "store/contract_model_test.h"   // IWYU pragma: export
#include "store/contract_search_test.h"  // IWYU pragma: export

namespace mayfly::store {

TEST_P(StoreContract, KeepsADocumentAsItWasWritten) {
  EXPECT_EQ(commit({create("users", "u-1", "{\"name\":\"Ada\"}", {{"token", "secret"}})}), "ok");
  const auto found = ask_.get("users", "u-1");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(**found, (Document{.id = "u-1",
                               .version = 1,
                               .body = "{\"name\":\"Ada\"}",
                               .indexes = {{"token", "secret"}}}));
  EXPECT_EQ(ask_.query({.collection = "users"}), (Page{**found}));
  EXPECT_EQ(look("users", "u-2"), "-");
  EXPECT_EQ(look("keys", "u-1"), "-");
}

TEST_P(StoreContract, CreatesOnlyWhatIsNotThere) {
  EXPECT_EQ(commit({create("users", "u-1", "first")}), "ok");
  const Result<void> second = ask_.commit({create("users", "u-1", "second")});
  ASSERT_EQ(outcome(second), "conflict");
  EXPECT_NE(second.error().message.find("'u-1' of 'users'"), std::string::npos);
  EXPECT_TRUE(second.error().fields.empty());
  EXPECT_EQ(look("users", "u-1"), "1:first");
}

TEST_P(StoreContract, UpdatesOnlyTheVersionTheWriterHasSeen) {
  EXPECT_EQ(commit({update("users", "u-1", 1, "too early")}), "conflict");
  EXPECT_EQ(commit({create("users", "u-1", "a")}), "ok");
  EXPECT_EQ(commit({update("users", "u-1", 1, "b")}), "ok");
  EXPECT_EQ(look("users", "u-1"), "2:b");
  EXPECT_EQ(commit({update("users", "u-1", 1, "stale")}), "conflict");
  EXPECT_EQ(commit({update("users", "u-1", 3, "ahead")}), "conflict");
  EXPECT_EQ(look("users", "u-1"), "2:b");
}

TEST_P(StoreContract, RemovesOnlyTheVersionTheWriterHasSeen) {
  EXPECT_EQ(commit({removal("users", "u-1", 1)}), "conflict");
  EXPECT_EQ(commit({create("users", "u-1", "a")}), "ok");
  EXPECT_EQ(commit({removal("users", "u-1", 2)}), "conflict");
  EXPECT_EQ(look("users", "u-1"), "1:a");
  EXPECT_EQ(commit({removal("users", "u-1", 1)}), "ok");
  EXPECT_EQ(look("users", "u-1"), "-");
  EXPECT_EQ(commit({removal("users", "u-1", 1)}), "conflict");
}

TEST_P(StoreContract, WhatWasRemovedStartsAtVersionOneAgain) {
  EXPECT_EQ(commit({create("users", "u-1", "a")}), "ok");
  EXPECT_EQ(commit({update("users", "u-1", 1, "b")}), "ok");
  EXPECT_EQ(commit({removal("users", "u-1", 2)}), "ok");
  EXPECT_EQ(commit({create("users", "u-1", "c")}), "ok");
  EXPECT_EQ(look("users", "u-1"), "1:c");
}

TEST_P(StoreContract, IgnoresTheVersionInsideADocument) {
  Write write = create("users", "u-1", "a");
  write.document->version = 41;
  EXPECT_EQ(commit({write}), "ok");
  EXPECT_EQ(look("users", "u-1"), "1:a");
}

TEST_P(StoreContract, WritesABatchOfSeveralCollectionsAtOnce) {
  EXPECT_EQ(commit({create("users", "1", "a"), create("keys", "1", "b"), create("keys", "2", "c")}),
            "ok");
  EXPECT_EQ(
      commit({update("users", "1", 1, "d"), removal("keys", "1", 1), create("keys", "3", "e")}),
      "ok");
  EXPECT_EQ(look("users", "1"), "2:d");
  EXPECT_EQ(ids({.collection = "keys"}), (Ids{"2", "3"}));
}

TEST_P(StoreContract, WritesNothingOfABatchThatConflicts) {
  EXPECT_EQ(commit({create("users", "1", "a", {{"token", "t1"}}),
                    create("users", "2", "b", {{"token", "t2"}})}),
            "ok");
  for (const Write& wrong :
       {create("users", "2"), update("users", "3", 1), removal("users", "2", 9),
        create("users", "3", "{}", {{"token", "t2"}})}) {
    EXPECT_EQ(commit({create("keys", "1", "{}", {{"user", "1"}}), removal("users", "1", 1), wrong}),
              "conflict");
    EXPECT_EQ(commit({wrong, create("keys", "1"), update("users", "1", 1)}), "conflict");
  }
  EXPECT_EQ(ids({.collection = "keys"}), Ids{});
  EXPECT_EQ(find("keys", "user", "1"), Ids{});
  EXPECT_EQ(ids({.collection = "users"}), (Ids{"1", "2"}));
  EXPECT_EQ(look("users", "1"), "1:a");
  EXPECT_EQ(find("users", "token", "t1"), Ids{"1"});
}

TEST_P(StoreContract, NamesTheFirstConflictOfABatch) {
  const Result<void> result = ask_.commit(
      {create("users", "fine"), update("users", "first", 1), update("users", "second", 1)});
  ASSERT_EQ(outcome(result), "conflict");
  EXPECT_NE(result.error().message.find("'first' of 'users'"), std::string::npos);
}

TEST_P(StoreContract, AcceptsAnEmptyBatch) {
  EXPECT_EQ(commit({}), "ok");
}

TEST_P(StoreContract, RefusesASecondHolderOfAUniqueValue) {
  EXPECT_EQ(commit({create("users", "1", "{}", {{"token", "t"}})}), "ok");
  const Result<void> second = ask_.commit({create("users", "2", "{}", {{"token", "t"}})});
  ASSERT_EQ(outcome(second), "conflict");
  EXPECT_EQ(second.error().fields, (std::vector<FieldError>{{"token", "is taken"}}));
  EXPECT_EQ(commit({create("users", "2", "{}", {{"token", "u"}})}), "ok");
  EXPECT_EQ(commit({update("users", "2", 1, "{}", {{"token", "t"}})}), "conflict");
  EXPECT_EQ(find("users", "token", "t"), Ids{"1"});
  EXPECT_EQ(find("users", "token", "u"), Ids{"2"});
}

TEST_P(StoreContract, AUniqueValueIsFreeOnceItsHolderHasLetGo) {
  EXPECT_EQ(commit({create("users", "1", "{}", {{"token", "t"}})}), "ok");
  EXPECT_EQ(commit({update("users", "1", 1, "more", {{"token", "t"}})}), "ok");  // its own value
  EXPECT_EQ(commit({update("users", "1", 2)}), "ok");
  EXPECT_EQ(commit({create("users", "2", "{}", {{"token", "t"}})}), "ok");
  EXPECT_EQ(commit({removal("users", "2", 1)}), "ok");
  EXPECT_EQ(commit({create("users", "3", "{}", {{"token", "t"}})}), "ok");
  EXPECT_EQ(find("users", "token", "t"), Ids{"3"});
}

TEST_P(StoreContract, AUniqueValueMovesInsideABatchWhateverItsOrder) {
  EXPECT_EQ(commit({create("users", "1", "{}", {{"token", "a"}}),
                    create("users", "2", "{}", {{"token", "b"}})}),
            "ok");
  EXPECT_EQ(commit({update("users", "1", 1, "{}", {{"token", "b"}}),
                    update("users", "2", 1, "{}", {{"token", "a"}})}),
            "ok");
  EXPECT_EQ(find("users", "token", "a"), Ids{"2"});
  EXPECT_EQ(commit({create("users", "3", "{}", {{"token", "a"}}), removal("users", "2", 2)}), "ok");
  EXPECT_EQ(find("users", "token", "a"), Ids{"3"});
  EXPECT_EQ(commit({create("users", "4", "{}", {{"token", "c"}}),
                    create("users", "5", "{}", {{"token", "c"}})}),
            "conflict");
  EXPECT_EQ(commit({update("users", "3", 1, "{}", {{"token", "a"}}),
                    create("users", "5", "{}", {{"token", "a"}})}),
            "conflict");
  EXPECT_EQ(find("users", "token", "c"), Ids{});
}

TEST_P(StoreContract, FindsByEachIndexWhatHasTheValue) {
  EXPECT_EQ(commit({create("reservations", "3", "{}", {{"user", "ada"}, {"live", "1"}}),
                    create("reservations", "1", "{}", {{"user", "ada"}}),
                    create("reservations", "2", "{}", {{"user", "bob"}, {"live", "1"}}),
                    create("keys", "4", "{}", {{"user", "ada"}})}),
            "ok");
  EXPECT_EQ(find("reservations", "user", "ada"), (Ids{"1", "3"}));
  EXPECT_EQ(find("reservations", "live", "1"), (Ids{"2", "3"}));
  EXPECT_EQ(find("reservations", "user", "ad"), Ids{});
  EXPECT_EQ(find("reservations", "user_live", "ada"), Ids{});
  EXPECT_EQ(find("templates", "user", "ada"), Ids{});
}

TEST_P(StoreContract, AnUpdateChangesWhatADocumentIsFoundBy) {
  const Indexes first = {{"user", "ada"}, {"user_live", "ada"}};
  const Indexes second = {{"user", "bob"}, {"live", ""}};  // one changed, one gone, one new
  const Indexes third = {{"user", "bob"}, {"live", "1"}, {"user_live", "bob"}};
  EXPECT_EQ(commit({create("reservations", "1", "{}", first)}), "ok");
  EXPECT_EQ(commit({update("reservations", "1", 1, "{}", second)}), "ok");
  EXPECT_EQ(find("reservations", "user", "ada"), Ids{});
  EXPECT_EQ(find("reservations", "user", "bob"), Ids{"1"});
  EXPECT_EQ(find("reservations", "user_live", "ada"), Ids{});
  EXPECT_EQ(find("reservations", "live", ""), Ids{"1"});
  EXPECT_EQ(commit({update("reservations", "1", 2, "{}", third)}), "ok");
  EXPECT_EQ(find("reservations", "live", ""), Ids{});
  EXPECT_EQ(find("reservations", "live", "1"), Ids{"1"});
  const Result<Page> page =
      ask_.query({.collection = "reservations", .index = "user_live", .value = "bob"});
  ASSERT_TRUE(page && page->size() == 1);
  EXPECT_EQ((*page)[0].version, 3);
  EXPECT_EQ((*page)[0].indexes, third);
}

TEST_P(StoreContract, CountsWhatHasAValueUpToAsManyAsAsked) {
  EXPECT_EQ(commit({create("reservations", "3", "{}", {{"user", "ada"}, {"live", "1"}}),
                    create("reservations", "1", "{}", {{"user", "ada"}}),
                    create("reservations", "2", "{}", {{"user", "bob"}})}),
            "ok");
  const auto count = [&](std::string index, std::string value, std::size_t most) {
    return ask_.count({"reservations", std::move(index), std::move(value), most});
  };
  EXPECT_EQ(count("user", "ada", 10), 2u);
  EXPECT_EQ(count("user", "ada", 1), 1u);
  EXPECT_EQ(count("user", "ad", 10), 0u);
  EXPECT_EQ(count("live", "1", kTallyMax), 1u);
  EXPECT_EQ(commit({removal("reservations", "1", 1)}), "ok");
  EXPECT_EQ(count("user", "ada", 10), 1u);
  EXPECT_EQ(outcome(count("nothing", "1", 1)), "invalid");
  EXPECT_EQ(outcome(count("user", "ada", 0)), "invalid");
  EXPECT_EQ(outcome(count("user", "ada", kTallyMax + 1)), "invalid");
}

TEST_P(StoreContract, GetsSeveralAtOnceInTheOrderTheyAreNamed) {
  EXPECT_EQ(commit({create("users", "1", "one"), create("users", "2", "two")}), "ok");
  const auto found = ask_.get_all("users", {"2", "none", "1", "2"});
  ASSERT_TRUE(found && found->size() == 4);
  EXPECT_EQ((*found)[0]->body, "two");
  EXPECT_FALSE((*found)[1]);
  EXPECT_EQ((*found)[2], *ask_.get("users", "1"));
  EXPECT_EQ((*found)[3], (*found)[0]);
  EXPECT_TRUE(ask_.get_all("users", {})->empty());
  EXPECT_EQ(outcome(ask_.get_all("users", {"1", ""})), "invalid");
  EXPECT_EQ(outcome(ask_.get_all("nothing", {})), "invalid");
  EXPECT_EQ(outcome(ask_.get_all("users", Ids(kPageMax + 1, "1"))), "invalid");
}

TEST_P(StoreContract, ARemovalIsFoundByNothing) {
  EXPECT_EQ(commit({create("reservations", "1", "{}", {{"user", "ada"}, {"live", "1"}})}), "ok");
  EXPECT_EQ(commit({removal("reservations", "1", 1)}), "ok");
  EXPECT_EQ(find("reservations", "user", "ada"), Ids{});
  EXPECT_EQ(find("reservations", "live", "1"), Ids{});
  EXPECT_EQ(commit({create("reservations", "1")}), "ok");
  EXPECT_EQ(find("reservations", "user", "ada"), Ids{});
}

TEST_P(StoreContract, OrdersByIdAndKeepsToTheLimit) {
  EXPECT_EQ(commit({create("templates", "b"), create("templates", "d"), create("templates", "a"),
                    create("templates", "c")}),
            "ok");
  EXPECT_EQ(ids({.collection = "templates"}), (Ids{"a", "b", "c", "d"}));
  EXPECT_EQ(ids({.collection = "templates", .newest_first = true}), (Ids{"d", "c", "b", "a"}));
  EXPECT_EQ(ids({.collection = "templates", .limit = 3}), (Ids{"a", "b", "c"}));
  EXPECT_EQ(ids({.collection = "templates", .limit = 1, .newest_first = true}), Ids{"d"});
  EXPECT_EQ(ids({.collection = "templates", .limit = 4}).size(), 4U);
  EXPECT_EQ(ids({.collection = "templates", .limit = kPageMax}).size(), 4U);
}

TEST_P(StoreContract, ContinuesAfterAnIdThatNeedNotExist) {
  EXPECT_EQ(commit({create("templates", "a"), create("templates", "c"), create("templates", "e")}),
            "ok");
  EXPECT_EQ(ids({.collection = "templates", .after_id = "a"}), (Ids{"c", "e"}));
  EXPECT_EQ(ids({.collection = "templates", .after_id = "b"}), (Ids{"c", "e"}));
  EXPECT_EQ(ids({.collection = "templates", .after_id = "e"}), Ids{});
  EXPECT_EQ(ids({.collection = "templates", .after_id = "e", .newest_first = true}),
            (Ids{"c", "a"}));
  EXPECT_EQ(ids({.collection = "templates", .after_id = "d", .newest_first = true}),
            (Ids{"c", "a"}));
  EXPECT_EQ(ids({.collection = "templates", .after_id = "a", .newest_first = true}), Ids{});
}

TEST_P(StoreContract, PagingNeitherSkipsNorRepeatsWhatIsThereAllAlong) {
  const auto id = [](int n) { return "t-" + std::to_string(1000 + n); };
  Batch batch;  // the even ones stay, the odd ones come and go
  for (int n = 0; n < 100; n += 2)
    batch.push_back(create("templates", id(n), "{}", {{"user", "ada"}}));
  EXPECT_EQ(commit(batch), "ok");

  for (const bool newest_first : {false, true}) {
    for (const std::string index : {"", "user"}) {
      for (const std::size_t limit : {1, 7, 50}) {
        Query query{.collection = "templates",
                    .index = index,
                    .value = "ada",
                    .limit = limit,
                    .newest_first = newest_first};
        Ids stayed;
        for (;;) {
          const Ids page = ids(query);
          for (const std::string& found : page) {
            if ((found.back() - '0') % 2 == 0) stayed.push_back(found);
          }
          if (page.size() < limit) break;
          query.after_id = page.back();
          // One appears and one vanishes just where the page ended.
          const int at = std::stoi(page.back().substr(2)) - 1000;
          for (const int odd : {at - 1, at + 1, at - 3, at + 3}) {
            if (odd % 2 == 0 || odd < 0) continue;
            if (commit({create("templates", id(odd), "{}", {{"user", "ada"}})}) == "conflict") {
              EXPECT_EQ(commit({removal("templates", id(odd), 1)}), "ok");
            }
          }
        }
        Ids expected;
        for (int n = 0; n < 100; n += 2) expected.push_back(id(n));
        if (newest_first) std::ranges::reverse(expected);
        EXPECT_EQ(stayed, expected) << "limit " << limit << " index '" << index << "'";
      }
    }
  }
}

TEST_P(StoreContract, RefusesCollectionsAndIndexesThatAreNotDeclared) {
  EXPECT_EQ(commit({create("nobody", "1")}), "invalid");
  EXPECT_EQ(commit({create("users", "1"), create("users", "2", "{}", {{"user", "ada"}})}),
            "invalid");
  EXPECT_EQ(look("users", "1"), "-");
  EXPECT_EQ(look("nobody", "1"), "invalid");
  EXPECT_EQ(look("users", ""), "invalid");
  EXPECT_EQ(outcome(ask_.query({.collection = "nobody"})), "invalid");
  EXPECT_EQ(outcome(ask_.query({.collection = "users", .index = "user"})), "invalid");
  EXPECT_EQ(outcome(ask_.query({.collection = "users", .limit = 0})), "invalid");
}

TEST_P(StoreContract, KeepsBodiesOfEverySize) {
  std::string large(2 << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 997) large[i] = static_cast<char>('a' + i % 26);
  const std::string zeros("a\0b\0", 4);
  EXPECT_EQ(commit({create("templates", "large", large), create("templates", "none", ""),
                    create("templates", "zeros", zeros)}),
            "ok");
  EXPECT_EQ(look("templates", "large"), "1:" + large);
  EXPECT_EQ(look("templates", "none"), "1:");
  EXPECT_EQ(look("templates", "zeros"), "1:" + zeros);
  EXPECT_EQ(commit({update("templates", "large", 1, "small now")}), "ok");
  EXPECT_EQ(look("templates", "large"), "2:small now");
}

TEST_P(StoreContract, IdsAndValuesAreBytesInByteOrder) {
  Ids expected;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string first(1, static_cast<char>(byte));
    expected.push_back(first);
    expected.push_back(first + std::string(1, '\0'));
    expected.push_back(first + "a");
  }
  expected.push_back(std::string(kIdBytesMax, '\xff'));
  std::ranges::sort(expected);  // std::string compares as unsigned bytes

  Batch batch;
  for (const std::string& id : expected)
    batch.push_back(create("templates", id, "{}", {{"user", std::string("\0'%\xff", 4)}}));
  EXPECT_EQ(commit(batch), "ok");
  EXPECT_EQ(ids({.collection = "templates", .limit = 1000}), expected);
  EXPECT_EQ(ids({.collection = "templates",
                 .index = "user",
                 .value = std::string("\0'%\xff", 4),
                 .limit = 1000}),
            expected);
  EXPECT_EQ(find("templates", "user", ""), Ids{});
  EXPECT_EQ(find("templates", "user", std::string("\0'%", 3)), Ids{});
  for (std::size_t i = 0; i + 1 < expected.size(); i += 50) {
    EXPECT_EQ(ids({.collection = "templates", .after_id = expected[i], .limit = 1}),
              Ids{expected[i + 1]});
    EXPECT_EQ(ids({.collection = "templates",
                   .after_id = expected[i + 1],
                   .limit = 1,
                   .newest_first = true}),
              Ids{expected[i]});
  }
  std::ranges::reverse(expected);
  EXPECT_EQ(ids({.collection = "templates", .limit = 1000, .newest_first = true}), expected);
}

TEST_P(StoreContract, AppliesTheCommitsOfOneThreadInTheirOrder) {
  constexpr int kCommits = 500;
  std::vector<std::future<std::string>> answers;
  for (int version = 0; version < kCommits; ++version) {
    std::promise<std::string> answer;
    answers.push_back(answer.get_future());
    store_->commit({update("users", "1", version, std::to_string(version))}, loop_,
                   [answer = std::move(answer)](Result<void> result) mutable {
                     answer.set_value(outcome(result));
                   });
  }
  for (auto& answer : answers) EXPECT_EQ(answer.get(), "ok");
  EXPECT_EQ(look("users", "1"), "500:499");
}

TEST_P(StoreContract, AReadSeesWhatWasAnsweredBefore) {
  std::promise<std::string> seen;
  store_->commit(
      {create("users", "1", "{}", {{"token", "t"}})}, loop_, [&](Result<void> committed) {
        EXPECT_EQ(outcome(committed), "ok");
        store_->get("users", "1", loop_, [&](Result<std::optional<Document>> found) {
          EXPECT_TRUE(found && *found);
          store_->query({.collection = "users", .index = "token", .value = "t"}, loop_,
                        [&](Result<Page> page) { seen.set_value(std::to_string(page->size())); });
        });
      });
  EXPECT_EQ(seen.get_future().get(), "1");
}

TEST_P(StoreContract, AnswersOnTheLoopThatWasNamedAndNeverInsideTheCall) {
  std::promise<std::thread::id> loop_thread;
  loop_.post([&] { loop_thread.set_value(std::this_thread::get_id()); });
  const std::thread::id expected = loop_thread.get_future().get();

  std::promise<void> ended;
  int answers = 0;
  bool inside = false;
  const auto count = [&] {
    EXPECT_EQ(std::this_thread::get_id(), expected);
    EXPECT_FALSE(inside);
    if (++answers == 6) ended.set_value();
  };
  loop_.post([&] {
    inside = true;
    for (const std::string collection : {"users", "nobody"}) {
      store_->commit({create(collection, "1")}, loop_, [&](Result<void>) { count(); });
      store_->get(collection, "1", loop_, [&](Result<std::optional<Document>>) { count(); });
      store_->query({.collection = collection}, loop_, [&](Result<Page>) { count(); });
    }
    inside = false;
  });
  ended.get_future().wait();
}

}  // namespace mayfly::store
