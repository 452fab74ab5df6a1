#include "http/client.h"

#include <curl/curl.h>

#include <map>
#include <mutex>
#include <thread>

#include "core/assert.h"
#include "core/log.h"
#include "http/curl_call.h"

namespace mayfly::http {
namespace {

// Clouds allow tens of calls a second: more at once to one host would only queue there. Calls above
// wait here, and their deadline runs.
constexpr long kConnectionsPerHostMax = 32;
constexpr long kPooledConnectionsMax = 64;
// Only bounds how long the thread sleeps when nothing is to be done; sends wake it.
constexpr int kPollMilliseconds = 60'000;

// Names who waits for a call, and where.
struct Waiting {
  Call call;
  Loop* answer_on;
  Done<CallResult> done;

  void answer(CallResult result) {
    answer_on->post([done_ = std::move(done), answer = std::move(result)]() mutable {
      done_(std::move(answer));
    });
  }
};

class CurlClient final : public Client {
 public:
  explicit CurlClient(ClientOptions options);
  ~CurlClient() override;

  void send(Call call, Loop& answer_on, Done<CallResult> done) override;

 private:
  struct Open {
    std::unique_ptr<CurlCall> call;
    Waiting waiting;
  };

  void run();
  bool take_new();
  void open(Waiting waiting);
  void close_finished();

  const ClientOptions options_;
  CURLM* const multi_;
  std::mutex mutex_;
  std::vector<Waiting> new_;  // guarded by mutex_
  bool ending_ = false;       // guarded by mutex_
  std::map<CURL*, Open> open_;
  std::thread thread_;
};

CurlClient::CurlClient(ClientOptions options)
    : options_(options), multi_((initialise_curl(), curl_multi_init())) {
  ASSERT(multi_ != nullptr);
  ASSERT(curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, kConnectionsPerHostMax) ==
         CURLM_OK);
  ASSERT(curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kPooledConnectionsMax) == CURLM_OK);
  thread_ = std::thread([this] { run(); });
}

CurlClient::~CurlClient() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  for (const auto& [handle, open] : open_) curl_multi_remove_handle(multi_, handle);
  open_.clear();
  curl_multi_cleanup(multi_);
}

void CurlClient::send(Call call, Loop& answer_on, Done<CallResult> done) {
  {
    const std::scoped_lock lock(mutex_);
    new_.push_back({std::move(call), &answer_on, std::move(done)});
  }
  curl_multi_wakeup(multi_);
}

void CurlClient::run() {
  while (take_new()) {
    int running = 0;
    const CURLMcode performed = curl_multi_perform(multi_, &running);
    close_finished();
    const CURLMcode polled = curl_multi_poll(multi_, nullptr, 0, kPollMilliseconds, nullptr);
    for (const CURLMcode code : {performed, polled}) {
      if (code != CURLM_OK) {
        log::error("outbound calls are in trouble", {{"reason", curl_multi_strerror(code)}});
      }
    }
  }
}

// False when the client ends.
bool CurlClient::take_new() {
  std::vector<Waiting> taken;
  {
    const std::scoped_lock lock(mutex_);
    if (ending_) return false;
    taken.swap(new_);
  }
  for (Waiting& waiting : taken) open(std::move(waiting));
  return true;
}

void CurlClient::open(Waiting waiting) {
  auto call = std::make_unique<CurlCall>(std::move(waiting.call), options_);
  if (auto failure = call->refused()) return waiting.answer(std::unexpected(*std::move(failure)));
  CURL* const handle = call->handle();
  ASSERT(curl_multi_add_handle(multi_, handle) == CURLM_OK);
  open_.emplace(handle, Open{std::move(call), std::move(waiting)});
}

void CurlClient::close_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    const auto found = open_.find(message->easy_handle);
    ASSERT(found != open_.end());
    Open finished = std::move(found->second);
    open_.erase(found);
    curl_multi_remove_handle(multi_, finished.call->handle());  // ends the life of `message`
    finished.waiting.answer(finished.call->finish(code));
  }
}

CallResult perform(const Call& call, CurlCall::OnBytes on_bytes) {
  CurlCall curl(call, {}, std::move(on_bytes));
  if (auto failure = curl.refused()) return std::unexpected(*std::move(failure));
  return curl.finish(curl_easy_perform(curl.handle()));
}

}  // namespace

std::unique_ptr<Client> make_curl_client(ClientOptions options) {
  return std::make_unique<CurlClient>(options);
}

CallResult send_and_wait(const Call& call) {
  return perform(call, {});
}

CallResult stream_and_wait(const Call& call,
                           const std::function<bool(std::string_view)>& on_bytes) {
  return perform(call, on_bytes);
}

}  // namespace mayfly::http
