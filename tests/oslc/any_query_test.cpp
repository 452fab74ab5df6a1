// Any query gives what looking at everything gives, of any history that a store may hold.
#include <algorithm>
#include <set>

#include "oslc/follow_ups.h"
#include "oslc/launches.h"
#include "oslc/plans.h"
#include "oslc/query.h"
#include "oslc/query_order.h"
#include "oslc/query_search.h"
#include "query_fixture.h"
#include "service/documents.h"

namespace mayfly::oslc {
namespace {

using service::Automation;
using service::AutomationKind;

// What a user has, beside the store, so that a test can ask everything of it without any index.
class History {
 public:
  History(std::string user, std::uint64_t seed) : user_(std::move(user)), random_(seed) {}

  std::size_t below(std::size_t bound) { return random_.next() % bound; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  static const std::vector<std::string>& words() {
    static const std::vector<std::string> all = {"web", "shop", "Nightly build", "a < b",
                                                 "web shop"};
    return all;
  }

  Time some_time() {
    // Now and then two of the same millisecond.
    if (!times_.empty() && one_in(5)) return one_of(times_);
    times_.push_back(begin_ + std::chrono::milliseconds(below(std::size_t{30} * 24 * 3600 * 1000)));
    return times_.back();
  }

  const Reservation& launch(Time created) {
    Reservation made{.id = new_id("r", created, random_), .user = user_};
    made.created_at = created;
    made.request = {.vcpus = static_cast<int>(1 + below(3)), .memory_gib = Gib::of(1)};
    if (one_in(3)) made.request.name = one_of(words());
    made.phase = static_cast<Phase>(below(6));
    const bool beyond = made.phase == Phase::ready || made.phase == Phase::releasing;
    if (made.phase == Phase::ready || (made.phase >= Phase::releasing && one_in(2)))
      made.ready_at = created + 1min;
    made.goal = is_final(made.phase) || made.phase == Phase::releasing || one_in(3) ? Goal::absent
                                                                                    : Goal::present;
    if (made.goal == Goal::absent) {
      made.failing = made.phase == Phase::failed || (!beyond && one_in(2));
      made.end_reason = one_of(words());
      made.release_requested_at = created + 2min;
    }
    if (is_final(made.phase)) made.ended_at = created + 3min;
    if (one_in(2)) {
      made.attempts.push_back({.number = 1, .offer = {.cloud = "aws", .region = "eu-west-1"}});
      made.attempts[0].stage = is_final(made.phase) ? Stage::ended : Stage::booting;
    }
    Automation said{.id = made.id,
                    .user = user_,
                    .kind = AutomationKind::launch,
                    .plan = one_of(plans_),
                    .reservation = made.id,
                    .title = one_in(2) ? one_of(words()) : "",
                    .created_at = created};
    if (one_in(3)) said_.emplace(made.id, said);
    order_.push_back(made.id);
    return reservations_[made.id] = std::move(made);
  }

  void follow_up(const Reservation& target) {
    const Time created = target.created_at + std::chrono::seconds(below(10'000'000));
    AutomationKind kind = one_of(
        std::vector{AutomationKind::teardown, AutomationKind::extension, AutomationKind::restart});
    // Nobody asks for a teardown without releasing.
    if (target.goal == Goal::present) kind = AutomationKind::extension;
    const std::string prefix = kind == AutomationKind::teardown    ? "t"
                               : kind == AutomationKind::extension ? "e"
                                                                   : "s";
    Automation asked{.id = new_id(prefix, created, random_),
                     .user = user_,
                     .kind = kind,
                     .plan = "vm",
                     .reservation = target.id,
                     .title = one_of(words()),
                     .created_at = created};
    if (kind != AutomationKind::teardown) {
      asked.open = one_in(2);
      if (!asked.open && one_in(2)) asked.refusal = "There is no room";
    }
    if (kind == AutomationKind::restart && !asked.open && asked.refusal.empty())
      asked.replacement = one_of(order_);
    said_.emplace(asked.id, std::move(asked));
  }

  store::Batch writes() const {
    store::Batch batch;
    for (const auto& [id, reservation] : reservations_)
      batch.push_back(
          {.collection = "reservations", .id = id, .document = engine::to_document(reservation)});
    for (const auto& [id, automation] : said_)
      batch.push_back(
          {.collection = "automations", .id = id, .document = service::to_document(automation)});
    return batch;
  }

  const std::map<std::string, Reservation>& reservations() const { return reservations_; }
  const std::map<std::string, Automation>& said() const { return said_; }
  const std::vector<std::string>& launched() const { return order_; }
  const std::vector<Time>& times() const { return times_; }

  std::vector<std::string> ids() const {
    std::vector<std::string> all;
    for (const auto& [id, reservation] : reservations_) all.push_back(id);
    for (const auto& [id, automation] : said_) {
      if (automation.kind != AutomationKind::launch) all.push_back(id);
    }
    return all;
  }

  Launch launch_of_id(const std::string& id) const {
    const auto said = said_.find(id);
    const Reservation& reservation = reservations_.at(id);
    return launch_of(reservation, said == said_.end() ? std::nullopt : std::optional(said->second),
                     SystemClock{}.now());
  }

  // Everything there is to know about one of them, and what it points to.
  void describe(const std::string& id, const Addresses& addresses, rdf::Graph& graph) const {
    if (reservations_.contains(id)) return describe_launch(id, addresses, graph);
    const Automation& asked = said_.at(id);
    const Reservation& target = reservations_.at(asked.reservation);
    const Reservation* replacement =
        asked.replacement.empty() ? nullptr : &reservations_.at(asked.replacement);
    describe_asked_result({asked, target, replacement}, addresses, graph);
    describe_asked_request({asked, target, replacement}, addresses, graph);
    const Launch launch = launch_of_id(target.id);
    describe_target_plan({follow_up_of(asked.kind), target, asked.plan, launch.title()}, addresses,
                         graph);
    if (asked.kind != AutomationKind::restart) describe_deployment(launch, addresses, graph);
    if (replacement) {
      describe_deployment(launch_of_id(asked.replacement), addresses, graph);
      describe_result(launch_of_id(asked.replacement), addresses, graph);
    }
  }

  std::vector<std::string> search_texts(const std::string& id) const {
    std::vector<std::string> texts;
    if (const auto made = reservations_.find(id); made != reservations_.end())
      texts.push_back(print_search_texts(search_texts_of(made->second)));
    if (const auto said = said_.find(id); said != said_.end())
      texts.push_back(print_search_texts(service::search_texts_of(said->second)));
    return texts;
  }

  std::string iri(const std::string& id, bool results, const Addresses& addresses) const {
    if (reservations_.contains(id)) {
      return addresses.of(
          {.place = results ? Place::result : Place::request, .user = user_, .id = id});
    }
    const Automation& asked = said_.at(id);
    return addresses.of({.place = results ? Place::action_result : Place::action_request,
                         .user = user_,
                         .plan = asked.plan,
                         .id = id,
                         .follow_up = asked.kind});
  }

 private:
  void describe_launch(const std::string& id, const Addresses& addresses, rdf::Graph& graph) const {
    const Launch launch = launch_of_id(id);
    describe_result(launch, addresses, graph);
    describe_request(launch, addresses, graph);
    describe_deployment(launch, addresses, graph);
    const std::string plan = launch.plan();
    if (plan == kVmPlan) {
      describe_plan(built_in_plan(Kind::vm), user_, addresses, graph);
    } else {
      Description(graph, addresses.of({.place = Place::plan, .user = user_, .plan = plan}))
          .text(dublin::kIdentifier, plan);
    }
  }

  std::string user_;
  SeededRandom random_;
  const Time begin_ = id_moment(SystemClock{}.now()) - 40 * 24h;
  const std::vector<std::string> plans_ = {"", "vm", "template:web", "template:gone"};
  std::vector<Time> times_;
  std::vector<std::string> order_;
  std::map<std::string, Reservation> reservations_;
  std::map<std::string, Automation> said_;
};

// A question, and what it means without any index.
struct AskedQuestion {
  std::string where;
  std::string order;
  std::string search;
};

class AnyQuestion {
 public:
  AnyQuestion(History& history, bool results, const Addresses& addresses)
      : history_(history), results_(results), addresses_(addresses) {}

