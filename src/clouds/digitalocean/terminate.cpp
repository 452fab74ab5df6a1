#include <fmt/format.h>

#include "clouds/digitalocean/answer.h"
#include "clouds/digitalocean/driver.h"
#include "http/spawn.h"

namespace mayfly::clouds::digitalocean {
namespace {

// An empty id would name the collection, and deleting that ends every droplet there is.
bool is_droplet_id(std::string_view id) {
  return !id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos;
}

// What the caller must hear about when several deletes fail in several ways.
int severity(Reaction reaction) {
  switch (reaction) {
    case Reaction::skip_cloud:
    case Reaction::key_refused:
      return 3;
    case Reaction::fatal:
      return 2;
    case Reaction::again:
      return 0;
    default:
      return 1;
  }
}

// Failures of one machine leave the others to try; these would meet all of them.
bool concerns_all(const CloudFailure& failure) {
  return failure.reaction == Reaction::skip_cloud || failure.reaction == Reaction::key_refused ||
         failure.code == "too_many_requests" || failure.code == "Http429" ||
         failure.code == "Unreachable" || failure.code == "Timeout" ||
         failure.code == "ConnectionLost";
}

}  // namespace

// Several coroutines take ids from here; all on the strand.
struct Driver::Teardown {
  Secret token;
  std::vector<std::string> ids;
  std::size_t next = 0;
  int running = 0;
  bool stopped = false;
  Cloud::Terminated ended;
  std::optional<CloudFailure> worst;
  Done<CloudResult<Cloud::Terminated>> done;

  void failed(CloudFailure failure) {
    stopped = stopped || concerns_all(failure);
    if (!worst || severity(failure.reaction) > severity(worst->reaction))
      worst = std::move(failure);
  }

  void finish() {
    if (worst) {
      done(std::unexpected(*std::move(worst)));
    } else {
      done(std::move(ended));
    }
  }
};

Work<Cloud::Terminated> Driver::terminate(Credentials credentials, std::vector<std::string> ids) {
  for (const std::string& id : ids) {
    if (is_droplet_id(id)) continue;
    co_return std::unexpected(CloudFailure{
        .reaction = Reaction::fatal,
        .code = "InvalidId",
        .message = fmt::format("'{}' is not the id of a droplet; nothing was ended.", id)});
  }
  if (ids.empty()) co_return Cloud::Terminated{};
  auto teardown =
      std::make_shared<Teardown>(Teardown{.token = credentials.secret, .ids = std::move(ids)});
  // Only the coroutines that work on it hold it: it holds this one's continuation.
  auto start = [this,
                teardown = std::move(teardown)](Done<CloudResult<Cloud::Terminated>> done) mutable {
    teardown->done = std::move(done);
    teardown->running =
        static_cast<int>(std::min<std::size_t>(kDeletesAtOnce, teardown->ids.size()));
    for (int i = teardown->running; i > 0; --i) {
      http::spawn(strand_, "digitalocean terminate", end_some(teardown));
    }
  };
  auto ending = http::await_done<CloudResult<Cloud::Terminated>>(std::move(start));
  co_return co_await std::move(ending);
}

boost::asio::awaitable<void> Driver::end_some(std::shared_ptr<Teardown> teardown) {
  while (!teardown->stopped && teardown->next < teardown->ids.size()) {
    const std::string id = teardown->ids[teardown->next++];
    auto ending = without_throwing(end_one(teardown->token, id));
    auto ended = co_await std::move(ending);
    if (!ended) {
      teardown->failed(std::move(ended.error()));
    } else if (!*ended) {
      teardown->ended.not_found.push_back(id);
    }
  }
  if (--teardown->running == 0) teardown->finish();
}

// False: DigitalOcean does not know it.
Work<bool> Driver::end_one(Secret token, std::string id) {
  ApiCall call{.operation = operation::kDeleteDroplet,
               .method = "DELETE",
               .path = fmt::format("/v2/droplets/{}", id),
               .deadline = kDeleteDeadline};
  auto ending = api_.call(std::move(token), std::move(call));
  const auto answer = co_await std::move(ending);
  if (answer) co_return true;
  if (answer.error().reaction == Reaction::gone) co_return false;
  co_return std::unexpected(answer.error());
}

}  // namespace mayfly::clouds::digitalocean
