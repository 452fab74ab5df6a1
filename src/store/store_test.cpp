#include "store/store.h"

#include <gtest/gtest.h>

#include "store/collections.h"

namespace mayfly::store {
namespace {

Write a_write(std::string collection = "users", std::string id = "u-1") {
  return {.collection = std::move(collection), .id = std::move(id), .document = Document{}};
}

std::string refusal(const Result<void>& result) {
  if (result) return "accepted";
  return std::string(name_of(result.error().code)) + ": " + result.error().message;
}

TEST(Collections, AreFoundByName) {
  const Collection* users = find_collection("users");
  ASSERT_NE(users, nullptr);
  EXPECT_EQ(find_collection("no such"), nullptr);
  EXPECT_EQ(find_collection(""), nullptr);
  ASSERT_NE(find_index(*users, "token"), nullptr);
  EXPECT_TRUE(find_index(*users, "token")->unique);
  EXPECT_EQ(find_index(*users, "user"), nullptr);
  EXPECT_EQ(find_index(*users, ""), nullptr);
}

TEST(Collections, HaveDistinctNamesAndDistinctIndexes) {
  for (const Collection& collection : kCollections) {
    EXPECT_EQ(find_collection(collection.name), &collection);
    for (const Index& index : collection.indexes) {
      if (!index.name.empty()) EXPECT_EQ(find_index(collection, index.name), &index);
    }
  }
}

TEST(Batch, WithinTheLimitsIsAccepted) {
  EXPECT_TRUE(check(Batch{}));
  Write largest = a_write("users", std::string(kIdBytesMax, '\xff'));
  largest.document->indexes["token"] = std::string(kIndexValueBytesMax, '\0');
  largest.document->body = std::string(kBodyBytesMax, 'b');
  const Write removal{.collection = "users", .id = "u-2", .expected_version = 1};
  EXPECT_EQ(refusal(check(Batch{largest, removal})), "accepted");
}

TEST(Batch, NamesKnownCollectionsAndIndexesOnly) {
  EXPECT_EQ(refusal(check(Batch{a_write("user")})),
            "invalid: The store was asked for something impossible: there is no collection 'user'");
  Write write = a_write();
  write.document->indexes["name"] = "value";
  EXPECT_EQ(refusal(check(Batch{a_write("settings"), write})),
            "invalid: The store was asked for something impossible: the collection 'users' has no "
            "index 'name'");
}

TEST(Batch, HasIdsOfOneToTwoHundredBytes) {
  EXPECT_EQ(
      refusal(check(Batch{a_write("users", "")})),
      "invalid: The store was asked for something impossible: an id of 'users' has 0 bytes, it "
      "must have 1 to 200");
  EXPECT_FALSE(check(Batch{a_write("users", std::string(kIdBytesMax + 1, 'x'))}));
}

TEST(Batch, PastALimitIsRefused) {
  Write write = a_write();
  write.document->body = std::string(kBodyBytesMax + 1, 'b');
  EXPECT_EQ(refusal(check(Batch{write})),
            "too_large: The document 'u-1' of 'users' has 16777217 bytes, the most is 16777216.");
  write = a_write();
  write.document->indexes["token"] = std::string(kIndexValueBytesMax + 1, 't');
  EXPECT_FALSE(check(Batch{write}));
  Batch batch;
  for (std::size_t i = 0; i <= kBatchWritesMax; ++i) {
    batch.push_back(a_write("users", std::to_string(i)));
  }
  EXPECT_FALSE(check(batch));
}

TEST(Batch, NamesADocumentOnce) {
  EXPECT_TRUE(check(Batch{a_write("users", "1"), a_write("keys", "1")}));
  EXPECT_EQ(refusal(check(Batch{a_write("users", "\t1"), a_write("users", "\t1")})),
            "invalid: The store was asked for something impossible: two writes of one batch name "
            "'\\x091' of 'users'");
}

TEST(Batch, DoesNotContradictItself) {
  Write write = a_write();
  write.document->id = "u-2";
  EXPECT_FALSE(check(Batch{write}));
  write.document->id = "u-1";
  EXPECT_TRUE(check(Batch{write}));
  write.expected_version = -1;
  EXPECT_FALSE(check(Batch{write}));
  EXPECT_FALSE(check(Batch{{.collection = "users", .id = "u-1", .expected_version = 0}}));
}

TEST(Query, IsCheckedLikeAWrite) {
  EXPECT_TRUE(check(Query{.collection = "users"}));
  EXPECT_TRUE(check(Query{.collection = "users", .index = "token", .value = ""}));
  EXPECT_FALSE(check(Query{.collection = "nobody"}));
  EXPECT_FALSE(check(Query{.collection = "users", .index = "user"}));
  EXPECT_FALSE(check(Query{.collection = "users", .after_id = std::string(201, 'x')}));
  EXPECT_FALSE(check(Query{.collection = "users", .limit = 0}));
  EXPECT_TRUE(check(Query{.collection = "users", .limit = kPageMax}));
  EXPECT_FALSE(check(Query{.collection = "users", .limit = kPageMax + 1}));
  EXPECT_FALSE(check_get("users", ""));
  EXPECT_FALSE(check_get("nobody", "1"));
  EXPECT_TRUE(check_get("users", "1"));
}

TEST(Conflict, SaysWhoIsWrongAboutWhat) {
  const Write write{.collection = "users", .id = "u-\n", .expected_version = 3};
  EXPECT_EQ(wrong_version(write, 4).error().message,
            "'u-\\x0a' of 'users' is at version 4; the writer believed it to be at version 3.");
  EXPECT_EQ(wrong_version(write, 0).error().message,
            "'u-\\x0a' of 'users' is not there; the writer believed it to be at version 3.");
  const Error taken = value_taken(write, "token").error();
  EXPECT_EQ(taken.code, ErrorCode::conflict);
  EXPECT_EQ(taken.fields, (std::vector<FieldError>{{"token", "is taken"}}));
}

}  // namespace
}  // namespace mayfly::store
