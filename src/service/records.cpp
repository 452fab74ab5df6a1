#include "service/records.h"

#include <algorithm>
#include <atomic>
#include <ranges>

#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr char kLaunched[] = "reservations";
// Questions to the store that one visitor has under way.
constexpr std::size_t kAtOnceMax = 250;

// Answers of several questions that are asked at once, in the order of the questions.
template <class T, class Ask>
boost::asio::awaitable<std::vector<T>> ask_all(std::size_t questions, Ask ask) {
  if (questions == 0) co_return std::vector<T>{};
  http::AsioLoop loop(co_await boost::asio::this_coro::executor);
  struct Gathered {
    std::vector<T> answers;
    std::atomic<std::size_t> missing;
    Done<std::vector<T>> done;
  };
  auto start = [&](Done<std::vector<T>> done) {
    auto gathered =
        std::make_shared<Gathered>(std::vector<T>(questions), questions, std::move(done));
    for (std::size_t at = 0; at < questions; ++at) {
      ask(at, loop, Done<T>([gathered, at](T answer) {
            gathered->answers[at] = std::move(answer);
            if (--gathered->missing == 0) gathered->done(std::move(gathered->answers));
          }));
    }
  };
  co_return co_await http::await_done<std::vector<T>>(std::ref(start));
}

// The documents with these ids, nothing for those that there are not.
Async<std::vector<std::optional<store::Document>>> get_documents(store::Store& store,
                                                                 std::string collection,
                                                                 std::vector<std::string> ids) {
  using Answer = Result<std::optional<store::Document>>;
  std::vector<std::optional<store::Document>> documents;
  for (std::size_t from = 0; from < ids.size(); from += kAtOnceMax) {
    const std::size_t count = std::min(kAtOnceMax, ids.size() - from);
    auto answers =
        co_await ask_all<Answer>(count, [&](std::size_t at, Loop& loop, Done<Answer> done) {
          store.get(collection, ids[from + at], loop, std::move(done));
        });
    for (Answer& answer : answers) {
      if (!answer) co_return std::unexpected(std::move(answer).error());
      documents.push_back(*std::move(answer));
    }
  }
  co_return documents;
}

store::Query query_of(const std::string& user, const Walk& walk) {
  store::Query query{.after_id = walk.after,
                     .limit = std::min(walk.limit, kWalkMax),
                     .newest_first = walk.newest_first};
  const auto along = [&](const char* collection, const char* index, std::string value) {
    query.collection = collection;
    query.index = index;
    query.value = std::move(value);
  };
  switch (walk.of) {
    case Walk::Of::launches:
      along(kLaunched, "user", user);
      break;
    case Walk::Of::course:
      along(kLaunched, "user_phase", engine::on_course(user, walk.course));
      break;
    case Walk::Of::plan:
      along(kAutomations, "user_plan", launched_from(user, walk.key));
      break;
    case Walk::Of::follow_ups:
      along(kAutomations, "user_asked", asked_by(user, walk.kind));
      break;
    case Walk::Of::followed_up:
      along(kAutomations, "teardown_of", walk.key);
      break;
    case Walk::Of::open:
      along(kAutomations, "open", "1");
      break;
  }
  return query;
}

Result<Record> record_of_automation(const store::Document& document) {
  TRY(Automation automation, automation_of(document));
  return Record{.id = document.id,
                .is_follow_up = automation.kind != AutomationKind::launch,
                .said = std::move(automation)};
}

Result<Record> record_of_reservation(const store::Document& document) {
  TRY(Reservation reservation, engine::from_document(document));
  return Record{.id = document.id,
                .reservation = std::make_shared<const Reservation>(std::move(reservation))};
}

const std::string& reservation_of(const Record& record) {
  return record.is_follow_up ? record.said->reservation : record.id;
}

bool wants_replacement(const Record& record) {
  return record.is_follow_up && !record.said->replacement.empty();
}

// nullptr: there is none any more.
Result<engine::Snapshot> snapshot_of(const std::optional<store::Document>& document) {
  if (!document) return nullptr;
  TRY(Reservation reservation, engine::from_document(*document));
  return std::make_shared<const Reservation>(std::move(reservation));
}

bool belongs_to(const Record& record, const std::string& user) {
  return (!record.reservation || record.reservation->user == user) &&
         (!record.said ||
          (record.said->user == user && record.said->kind != AutomationKind::prepared));
}

}  // namespace

std::string_view without_kind(std::string_view id) {
  const std::size_t dash = id.find('-');
  return dash == id.npos ? id : id.substr(dash + 1);
}

bool is_older(std::string_view id, std::string_view than) {
  const auto ours = without_kind(id);
  const auto theirs = without_kind(than);
  return ours != theirs ? ours < theirs : id < than;
}