  std::string where() {
    std::string text = term();
    if (history_.one_in(3)) text += " and " + term();
    return text;
  }

  std::string order() {
    const std::string plan =
        results_ ? "oslc_auto:reportsOnAutomationPlan" : "oslc_auto:executesAutomationPlan";
    return history_.one_of(std::vector<std::string>{
        "+dcterms:created", "-dcterms:created", "+dcterms:identifier", "-dcterms:identifier",
        "+dcterms:title", "-dcterms:title,+dcterms:created", "+oslc_auto:state,-dcterms:identifier",
        plan + "{+dcterms:identifier},-oslc_auto:verdict", "+oslc:nothing", "-oslc_auto:progress"});
  }

  std::string search() {
    const std::string target = history_.one_of(history_.launched());
    return history_.one_of(std::vector<std::string>{
        "\"web\"", "\"build\",\"shop\"", "\"room\"", "\"template:web\"", "\"nobody\"", "\"WEB SH\"",
        "\"web shop\",\"a <\"", "\"< b\"", "\"--\"", "\"ight\"", "\"eu-west\",\"ubuntu\"",
        fmt::format("\"{}\"", target), fmt::format("\"{}\"", target.substr(0, 12)),
        "\"no is there\",\"aws\",\"b\",\"n\""});
  }

