// What can be done with what was launched, as a client of Actions 2.0 does it.
#include "fixture.h"

namespace mayfly::oslc {
namespace {

class OslcFollowUps : public OslcDoor {
 protected:
  struct Offer {
    std::string binding;
    std::string target;  // where to POST
    Reply form;          // what to POST
    std::string plan;    // that the form executes
  };

  // As a client finds it: the action by its type, its binding, the request template.
  Offer offer_of(const Reply& result, std::string_view type) {
    const std::string action = action_of(result, result_, type);
    EXPECT_NE(action, "") << result.body;
    Offer offer{.binding = result.one(action, core::kBinding)};
    offer.target = result.one(offer.binding, http_terms::kRequestURI);
    const std::string body = result.one(offer.binding, http_terms::kBody);
    offer.form = ask("GET", body);
    offer.plan = offer.form.one(body, automation::kExecutesAutomationPlan);
    return offer;
  }

  std::string result_of(const Reply& created) {
    EXPECT_EQ(created.status, 201) << created.body;
    return created.one(created.header("Location"), automation::kProducedAutomationResult);
  }

  std::string deployment(const std::string& result) {
    return ask("GET", result).one(result, automation::kContribution);
  }
  std::string expiry() {
    const std::string deployed = deployment(result_);
    return ask("GET", deployed).one(deployed, ours::kExpires);
  }
  static std::string leased() { return small() + given("lease", "\"2h\""); }
};

TEST_F(OslcFollowUps, AnswerAtEachOfTheirAddresses) {
  const Reply result = launch(leased());
  for (const std::string_view type :
       {automation::kTeardownAction, ours::kExtendAction, ours::kRestartAction}) {
    const std::string action = action_of(result, result_, type);
    const Offer offer = offer_of(result, type);
    for (const std::string& iri : {offer.binding, result.one(offer.binding, http_terms::kBody),
                                   offer.plan, result.one(action, core::kExecutes)})
      EXPECT_EQ(ask("GET", iri).status, 200) << iri;
    EXPECT_TRUE(ask("GET", offer.plan).has(offer.plan, rdf::kType, automation::kAutomationPlan));
    const std::string future = result.one(action, core::kExecutes);
    EXPECT_TRUE(ask("GET", mine("plans/vm")).has(mine("plans/vm"), core::kFutureAction, future));
    EXPECT_EQ(ask("GET", future).one(future, core::kBinding), "");
  }
}

// What they are called holds what the launch is called, and must never be too long to be asked for.
TEST_F(OslcFollowUps, AreOfferedOfTheLongestTitle) {
  const Reply result = launch(leased(), std::string(500, 't'));
  for (const std::string_view type :
       {ours::kExtendAction, ours::kRestartAction, automation::kTeardownAction}) {
    const Offer offer = offer_of(result, type);
    const Reply created = ask("POST", offer.target, offer.form.body);
    EXPECT_EQ(created.status, 201) << created.body;
  }
}

TEST_F(OslcFollowUps, ExtendTheLeaseAtOnce) {
  const Reply result = launch(leased());
  const std::string before = expiry();
  const Offer offer = offer_of(result, ours::kExtendAction);
  const Reply created = ask("POST", offer.target, offer.form.body);
  const std::string extended = result_of(created);
  EXPECT_TRUE(created.has(extended, automation::kVerdict, automation::kPassed)) << created.body;
  EXPECT_THAT(created.body, HasSubstr("expires_at"));
  const std::string after = expiry();
  EXPECT_GT(after, before);
  const Reply kept = ask("GET", extended);
  EXPECT_TRUE(kept.has(extended, automation::kState, automation::kComplete));
  EXPECT_THAT(kept.body, HasSubstr(after));
  // Still offered, and by as much as the request says; at the ordinary factory just as well.
  const Reply longer =
      ask("POST", mine("requests"), request_for(offer.plan, given("extend", "\"3h\"")));
  EXPECT_TRUE(longer.has(result_of(longer), automation::kVerdict, automation::kPassed));
  EXPECT_GT(expiry(), after);
}

// A client that lost the answer sends the same again.
TEST_F(OslcFollowUps, ExtendOnceHoweverOftenTheSameTemplateIsSent) {
  const Offer offer = offer_of(launch(leased()), ours::kExtendAction);
  const std::string before = expiry();
  const std::string first = result_of(ask("POST", offer.target, offer.form.body));
  const std::string after = expiry();
  EXPECT_GT(after, before);
  const Reply again = ask("POST", offer.target, offer.form.body);
  const std::string second = result_of(again);
  EXPECT_NE(second, first);
  EXPECT_TRUE(again.has(second, automation::kVerdict, automation::kPassed)) << again.body;
  EXPECT_THAT(again.body, HasSubstr(after));
  EXPECT_EQ(expiry(), after);
  // Another time, and counted from the same moment.
  const std::string from = fmt::format("\"{}\"", before);
  for (int i = 0; i < 2; ++i) {
    const Reply longer =
        ask("POST", offer.target,
            request_for(offer.plan, given("extend", "\"2h\"") + given("from", from)));
    EXPECT_TRUE(longer.has(result_of(longer), automation::kVerdict, automation::kPassed));
  }
  // Which is what the template that is offered now says, too: another hour.
  EXPECT_EQ(offer_of(ask("GET", result_), ours::kExtendAction).form.body.find(before),
            std::string::npos);
}

// Its own duration and nothing else: by that much more, each time.
TEST_F(OslcFollowUps, ExtendEachTimeByADurationAlone) {
  const Offer offer = offer_of(launch(leased()), ours::kExtendAction);
  std::string before = expiry();
  for (int i = 0; i < 2; ++i) {
    result_of(ask("POST", offer.target, request_for(offer.plan, given("extend", "\"30m\""))));
    EXPECT_GT(expiry(), before);
    before = expiry();
  }
}

TEST_F(OslcFollowUps, ExtendOnceForEachIdempotencyKey) {
  const Offer offer = offer_of(launch(leased()), ours::kExtendAction);
  const http::Headers key = {{"Idempotency-Key", "one"}};
  const Reply first = ask("POST", offer.target, offer.form.body, key);
  const std::string after = expiry();
  const Reply second = ask("POST", offer.target, offer.form.body, key);
  EXPECT_EQ(second.header("Location"), first.header("Location"));
  EXPECT_EQ(expiry(), after);
}

TEST_F(OslcFollowUps, SayWhatIsWrongWithAnExtension) {
  const Offer offer = offer_of(launch(leased()), ours::kExtendAction);
  for (const char* wrong : {"\"soon\"", "\"0s\"", "\"-1h\"", "\"1h\" ; rdf:value \"2h\""}) {
    const Reply reply = ask("POST", offer.target, request_for(offer.plan, given("extend", wrong)));
    EXPECT_EQ(reply.status, 400) << wrong;
    EXPECT_THAT(reply.error(), HasSubstr("extend"));
  }
  for (const char* wrong : {"\"soon\"", "\"1h\"", "\"2026-01-02\""}) {
    const Reply reply = ask("POST", offer.target, request_for(offer.plan, given("from", wrong)));
    EXPECT_EQ(reply.status, 400) << wrong;
    EXPECT_THAT(reply.error(), HasSubstr("from must be a moment"));
  }
  const Reply teardown = ask("POST", offer.target, request_for(mine("plans/vm"), small()));
  EXPECT_EQ(teardown.status, 400);
}

TEST_F(OslcFollowUps, DoNotExtendWhatHasNoLease) {
  const Reply result = launch();
  EXPECT_EQ(action_of(result, result_, ours::kExtendAction), "");
  const std::string id = result_.substr(result_.rfind('/') + 1);
  const std::string plan = mine("plans/vm/future-extend?targetId=" + id);
  EXPECT_EQ(ask("POST", mine("requests"), request_for(plan, "")).status, 400);
}

TEST_F(OslcFollowUps, RestartOnFreshMachines) {
  const Reply result = launch(leased());
  const Offer offer = offer_of(result, ours::kRestartAction);
  const Reply created = ask("POST", offer.target, offer.form.body);
  const std::string restarted = result_of(created);
  const Reply done = wait_for(restarted, automation::kComplete);
  EXPECT_TRUE(done.has(restarted, automation::kVerdict, automation::kPassed));
  std::string fresh;
  for (const rdf::Term& made : done.graph.objects(rdf::iri(restarted), automation::kContribution))
    if (made.text.find("/results/") != std::string_view::npos) fresh = std::string(made.text);
  ASSERT_NE(fresh, "") << done.body;
  EXPECT_NE(fresh, result_);
  const Reply running = ask("GET", fresh);
  EXPECT_TRUE(running.has(fresh, automation::kVerdict, automation::kPassed));
  EXPECT_EQ(running.one(fresh, dublin::kTitle), result.one(result_, dublin::kTitle));
  const std::string deployed = deployment(fresh);
  EXPECT_TRUE(ask("GET", deployed).has(deployed, ours::kState, ours::kActive));
  EXPECT_EQ(action_of(ask("GET", result_), result_, ours::kRestartAction), "");

  // Once more, by a client that lost the answer: nothing is launched.
  const Reply again = ask("POST", offer.target, offer.form.body);
  EXPECT_EQ(again.header("Location"), created.header("Location"));
  std::size_t launches = 0;
  for (const rdf::Term& hit :
       ask("GET", mine("results")).graph.objects(rdf::iri(mine("results")), kMember))
    launches += hit.text.starts_with(mine("results/"));
  EXPECT_EQ(launches, 2u);
}

TEST_F(OslcFollowUps, RefuseARestartOfWhatIsGone) {
  const Reply result = launch();
  const Offer restart = offer_of(result, ours::kRestartAction);
  const Offer teardown = offer_of(result, automation::kTeardownAction);
  const std::string ended = result_of(ask("POST", teardown.target, teardown.form.body));
  EXPECT_EQ(ask("POST", restart.target, restart.form.body).status, 409);
  wait_for(ended, automation::kComplete);
  EXPECT_EQ(ask("POST", restart.target, restart.form.body).status, 409);
}

// Both hear 201, and both results pass: it is gone.
TEST_F(OslcFollowUps, TearDownForTwoAtOnce) {
  const Offer offer = offer_of(launch(), automation::kTeardownAction);
  std::vector<Reply> replies(2);
  {
    std::vector<std::thread> clients;
    for (Reply& reply : replies)
      clients.emplace_back([&] { reply = ask("POST", offer.target, offer.form.body); });
    for (std::thread& client : clients) client.join();
  }
  EXPECT_NE(replies[0].header("Location"), replies[1].header("Location"));
  for (const Reply& reply : replies) {
    const std::string ended = result_of(reply);
    EXPECT_TRUE(wait_for(ended, automation::kComplete)
                    .has(ended, automation::kVerdict, automation::kPassed));
  }
}

TEST_F(OslcFollowUps, CanBeForgottenAndCannotBeCalledOff) {
  const Offer offer = offer_of(launch(leased()), ours::kExtendAction);
  const Reply created = ask("POST", offer.target, offer.form.body);
  const std::string request = created.header("Location");
  const std::string wish =
      fmt::format("{}<{}> oslc_auto:desiredState oslc_auto:canceled .", kPrefixes, request);
  EXPECT_EQ(ask("PUT", request, wish, {{"If-Match", "*"}}).status, 409);
  EXPECT_EQ(ask("DELETE", request).status, 204);
  EXPECT_EQ(ask("GET", request).status, 404);
}

// What must, may and cannot be torn down (the scenario's questions).
TEST_F(OslcFollowUps, TellWhetherATeardownIsNeeded) {
  const auto needed = [&] {
    const std::string deployed = deployment(result_);
    const std::string of_result = ask("GET", result_).one(result_, ours::kTeardown);
    EXPECT_EQ(ask("GET", deployed).one(deployed, ours::kTeardown), of_result);
    return of_result;
  };
  EXPECT_EQ(ask("GET", mine("plans/vm")).one(mine("plans/vm"), ours::kTeardown),
            ours::kTeardownRequired);
  launch(leased());
  EXPECT_EQ(needed(), ours::kTeardownOptional);
  const Offer offer = offer_of(launch(), automation::kTeardownAction);
  EXPECT_EQ(needed(), ours::kTeardownRequired);
  wait_for(result_of(ask("POST", offer.target, offer.form.body)), automation::kComplete);
  EXPECT_EQ(needed(), ours::kTeardownImpossible);
}

}  // namespace
}  // namespace mayfly::oslc