Async<std::vector<Walked>> Service::walk_records(std::string user, std::vector<Walk> walks) {
  auto pages = co_await ask_all<Result<store::Page>>(
      walks.size(), [&](std::size_t at, Loop& loop, Done<Result<store::Page>> done) {
        parts_.store.query(query_of(user, walks[at]), loop, std::move(done));
      });
  std::vector<Walked> walked(walks.size());
  for (std::size_t at = 0; at < walks.size(); ++at) {
    if (!pages[at]) co_return std::unexpected(std::move(pages[at]).error());
    const bool launched = walks[at].of == Walk::Of::launches || walks[at].of == Walk::Of::course;
    walked[at].at_end = pages[at]->size() < std::min(walks[at].limit, kWalkMax);
    if (!pages[at]->empty()) walked[at].last = pages[at]->back().id;
    for (const store::Document& document : *pages[at]) {
      CO_TRY(Record record,
             launched ? record_of_reservation(document) : record_of_automation(document));
      if (belongs_to(record, user)) walked[at].records.push_back(std::move(record));
    }
  }
  co_return walked;
}

Async<std::vector<Record>> Service::complete_records(std::string user,
                                                     std::vector<Record> records) {
  std::vector<std::string> missing_reservations;
  std::vector<std::string> missing_words;
  for (const Record& record : records) {
    if (!record.reservation) missing_reservations.push_back(reservation_of(record));
    if (wants_replacement(record)) missing_reservations.push_back(record.said->replacement);
    if (!record.said) missing_words.push_back(record.id);
  }
  auto reservations = co_await get_documents(parts_.store, kLaunched, missing_reservations);
  if (!reservations) co_return std::unexpected(std::move(reservations).error());
  auto words = co_await get_documents(parts_.store, kAutomations, missing_words);
  if (!words) co_return std::unexpected(std::move(words).error());
  auto next_reservation = reservations->begin();
  auto next_words = words->begin();
  for (Record& record : records) {
    const auto* document = record.said ? nullptr : &*next_words++;
    if (document && *document) {
      CO_TRY(Automation said, automation_of(**document));
      if (said.user == user && said.kind == AutomationKind::launch) record.said = std::move(said);
    }
    if (!record.reservation) {
      CO_TRY(record.reservation, snapshot_of(*next_reservation++));
    }
    if (wants_replacement(record)) {
      CO_TRY(record.replacement, snapshot_of(*next_reservation++));
    }
  }
  std::erase_if(records, [&](const Record& record) {
    return !record.reservation || !belongs_to(record, user);
  });
  co_return records;
}

Async<std::vector<Record>> Service::find_records(std::string user, std::vector<std::string> ids) {
  // What is known under an id says which it is; a launch need not be known there.
  auto words = co_await get_documents(parts_.store, kAutomations, ids);
  if (!words) co_return std::unexpected(std::move(words).error());
  std::vector<Record> records;
  for (std::size_t at = 0; at < ids.size(); ++at) {
    Record record{.id = ids[at]};
    if (const auto& document = (*words)[at]) {
      CO_TRY(record, record_of_automation(*document));
    }
    if (belongs_to(record, user)) records.push_back(std::move(record));
  }
  co_return co_await complete_records(user, std::move(records));
}

Async<std::size_t> Service::count_records(std::string user, std::size_t most) {
  using Answer = Result<std::size_t>;
  std::vector<store::Tally> tallies = {{kLaunched, "user", user, most}};
  for (const AutomationKind kind : kFollowUpKinds)
    tallies.push_back({kAutomations, "user_asked", asked_by(user, kind), most});
  auto counts =
      co_await ask_all<Answer>(tallies.size(), [&](std::size_t at, Loop& loop, Done<Answer> done) {
        parts_.store.count(tallies[at], loop, std::move(done));
      });
  std::size_t all = 0;
  for (Answer& count : counts) {
    if (!count) co_return std::unexpected(std::move(count).error());
    all += *count;
  }
  co_return std::min(most, all);
}

Async<void> Service::keep_all_outputs(std::string user, std::vector<CameOut> all) {
  std::vector<std::string> ids;
  for (const CameOut& came_out : all) ids.push_back(came_out.reservation);
  auto known = co_await get_documents(parts_.store, kAutomations, ids);
  if (!known) co_return std::unexpected(std::move(known).error());
  store::Batch batch;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const auto& document = (*known)[at];
    Automation automation{.id = ids[at],
                          .user = user,
                          .kind = AutomationKind::launch,
                          .reservation = ids[at],
                          .created_at = now()};
    if (document) {
      CO_TRY(automation, automation_of(*document));
    }
    if (automation.outputs) continue;
    automation.outputs = all[at].outputs;
    batch.push_back({.collection = kAutomations,
                     .id = ids[at],
                     .expected_version = document ? document->version : 0,
                     .document = to_document(automation)});
  }
  auto written = co_await commit(parts_.store, std::move(batch));
  if (written || written.error().code != ErrorCode::conflict) co_return written;
  // Somebody keeps one of them at this moment: one at a time, then.
  for (CameOut& came_out : all) {
    auto kept = co_await keep_outputs(user, came_out.reservation, std::move(came_out.outputs));
    if (!kept) co_return std::unexpected(std::move(kept).error());
  }
  co_return Result<void>{};
}

}  // namespace mayfly::service
