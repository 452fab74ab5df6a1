#include "cli/table.h"

#include <gtest/gtest.h>

namespace mayfly::cli {
namespace {

Table machines() {
  Table table({{"NAME"}, {"VCPU", Align::right}, {"ZONE"}});
  table.add({"größer", "2", "fra1"});
  table.add({"日本", "128", ""});
  return table;
}

TEST(Table, AlignsByCellsAndLeavesNoBlanksAtLineEnds) {
  EXPECT_EQ(machines().print({}),
            "NAME    VCPU  ZONE\n"
            "größer     2  fra1\n"
            "日本     128\n");
}

TEST(Table, CanBeIndentedAndWithoutTitles) {
  EXPECT_EQ(machines().print({.titles = false, .indent = 2}),
            "  größer    2  fra1\n"
            "  日本    128\n");
}

TEST(Table, LeavesOutColumnsWithoutContent) {
  Table table({{"ID"}, {"NAME"}, {"PHASE"}});
  table.add({"r-1", "", "ready"});
  EXPECT_EQ(table.print({}), "ID   PHASE\nr-1  ready\n");
}

TEST(Table, ShortensOnlyTheLastColumnToTheTerminal) {
  Table table({{"ID"}, {"WHY"}});
  table.add({"r-1", "there was no capacity in this zone"});
  EXPECT_EQ(table.print({.titles = false, .cells_max = 20}), "r-1  there was no c…\n");
  EXPECT_EQ(table.print({.titles = false, .cells_max = 5}), "r-1  there was n…\n");
}

TEST(Table, PaintsCellsWithoutMovingThem) {
  Table table({{"ID"}, {"PHASE"}});
  table.add({Cell("r-1", Tone::good), "ready"});
  EXPECT_EQ(table.print({.colors = true, .titles = false}), "\x1b[32mr-1\x1b[0m  ready\n");
  EXPECT_EQ(table.print({.titles = false}), "r-1  ready\n");
}

TEST(Table, DisarmsWhatTheServerSays) {
  Table table({{"NAME"}});
  table.add({"a\x1b]0;title\x07z"});
  EXPECT_EQ(table.print({.titles = false}), "a\uFFFD]0;title\uFFFDz\n");
}

TEST(Table, WithoutRowsIsNothing) {
  EXPECT_EQ(Table({{"ID"}}).print({}), "");
}

}  // namespace
}  // namespace mayfly::cli
