// Queries against a whole installation, one thing that they do at a time.
#include "query_fixture.h"

namespace mayfly::oslc {
namespace {

TEST_F(OslcQuery, ListsTeardownsAmongTheOthers) {
  launch();
  const std::string binding = [&] {
    const Reply result = ask("GET", result_);
    return result.one(result_ + "#teardown", core::kBinding);
  }();
  const Reply form = ask("GET", ask("GET", binding).one(binding, http_terms::kBody));
  const Reply asked = ask("POST", binding, form.body);
  ASSERT_EQ(asked.status, 201) << asked.body;
  const std::string request = asked.header("Location");
  const std::string teardown = asked.one(request, automation::kProducedAutomationResult);
  const Reply all = ask("GET", mine("results"));
  EXPECT_EQ(members(all, "results"), (std::vector<std::string>{teardown, result_}));
  EXPECT_EQ(total(all), "2");
  EXPECT_EQ(members(ask("GET", mine("requests")), "requests").front(), request);
  const Reply found = ask(
      "GET", query("results",
                   {{"oslc.where", "oslc_auto:producedByAutomationRequest=<" + request + ">"}}));
  EXPECT_EQ(members(found, "results"), std::vector<std::string>{teardown});
}

TEST_F(OslcQuery, SaysTheScoreAndPutsItBeforeTheOrder) {
  fill(30);
  const Reply found = ask("GET", query("results", {{"oslc.searchTerms", "\"no2\",\"nothing\""},
                                                   {"oslc.orderBy", "+dcterms:title"},
                                                   {"oslc.pageSize", "4"}}));
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(total(found), "11");  // no2, no20, ... no29: no id has an o
  const auto hits = members(found, "results");
  ASSERT_EQ(hits.size(), 4u);
  EXPECT_EQ(found.one(hits[0], core::kScore), "50");
  EXPECT_EQ(found.one(hits[0], dublin::kTitle), "no2");
  EXPECT_EQ(found.one(hits[1], dublin::kTitle), "no20");
  const Reply next = ask("GET", next_page(found));
  EXPECT_EQ(next.one(members(next, "results").front(), dublin::kTitle), "no23");
  EXPECT_EQ(next.one(members(next, "results").front(), core::kOrder), "5");
}

TEST_F(OslcQuery, SendsOnWhoAsksForMoreThanAThousandAtOnce) {
  const std::vector<std::string> ids = fill(1001);
  const Reply all = ask("GET", mine("results") + "?oslc.select=dcterms:title");
  ASSERT_EQ(all.status, 302);
  const Reply first = ask("GET", all.header("Location"));
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(members(first, "results").size(), 100u);
  EXPECT_EQ(total(first), "1001");
  // What was selected stays selected.
  const Reply second = ask("GET", next_page(first));
  const auto hits = members(second, "results");
  ASSERT_EQ(hits.size(), 100u);
  EXPECT_EQ(second.one(hits[0], dublin::kTitle), "no900");
  EXPECT_EQ(second.one(hits[0], dublin::kIdentifier), "");
  // Oldest first, the same cost.
  const Reply oldest =
      ask("GET", query("results", {{"oslc.orderBy", "+dcterms:created"}, {"oslc.pageSize", "2"}}));
  EXPECT_EQ(members(oldest, "results"),
            (std::vector<std::string>{mine("results/" + ids[0]), mine("results/" + ids[1])}));
  const Reply busy =
      ask("GET", query("results", {{"oslc.where", "oslc_auto:state=oslc_auto:inProgress"}}));
  EXPECT_EQ(members(busy, "results"), std::vector<std::string>{mine("results/" + ids[7])});
  EXPECT_EQ(total(busy), "1");
}

TEST_F(OslcQuery, WouldRatherNotSortThanSortAPart) {
  const std::vector<std::string> ids = fill(5001);
  const Reply refused = ask("GET", mine("results") + "?oslc.orderBy=%2Bdcterms:title");
  EXPECT_EQ(refused.status, 501);
  EXPECT_THAT(refused.body, HasSubstr("oslc.where"));
  const Reply last = ask(
      "GET", query("results", {{"oslc.orderBy", "-dcterms:identifier"}, {"oslc.pageSize", "1"}}));
  EXPECT_EQ(members(last, "results"), std::vector<std::string>{mine("results/" + ids[5000])});
  const std::string since = to_string(id_moment(SystemClock{}.now()) - 24h + 4990 * 1s);
  const Reply narrowed =
      ask("GET", query("results", {{"oslc.orderBy", "-dcterms:title"},
                                   {"oslc.where", fmt::format("dcterms:created>\"{}\"", since)}}));
  EXPECT_EQ(narrowed.status, 200) << narrowed.body;
  EXPECT_EQ(narrowed.one(members(narrowed, "results").front(), dublin::kTitle), "no5000");
  // A page that nobody fits on says where to go on.
  std::string next = query("results", {{"oslc.where", "dcterms:title=\"no0\""}});
  Reply page = ask("GET", next);
  ASSERT_EQ(page.status, 302);
  page = ask("GET", page.header("Location"));
  EXPECT_TRUE(members(page, "results").empty());
  EXPECT_EQ(total(page), "");
  page = ask("GET", next_page(page));
  EXPECT_EQ(members(page, "results"), std::vector<std::string>{mine("results/" + ids[0])});
  EXPECT_EQ(next_page(page), "");
}

TEST_F(OslcQuery, SearchesAllAndRanksTheNewestThatHaveTheWords) {
  const std::vector<std::string> ids = fill(5003);
  const auto found = [&](std::vector<std::pair<std::string, std::string>> asked) {
    return ask("GET", query("results", std::move(asked)));
  };
  // The oldest one, by its name and by its id.
  for (const std::string& words : {std::string("no0"), ids[0]}) {
    const Reply one = found({{"oslc.searchTerms", "\"" + words + "\""}});
    ASSERT_EQ(one.status, 200) << one.body;
    EXPECT_EQ(members(one, "results"), std::vector<std::string>{mine("results/" + ids[0])});
    EXPECT_EQ(total(one), "1");
  }
  // All have a word that begins so.
  std::string next = query("results", {{"oslc.searchTerms", "\"no\""}, {"oslc.pageSize", "1000"}});
  std::vector<std::string> seen;
  while (!next.empty()) {
    const Reply page = ask("GET", next);
    ASSERT_EQ(page.status, 200) << page.body;
    EXPECT_EQ(total(page), "");
    for (std::string& member : members(page, "results")) seen.push_back(std::move(member));
    next = next_page(page);
    // What arrives meanwhile pushes nothing out.
    if (seen.size() == 2000) fill(3);
  }
  // Of the one that comes last nobody knows whether it has all its words.
  ASSERT_EQ(seen.size(), 4999u);
  EXPECT_EQ(seen.front(), mine("results/" + ids[5002]));
  EXPECT_EQ(seen.back(), mine("results/" + ids[4]));
  // Older ones, by saying so; and what else is said may be what leads to few.
  const std::string until = to_string(id_moment(SystemClock{}.now()) - 24h + 10 * 1s);
  const Reply older = found({{"oslc.searchTerms", "\"no\""},
                             {"oslc.where", fmt::format("dcterms:created<\"{}\"", until)}});
  EXPECT_EQ(members(older, "results").back(), mine("results/" + ids[0]));
  const Reply busy = found(
      {{"oslc.searchTerms", "\"no\""}, {"oslc.where", "oslc_auto:state!=oslc_auto:complete"}});
  EXPECT_EQ(members(busy, "results"), std::vector<std::string>{mine("results/" + ids[7])});
  EXPECT_EQ(total(busy), "1");
}

TEST_F(OslcQuery, SortsPlans) {
  for (const char* name : {"zebra", "ant"}) {
    const Reply saved = ask("POST", fmt::format("/users/{}/templates/{}", user_, name),
                            R"({"request":{"kind":"vm","count":1,"vcpus":1,"memory_gib":1}})",
                            {{"Content-Type", "application/json"}});
    EXPECT_EQ(saved.status / 100, 2) << saved.body;
  }
  const auto listed = [&](std::vector<std::pair<std::string, std::string>> parameters) {
    std::vector<std::string> names;
    for (std::string next = query("plans", std::move(parameters)); !next.empty();) {
      const Reply page = ask("GET", next);
      EXPECT_EQ(page.status, 200) << page.body;
      for (const std::string& member : members(page, "plans"))
        names.push_back(http::percent_decode(member.substr(member.rfind('/') + 1)).value_or(""));
      next = next_page(page);
    }
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(listed({{"oslc.pageSize", "1"}}),
            (Names{"vm", "cluster", "template:ant", "template:zebra"}));
  EXPECT_EQ(listed({{"oslc.pageSize", "3"}, {"oslc.orderBy", "-dcterms:identifier"}}),
            (Names{"vm", "template:zebra", "template:ant", "cluster"}));
  EXPECT_EQ(listed({{"oslc.searchTerms", "\"zebra\""}}), Names{"template:zebra"});
  EXPECT_EQ(listed({{"oslc.where", "oslc_auto:parameterDefinition{oslc:name=\"nodes\"}"}}),
            Names{"cluster"});
}

TEST_F(OslcQuery, IsPostedAsAForm) {
  fill(3);
  const http::Headers form = {{"Content-Type", "application/x-www-form-urlencoded"}};
  for (const char* collection : {"results", "requests"}) {
    const Reply first =
        ask("POST", mine(collection), "oslc.pageSize=2&oslc.orderBy=-dcterms%3Atitle", form);
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(members(first, collection).size(), 2u);
    const std::string body = first.one(mine(collection), core::kPostBody);
    EXPECT_THAT(body, HasSubstr("oslc.orderBy=-dcterms%3Atitle"));
    const Reply second = ask("POST", next_page(first), body, form);
    EXPECT_EQ(members(second, collection).size(), 1u) << second.body;
    EXPECT_EQ(members(ask("GET", next_page(first)), collection), members(second, collection));
  }
}

TEST_F(OslcQuery, TellsWhatCameOutAndKeepsIt) {
  launch();
  const Reply told = ask("GET", query("results", {{"oslc.select", "oslc_auto:outputParameter"}}));
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_FALSE(told.graph.objects(rdf::iri(result_), automation::kOutputParameter).empty());
  store::Blocking store(installation_->store(), loop_);
  const auto kept = store.get("automations", result_.substr(result_.rfind('/') + 1));
  ASSERT_TRUE(kept && *kept);
  EXPECT_THAT((*kept)->body, HasSubstr("\"outputs\":["));
}

TEST_F(OslcQuery, RefusesWhatItDoesNotUnderstandOrCannotAnswer) {
  const auto status = [&](std::string_view asked) {
    const Reply reply = ask("GET", fmt::format("{}?{}", mine("results"), asked));
    if (reply.status >= 400) {
      EXPECT_NE(reply.error(), "") << asked;
    }
    return reply.status;
  };
  // Malformed, and prefixes that nobody knows.
  for (const char* wrong :
       {"oslc.where=nonsense", "oslc.where=", "oslc.where=nope%3Atitle%3D%22x%22",
        "oslc.where=dcterms%3Atitle%7B", "oslc.where=dcterms%3Atitle%3D%22x%22%20or%20x",
        "oslc.orderBy=%2Btitle", "oslc.orderBy=%2Bnope%3Atitle", "oslc.orderBy=%2Boslc%3Ascore",
        "oslc.searchTerms=web", "oslc.searchTerms=%22", "oslc.select=%7B", "oslc.prefix=a",
        "oslc.pageSize=none", "oslc.pageSize=0", "oslc.pageSize=-1", "cursor=nonsense",
        "cursor=1%2Cr-1%2Cq", "oslc.orderBy=%2Bdcterms%3Atitle&cursor=1%2Cr-1%2Ctx%2Cty"})
    EXPECT_EQ(status(wrong), 400) << wrong;
  // Understood, but nothing can be known behind these.
  EXPECT_EQ(status("oslc.where=oslc%3AserviceProvider%7Bdcterms%3Atitle%3D%22x%22%7D"), 501);
  EXPECT_EQ(status("oslc.orderBy=oslc%3AinstanceShape%7B%2Bdcterms%3Atitle%7D"), 501);
  // Unknown properties and parameters are no errors.
  EXPECT_EQ(status("oslc.orderBy=%2Boslc%3Anothing"), 200);
  EXPECT_EQ(status("oslc.orderBy=+dcterms:title"), 200);
  EXPECT_EQ(status("oslc.where=oslc%3Anothing%3D1"), 200);
  EXPECT_EQ(status("something=else"), 200);
}

}  // namespace
}  // namespace mayfly::oslc
