#include "cli/follow.h"

#include <fmt/format.h>

#include "cli/sse.h"
#include "core/assert.h"
#include "json/parse.h"

namespace mayfly::cli {
namespace {

// A connection that died without a word looks like a reservation to which nothing happens. Coming
// back costs nothing, because the server goes on after the last event.
constexpr Duration kSilenceMax = 60s;
// With back-off at most 8 s: the server may be away for two minutes, as long as a restart takes.
constexpr int kFailuresMax = 18;

class Follower {
 public:
  Follower(Session& session, Client& client, const Following& following, Progress& progress)
      : session_(session), client_(client), following_(following), progress_(progress) {}

  Result<Followed> run() {
    int failures = 0;
    while (true) {
      saw_event_ = false;
      const Result<void> streamed = stream();
      if (session_.now() >= following_.give_up_at) return out_of_time();
      Result<Followed> now = ask();
      if (now && following_.arrived(now->view.phase)) return now;
      const Error* error = !now ? &now.error() : !streamed ? &streamed.error() : nullptr;
      if (error && !passes(*error)) return std::unexpected(*error);
      failures = saw_event_ ? 0 : failures + 1;
      if (error && failures >= kFailuresMax) return std::unexpected(away(*error));
      if (error && failures == 1) progress_.note("Lost the server; trying again.");
      if (failures > 0) session_.surroundings().sleep(back_off(failures));
    }
  }

 private:
  // Whether trying again may help.
  static bool passes(const Error& error) {
    return error.code == ErrorCode::unavailable || error.code == ErrorCode::timed_out;
  }

  Result<void> stream() {
    SseParser parser([this](const ServerSentEvent& event) { take(event); });
    Time last_byte_at = session_.now();
    has_arrived_ = false;
    return client_.events(following_.id, last_id_, [&](std::string_view bytes) {
      const Time now = session_.now();
      if (!bytes.empty()) last_byte_at = now;
      const bool understood = parser.feed(bytes);
      progress_.tick();
      return understood && !has_arrived_ && now - last_byte_at < kSilenceMax &&
             now < following_.give_up_at;
    });
  }

  void take(const ServerSentEvent& event) {
    const auto document = json::parse(event.data);
    if (!document) return;
    const auto view = read_answer<EventView>(*document);
    // An event that is not understood is one of a newer server; the reservation itself is asked.
    if (!view) return;
    // Something on the way may have dropped Last-Event-ID.
    if (view->seq <= last_seq_) return;
    last_seq_ = view->seq;
    last_id_ = event.id;
    saw_event_ = true;
    if (view->at < following_.shown_from) return;
    progress_.event(*view);
    has_arrived_ = following_.arrived(view->phase);
  }

  Result<Followed> ask() {
    TRY(Reply reply, client_.get(fmt::format("reservations/{}", path_segment(following_.id))));
    return read_reservation(std::move(reply.body));
  }

  Result<Followed> out_of_time() const {
    return fail(ErrorCode::timed_out,
                fmt::format("{} took longer than allowed; it goes on", following_.id),
                fmt::format("Follow it: mayfly show {0} --follow, or end it: mayfly down {0}",
                            following_.id));
  }

  Error away(Error error) const {
    error.message += fmt::format(". {} goes on at the server", following_.id);
    error.remedy = fmt::format("When the server is back: mayfly show {} --follow", following_.id);
    return error;
  }

  Session& session_;
  Client& client_;
  const Following& following_;
  Progress& progress_;
  std::string last_id_;
  std::int64_t last_seq_ = 0;
  bool saw_event_ = false;
  bool has_arrived_ = false;
};

}  // namespace

Result<Followed> read_reservation(json::value document) {
  TRY(ReservationView view, read_answer<ReservationView>(document));
  return Followed{std::move(view), std::move(document)};
}

Result<Followed> follow(Session& session, Client& client, const Following& following,
                        Progress& progress) {
  return Follower(session, client, following, progress).run();
}

}  // namespace mayfly::cli
