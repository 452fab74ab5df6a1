#include "service/records.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <ranges>

#include "core/words.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr char kLaunched[] = "reservations";
constexpr std::size_t kDocumentsAtOnce = 50;

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

using Documents = std::vector<std::optional<store::Document>>;
struct Wanted {
  const char* collection;
  std::vector<std::string> ids;
};

// The documents with these ids, nothing for those that there are not; several questions at once, so
// that more than one reader of the store works for it.
Async<std::vector<Documents>> get_documents(store::Store& store, std::vector<Wanted> all) {
  std::vector<Wanted> questions;
  std::vector<std::size_t> about;
  for (std::size_t at = 0; at < all.size(); ++at) {
    std::vector<std::string>& ids = all[at].ids;
    for (std::size_t from = 0; from < ids.size(); from += kDocumentsAtOnce) {
      const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(from);
      const auto end = ids.size() - from > kDocumentsAtOnce
                           ? begin + static_cast<std::ptrdiff_t>(kDocumentsAtOnce)
                           : ids.end();
      questions.push_back({all[at].collection, {begin, end}});
      about.push_back(at);
    }
  }
  auto answers = co_await ask_all<Result<Documents>>(
      questions.size(), [&](std::size_t at, Loop& loop, Done<Result<Documents>> done) {
        store.get_all(questions[at].collection, std::move(questions[at].ids), loop,
                      std::move(done));
      });
  std::vector<Documents> documents(all.size());
  for (std::size_t at = 0; at < answers.size(); ++at) {
    if (!answers[at]) co_return std::unexpected(std::move(answers[at]).error());
    std::ranges::move(*answers[at], std::back_inserter(documents[about[at]]));
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

Record record_of(const Walk& walk, store::Document document) {
  Record record{.id = std::move(document.id)};
  switch (walk.of) {
    case Walk::Of::launches:
    case Walk::Of::course:
      record.unread_reservation = std::move(document.body);
      break;
    case Walk::Of::plan:
      record.unread_said = std::move(document.body);
      break;
    case Walk::Of::follow_ups:
    case Walk::Of::followed_up:
    case Walk::Of::open:
      record.is_follow_up = true;
      record.unread_said = std::move(document.body);
      break;
  }
  return record;
}

Result<void> read_said(Record& record, const std::string& body) {
  TRY(Automation automation, automation_of({.body = body}));
  record.is_follow_up = automation.kind != AutomationKind::launch;
  record.said = std::move(automation);
  return {};
}

// nullptr: there is none any more.
Result<engine::Snapshot> snapshot_of(const std::string& body) {
  if (body.empty()) return nullptr;
  TRY(Reservation reservation, engine::from_document({.body = body}));
  return std::make_shared<const Reservation>(std::move(reservation));
}

Result<void> read_found(Record& record) {
  if (!record.unread_said.empty()) {
    TRY_VOID(read_said(record, record.unread_said));
    record.unread_said.clear();
  }
  if (!record.unread_reservation.empty()) {
    TRY(record.reservation, snapshot_of(record.unread_reservation));
    record.unread_reservation.clear();
  }
  return {};
}

std::string body_of(const std::optional<store::Document>& document) {
  return document ? document->body : "";
}

const std::string& reservation_of(const Record& record) {
  return record.is_follow_up ? record.said->reservation : record.id;
}

bool wants_replacement(const Record& record) {
  return record.is_follow_up && !record.said->replacement.empty();
}

// Further words only make fewer fit.
constexpr std::size_t kWordsOfTermMax = 12;

std::vector<std::vector<store::SearchedWord>> searched_words(
    const std::vector<std::string>& terms) {
  std::vector<std::vector<store::SearchedWord>> any;
  for (const std::string& term : terms) {
    std::vector<std::string> words = words_of(term);
    if (words.empty()) continue;
    const bool goes_on = is_word_char(term.back()) || words.back().size() == kWordBytesMax;
    std::vector<store::SearchedWord>& all = any.emplace_back();
    for (std::string& word : words) all.push_back({std::move(word)});
    all.back().beginning = goes_on;
    all.resize(std::min(all.size(), kWordsOfTermMax));
  }
  return any;
}

std::int64_t milliseconds(Time time) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch();
  return std::clamp<std::int64_t>(since.count(), 0, store::kMomentMax);
}

// Both are in their order, and a record's hits have one moment.
WordsFound merged(const std::vector<store::Hits>& all, std::size_t most) {
  WordsFound found;
  std::int64_t complete_after = -1;
  std::map<std::string, FoundByWords> by_id;
  for (const store::Hits& hits : all) {
    if (hits.size() == most) {
      found.all = false;
      complete_after = std::max(complete_after, hits.back().moment);
    }
    for (const store::Hit& hit : hits) {
      FoundByWords& record = by_id[hit.id];
      record.id = hit.id;
      record.moment = Time{} + std::chrono::milliseconds(hit.moment);
      record.texts.push_back(hit.text);
    }
  }
  const Time after = Time{} + std::chrono::milliseconds(complete_after);
  for (auto& [id, record] : by_id) {
    if (found.all || record.moment > after) found.records.push_back(std::move(record));
  }
  std::ranges::sort(found.records, [](const FoundByWords& a, const FoundByWords& b) {
    return is_older(b.id, a.id);
  });
  return found;
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
    walked[at].at_end = pages[at]->size() < std::min(walks[at].limit, kWalkMax);
    if (!pages[at]->empty()) walked[at].last = pages[at]->back().id;
    for (store::Document& document : *pages[at]) {
      Record record = record_of(walks[at], std::move(document));
      // No other index has what is others'.
      if (walks[at].of == Walk::Of::open) {
        if (auto read = read_found(record); !read) co_return std::unexpected(read.error());
        if (!belongs_to(record, user)) continue;
      }
      walked[at].records.push_back(std::move(record));
    }
  }
  co_return walked;
}