 private:
  std::string state() {
    return history_.one_of(std::vector<std::string>{"oslc_auto:queued", "oslc_auto:inProgress",
                                                    "oslc_auto:complete", "oslc_auto:canceled",
                                                    "oslc_auto:canceling"});
  }
  std::string verdict() {
    return history_.one_of(std::vector<std::string>{"oslc_auto:passed", "oslc_auto:failed",
                                                    "oslc_auto:error", "oslc_auto:unavailable"});
  }
  std::string time() { return to_string(history_.one_of(history_.times())); }
  std::string id() { return history_.one_of(history_.ids()); }
  std::string word() { return history_.one_of(History::words()); }

  std::string term() {
    const std::string plan =
        results_ ? "oslc_auto:reportsOnAutomationPlan" : "oslc_auto:executesAutomationPlan";
    const std::string other =
        results_ ? "oslc_auto:producedByAutomationRequest" : "oslc_auto:producedAutomationResult";
    const std::string target = history_.one_of(history_.launched());
    const std::string user = history_.reservations().at(target).user;
    switch (history_.below(16)) {
      case 0:
        return "oslc_auto:state=" + state();
      case 1:
        return "oslc_auto:state!=" + state();
      case 2:
        return fmt::format("oslc_auto:state in [{},{}]", state(), state());
      case 3:
        return "oslc_auto:verdict=" + verdict();
      case 4:
        return fmt::format("dcterms:created>=\"{}\"", time());
      case 5:
        return fmt::format("dcterms:created<\"{}\"^^xsd:dateTime", time());
      case 6:
        return fmt::format("dcterms:title=\"{}\"", word());
      case 7:
        return fmt::format("dcterms:identifier in [\"{}\",\"{}\",\"{}\"]", id(), id(), id());
      case 8:
        return fmt::format("{}=<{}>", other, history_.iri(id(), !results_, addresses_));
      case 9:
        return fmt::format("{}=<{}>", plan,
                           addresses_.of({.place = Place::plan,
                                          .user = user,
                                          .plan = history_.one_in(2) ? "vm" : "template:web"}));
      case 10:
        return fmt::format(
            "{}=<{}>", plan,
            addresses_.of(
                {.place = Place::future_action, .user = user, .plan = "vm", .target = target}));
      case 11:
        return fmt::format("{}{{dcterms:identifier=\"{}\"}}", plan,
                           history_.one_in(2) ? "template:gone" : "vm");
      case 12:
        return fmt::format("oslc_auto:contribution{{mayfly:state in [mayfly:{},mayfly:TornDown]}}",
                           history_.one_in(2) ? "Active" : "TearingDown");
      case 13:
        return fmt::format("{}{{dcterms:title=\"{}\"}}", other, word());
      case 14:
        return fmt::format("oslc_auto:inputParameter{{oslc:name=\"vcpus\" and rdf:value={}}}",
                           1 + history_.below(3));
      default:
        return "oslc_auto:progress>=50";
    }
  }

