#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <functional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/log.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/work_queue.h"
#include "store/sqlite/writer.h"

namespace mayfly::store::sqlite {
namespace {

// More would not be quicker, but the first of them would wait for the last.
constexpr std::size_t kGroupMax = 512;

template <class T>
void answer(Loop& loop, Done<Result<T>> done, Result<T> result) {
  loop.post(
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

std::unexpected<Error> too_many(std::string_view what) {
  std::unexpected<Error> error =
      fail(ErrorCode::unavailable, fmt::format("Too many {} wait for the store.", what),
           "Try again in a moment. If this stays, its disk is too slow for what is asked of it.");
  error.error().retry_after = 1s;
  return error;
}

std::size_t bytes_of(const Batch& batch) {
  std::size_t bytes = 0;
  for (const Write& write : batch) {
    bytes += write.id.size();
    if (!write.document) continue;
    bytes += write.document->body.size();
    if (write.document->searched) bytes += write.document->searched->text.size();
    for (const auto& [name, value] : write.document->indexes) bytes += name.size() + value.size();
  }
  return bytes;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(Writer writer, std::vector<Reader> readers, const Options& options)
      : writer_(std::move(writer)),
        readers_(std::move(readers)),
        commits_(options.waiting_commits_max, options.waiting_bytes_max),
        reads_(options.waiting_reads_max, options.waiting_bytes_max),
        writing_([this] { write(); }) {
    for (Reader& reader : readers_) reading_.emplace_back([this, &reader] { read(reader); });
  }

  // Readers first: the connection that closes last removes the log, and a reader may not.
  ~SqliteStore() override {
    reads_.close();
    for (std::thread& thread : reading_) thread.join();
    readers_.clear();
    commits_.close();
    writing_.join();
  }

  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  void commit(Batch batch, Loop& answer_on, Done<Result<void>> done) override {
    if (auto checked = check(batch); !checked) {
      return answer<void>(answer_on, std::move(done), std::move(checked));
    }
    const std::size_t bytes = bytes_of(batch);
    Commit work{std::move(batch), &answer_on, std::move(done)};
    if (commits_.push(work, bytes)) return;
    answer<void>(answer_on, std::move(work.done), too_many("commits"));
  }

  void get(std::string collection, std::string id, Loop& answer_on,
           Done<Result<std::optional<Document>>> done) override {
    const Result<void> checked = check_get(collection, id);
    ask<std::optional<Document>>(checked, answer_on, std::move(done),
                                 [collection = std::move(collection), id = std::move(id)](
                                     Reader& reader) { return reader.get(collection, id); });
  }

  void get_all(std::string collection, std::vector<std::string> ids, Loop& answer_on,
               Done<Result<std::vector<std::optional<Document>>>> done) override {
    const Result<void> checked = check_get_all(collection, ids);
    ask<std::vector<std::optional<Document>>>(
        checked, answer_on, std::move(done),
        [collection = std::move(collection), ids = std::move(ids)](Reader& reader) {
          return reader.get_all(collection, ids);
        });
  }

  void query(Query query, Loop& answer_on, Done<Result<Page>> done) override {
    const Result<void> checked = check(query);
    ask<Page>(checked, answer_on, std::move(done),
              [query = std::move(query)](Reader& reader) { return reader.query(query); });
  }

  void count(Tally tally, Loop& answer_on, Done<Result<std::size_t>> done) override {
    const Result<void> checked = check(tally);
    ask<std::size_t>(checked, answer_on, std::move(done),
                     [tally = std::move(tally)](Reader& reader) { return reader.count(tally); });
  }

  void search(Search search, Loop& answer_on, Done<Result<Hits>> done) override {
    const Result<void> checked = check(search);
    ask<Hits>(checked, answer_on, std::move(done),
              [search = std::move(search)](Reader& reader) { return reader.search(search); });
  }

 private:
  struct Commit {
    Batch batch;
    Loop* answer_on;
    Done<Result<void>> done;
  };
  // Called with a reader: carry it out. With none: it was refused.
  using Read = std::move_only_function<void(Reader*)>;

  template <class T, class Question>
  void ask(const Result<void>& checked, Loop& answer_on, Done<Result<T>> done, Question question) {
    if (!checked) return answer<T>(answer_on, std::move(done), std::unexpected(checked.error()));
    Read work = [question = std::move(question), &answer_on,
                 done = std::move(done)](Reader* reader) mutable {
      Result<T> result = reader ? question(*reader) : too_many("reads");
      answer<T>(answer_on, std::move(done), std::move(result));
    };
    if (!reads_.push(work, 0)) work(nullptr);
  }

  void write() {
    for (;;) {
      std::vector<Commit> group = commits_.take(kGroupMax);
      if (group.empty()) break;
      std::vector<Batch> batches;
      batches.reserve(group.size());
      for (Commit& commit : group) batches.push_back(std::move(commit.batch));
      std::vector<Result<void>> results = writer_.commit(batches);
      for (std::size_t i = 0; i < group.size(); ++i) {
        answer<void>(*group[i].answer_on, std::move(group[i].done), std::move(results[i]));
      }
    }
    if (auto tidied = writer_.checkpoint(); !tidied) {
      log::warning("the store's log stays beside it", {{"reason", tidied.error().message}});
    }
  }

  void read(Reader& reader) {
    for (;;) {
      std::vector<Read> works = reads_.take(1);
      if (works.empty()) return;
      works.front()(&reader);
    }
  }

  Writer writer_;
  std::vector<Reader> readers_;
  WorkQueue<Commit> commits_;
  WorkQueue<Read> reads_;
  std::thread writing_;
  std::vector<std::thread> reading_;
};

}  // namespace

Result<std::unique_ptr<Store>> open(const std::filesystem::path& file, const Options& options) {
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(file, failed);
  if (failed || file.empty()) {
    return fail(ErrorCode::invalid, fmt::format("'{}' cannot be the store's file.", file.native()),
                "Name it with its full path.");
  }
  TRY(Writer writer, Writer::open(absolute));
  std::vector<Reader> readers;
  for (std::size_t i = 0; i < options.readers; ++i) {
    TRY(Reader reader, Reader::open(absolute));
    readers.push_back(std::move(reader));
  }
  return std::make_unique<SqliteStore>(std::move(writer), std::move(readers), options);
}

}  // namespace mayfly::store::sqlite