Async<std::vector<Record>> Service::complete_records(std::string user,
                                                     std::vector<Record> records) {
  Wanted missing_reservations{kLaunched, {}};
  Wanted missing_words{kAutomations, {}};
  for (Record& record : records) {
    if (auto read = read_found(record); !read) co_return std::unexpected(read.error());
    if (!record.said) missing_words.ids.push_back(record.id);
    if (!record.reservation) missing_reservations.ids.push_back(reservation_of(record));
    if (wants_replacement(record)) missing_reservations.ids.push_back(record.said->replacement);
  }
  auto found = co_await get_documents(parts_.store,
                                      {std::move(missing_reservations), std::move(missing_words)});
  if (!found) co_return std::unexpected(std::move(found).error());
  auto next_reservation = (*found)[0].begin();
  auto next_words = (*found)[1].begin();
  for (Record& record : records) {
    const auto* words = record.said ? nullptr : &*next_words++;
    if (words && *words) {
      CO_TRY(Automation said, automation_of(**words));
      if (said.user == user && said.kind == AutomationKind::launch) record.said = std::move(said);
    }
    if (!record.reservation) {
      CO_TRY(record.reservation, snapshot_of(body_of(*next_reservation++)));
    }
    if (wants_replacement(record)) {
      CO_TRY(record.replacement, snapshot_of(body_of(*next_reservation++)));
    }
  }
  std::erase_if(records, [&](const Record& record) {
    return !record.reservation || !belongs_to(record, user);
  });
  co_return records;
}

Async<std::vector<Record>> Service::find_records(std::string user, std::vector<std::string> ids) {
  // What is known under an id says which it is; a launch need not be known there.
  auto found = co_await get_documents(parts_.store, {{kAutomations, ids}});
  if (!found) co_return std::unexpected(std::move(found).error());
  std::vector<Record> records;
  for (std::size_t at = 0; at < ids.size(); ++at) {
    Record record{.id = ids[at]};
    if (const auto& words = found->front()[at]) {
      if (auto read = read_said(record, words->body); !read)
        co_return std::unexpected(read.error());
    }
    if (belongs_to(record, user)) records.push_back(std::move(record));
  }
  co_return co_await complete_records(user, std::move(records));
}

std::vector<std::string> search_texts_of(const Record& record) {
  std::vector<std::string> texts;
  if (!record.is_follow_up)
    texts.push_back(print_search_texts(search_texts_of(*record.reservation)));
  if (record.said) texts.push_back(print_search_texts(search_texts_of(*record.said)));
  return texts;
}

Async<WordsFound> Service::find_by_words(std::string user, WordSearch search) {
  const store::Search asked{.scope = std::move(user),
                            .any = searched_words(search.terms),
                            .from = milliseconds(search.from),
                            .until = milliseconds(search.until),
                            .limit = search.most};
  if (asked.any.empty()) co_return WordsFound{};
  constexpr std::array kSearched = {kLaunched, kAutomations};
  auto answers = co_await ask_all<Result<store::Hits>>(
      kSearched.size(), [&](std::size_t at, Loop& loop, Done<Result<store::Hits>> done) {
        store::Search one = asked;
        one.collection = kSearched[at];
        parts_.store.search(std::move(one), loop, std::move(done));
      });
  std::vector<store::Hits> all;
  for (auto& answer : answers) {
    if (!answer) co_return std::unexpected(std::move(answer).error());
    all.push_back(*std::move(answer));
  }
  co_return merged(all, search.most);
}

Async<std::size_t> Service::count_records(std::string user, std::size_t most) {
  std::vector<store::Tally> tallies = {{kLaunched, "user", user}};
  for (const AutomationKind kind : kFollowUpKinds)
    tallies.push_back({kAutomations, "user_asked", asked_by(user, kind)});
  std::size_t all = 0;
  for (store::Tally& tally : tallies) {
    if (all >= most) break;
    tally.most = most - all;
    auto counted = co_await count_documents(parts_.store, std::move(tally));
    if (!counted) co_return std::unexpected(std::move(counted).error());
    all += *counted;
  }
  co_return all;
}

Async<void> Service::keep_all_outputs(std::string user, std::vector<CameOut> all) {
  std::vector<std::string> ids;
  for (const CameOut& came_out : all) ids.push_back(came_out.reservation);
  auto known = co_await get_documents(parts_.store, {{kAutomations, ids}});
  if (!known) co_return std::unexpected(std::move(known).error());
  store::Batch batch;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const auto& document = known->front()[at];
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