  History& history_;
  bool results_;
  const Addresses& addresses_;
};

// All that fit, in order: every one looked at, all of them sorted.
std::vector<std::string> naive_answer(const History& history,
                                      const std::map<std::string, rdf::Graph>& graphs, bool results,
                                      const Addresses& addresses, const AskedQuestion& asked) {
  const rdf::Prefixes prefixes = new_graph().prefixes;
  const auto where =
      asked.where.empty() ? std::vector<QueryTerm>{} : *read_where(asked.where, prefixes);
  const auto order =
      asked.order.empty() ? std::vector<SortTerm>{} : *read_order(asked.order, prefixes);
  const auto search = asked.search.empty() ? std::vector<std::string>{}
                                           : *read_search_terms(asked.search, prefixes);
  struct Hit {
    std::string id;
    std::string iri;
    int score;
    std::vector<SortKey> keys;
  };
  std::vector<Hit> hits;
  for (const auto& [id, graph] : graphs) {
    const std::string iri = history.iri(id, results, addresses);
    const int score = search.empty() ? 0 : score_of(history.search_texts(id), search);
    if (fits(graph, iri, where) && (search.empty() || score > 0))
      hits.push_back({id, iri, score, keys_of(graph, iri, order)});
  }
  const bool oldest_first = asked.order.find("+dcterms:created") != asked.order.npos;
  std::ranges::sort(hits, [&](const Hit& a, const Hit& b) {
    if (a.score != b.score) return a.score > b.score;
    if (const auto compared = compare_keys(a.keys, b.keys, order); compared != 0)
      return compared < 0;
    const std::string one = a.id.substr(2) + a.id.substr(0, 2);
    const std::string other = b.id.substr(2) + b.id.substr(0, 2);
    return oldest_first ? one < other : one > other;
  });
  std::vector<std::string> iris;
  for (const Hit& hit : hits) iris.push_back(hit.iri);
  return iris;
}

TEST_F(OslcQuery, GivesWhatLookingAtEverythingGivesWhileLaunchesArrive) {
  const Addresses addresses(base(), Dialect::both);
  History history(user_, 20261122);
  for (int i = 0; i < 45; ++i) {
    const Reservation target = history.launch(history.some_time());
    while (history.one_in(2)) history.follow_up(target);
  }
  write(history.writes());
  std::map<std::string, rdf::Graph> graphs;
  for (const std::string& id : history.ids()) history.describe(id, addresses, graphs[id]);
  // What arrives meanwhile, and what belongs to somebody else: neither may disturb.
  SeededRandom random(7);
  History others("somebody-else", 3);
  for (int i = 0; i < 10; ++i) others.follow_up(others.launch(others.some_time()));
  write(others.writes());
  std::size_t pages = 0;
  std::size_t hits = 0;
  for (int round = 0; round < 140; ++round) {
    const bool results = history.one_in(2);
    AnyQuestion any(history, results, addresses);
    AskedQuestion asked;
    if (!history.one_in(4)) asked.where = any.where();
    if (history.one_in(2)) asked.order = any.order();
    if (history.one_in(3)) asked.search = any.search();
    const std::vector<std::string> expected =
        naive_answer(history, graphs, results, addresses, asked);
    std::vector<std::pair<std::string, std::string>> parameters = {
        {"oslc.pageSize", fmt::format("{}", 1 + history.below(expected.size() + 10))},
        {"oslc.select", "dcterms:identifier"}};
    if (!asked.where.empty()) parameters.emplace_back("oslc.where", asked.where);
    if (!asked.order.empty()) parameters.emplace_back("oslc.orderBy", asked.order);
    if (!asked.search.empty()) parameters.emplace_back("oslc.searchTerms", asked.search);
    const char* collection = results ? "results" : "requests";
    const std::string first = query(collection, parameters);
    SCOPED_TRACE(http::percent_decode(first).value_or(""));
    std::vector<std::string> seen;
    std::set<std::string> once;
    std::int64_t place = 0;
    for (std::string next = first; !next.empty(); ++pages) {
      const Reply page = ask("GET", next);
      ASSERT_EQ(page.status, 200) << page.body;
      // Each page has something new, or is the last: otherwise it goes round in circles.
      const std::size_t known = once.size();
      for (const std::string& member : members(page, collection)) {
        EXPECT_TRUE(once.insert(member).second) << "twice: " << member;
        if (!asked.order.empty()) {
          EXPECT_EQ(page.one(member, core::kOrder), std::to_string(++place));
        }
        if (!member.ends_with("-new")) seen.push_back(member);
      }
      next = next_page(page);
      ASSERT_TRUE(next.empty() || once.size() > known);
      if (next.empty() || !history.one_in(4)) continue;
      const Time now = id_moment(SystemClock{}.now());
      Reservation late{.id = new_id("r", now, random) + "-new", .user = user_};
      late.created_at = now;
      late.request = {.vcpus = 2, .memory_gib = Gib::of(1)};
      late.request.name = "web";
      write({{.collection = "reservations", .id = late.id, .document = engine::to_document(late)}});
    }
    EXPECT_EQ(seen, expected);
    hits += expected.size();
  }
  // Otherwise this was about nothing.
  EXPECT_GT(hits, 500u);
  EXPECT_GT(pages, 150u);
}

}  // namespace
}  // namespace mayfly::oslc
