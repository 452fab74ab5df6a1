#include "model/search_texts.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

using Texts = std::vector<std::string>;

TEST(SearchTexts, ArePrintedALineEachTheNamesFirst) {
  EXPECT_EQ(print_search_texts({}), "\n");
  EXPECT_EQ(print_search_texts({{"r-1", "Nightly build"}, {"aws", "10.0.0.1"}}),
            "r-1\nNightly build\n\naws\n10.0.0.1\n");
  EXPECT_EQ(print_search_texts({{}, {"aws"}}), "\naws\n");
  EXPECT_EQ(print_search_texts({{"two\nlines"}, {"", "x"}}), "two lines\n\nx\n");
}

TEST(SearchTexts, LeaveOutWhatDoesNotFit) {
  const std::string large(kSearchTextsBytesMax, 'x');
  const std::string text = print_search_texts({{"name"}, {large, "small"}});
  EXPECT_EQ(text, "name\n\nsmall\n");
  const std::string nearly(kSearchTextsBytesMax - 10, 'x');
  EXPECT_EQ(print_search_texts({{nearly}, {"too large", "s"}}), nearly + "\n\ns\n");
}

TEST(SearchTexts, OfAReservationHaveNamesPlacesAndAddresses) {
  Reservation reservation{.id = "r-1", .user = "ann"};
  reservation.request.name = "web";
  reservation.request.clouds = {{"aws", "digitalocean"}};
  reservation.request.user_data = "#!/bin/sh secret";
  reservation.attempts = {{.number = 1, .offer = {.cloud = "aws", .region = "eu-west-1"}},
                          {.number = 2, .offer = {.cloud = "aws", .region = "eu-west-2"}}};
  reservation.attempts[0].reason = "no capacity";
  reservation.attempts[1].machines = {{.instance = {.id = "i-7", .public_ip = "203.0.113.7"}}};
  EXPECT_EQ(search_texts_of(reservation),
            (SearchTexts{{"r-1", "web"},
                         {"ubuntu-24.04", "aws", "digitalocean", "eu-west-1", "no capacity",
                          "eu-west-2", "i-7", "203.0.113.7"}}));
}

TEST(SearchTexts, OfManyMachinesAreNoMoreThanFits) {
  Reservation reservation{.id = "r-1"};
  reservation.attempts = {{.number = 1}};
  for (int i = 0; i < 1000; ++i)
    reservation.attempts[0].machines.push_back({.instance = {.id = std::to_string(1'000'000 + i)}});
  const Texts others = search_texts_of(reservation).others;
  EXPECT_LT(others.size(), kSearchTextsBytesMax / 7 + 3);
  EXPECT_GT(print_search_texts({{}, others}).size(), kSearchTextsBytesMax - 10);
}

TEST(SearchTexts, HaveReasonsOfWhatNeverBecameReadyOnly) {
  Reservation reservation{.id = "r-1"};
  reservation.end_reason = "There is no room";
  EXPECT_EQ(search_texts_of(reservation).others, (Texts{"ubuntu-24.04", "There is no room"}));
  reservation.ready_at = Time{};
  EXPECT_EQ(search_texts_of(reservation).others, Texts{"ubuntu-24.04"});
}

}  // namespace
}  // namespace mayfly
