// For tests: the service over everything that AccountsTest has, with a user who has a key.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "http/client.h"
#include "service/accounts_fixture_test.h"
#include "service/service.h"

namespace mayfly::service {

class ServiceTest : public AccountsTest {
 protected:
  void begin(Allowance allowance = {}) {
    boot(allowance);
    notifier_ = std::make_unique<notify::Notifier>(
        notify::Ports{.loop = loop_,
                      .store = *store_,
                      .http = *http_,
                      .random = random_,
                      .unseal = [](std::string_view, std::string_view) { return Secret(); }},
        notify::Settings{});
    service_ = std::make_unique<Service>(Parts{.store = *store_,
                                               .engine = *engine_,
                                               .engine_loop = loop_,
                                               .accounts = *accounts_,
                                               .clouds = {{"aws", cloud_.get()}},
                                               .catalog = [this] { return catalog_; },
                                               .clock = loop_,
                                               .random = random_,
                                               .vault = *vault_,
                                               .notifier = *notifier_,
                                               .settings = {.authenticate = false}});
    if (disk_->get("keys", "k-aws")) return;
    const Key key{.id = "k-aws", .user = "ann", .cloud = "aws", .account = "1"};
    store::Batch batch;
    batch.push_back({.collection = "keys", .id = key.id, .document = to_document(key)});
    ASSERT_TRUE(disk_->apply(std::move(batch)));
  }

  // Everything in memory is gone; after that long, what the disk has is taken up, as the server
  // does it.
  void crash_and_begin(Duration dead = {}) {
    service_.reset();
    engine_.reset();
    notifier_.reset();
    loop_.drop_all();
    context_ = std::make_unique<boost::asio::io_context>();
    loop_.drop_all();
    faults_ = {};
    loop_.pass(dead);
    begin(allowance_);
    EXPECT_TRUE(run(service_->complete_all()));
  }

  // Until it has answered; not_found when it never does.
  template <class T>
  Result<T> run(Async<T> what) {
    std::optional<Result<T>> answer;
    boost::asio::co_spawn(
        *context_, std::move(what),
        [&answer](const std::exception_ptr&, Result<T> result) { answer = std::move(result); });
    for (int turn = 0; turn < 20'000 && !answer; ++turn) {
      context_->restart();
      context_->poll();
      loop_.pass(1ms);
    }
    if (!answer) {
      // Whoever waited for it is gone, too.
      context_ = std::make_unique<boost::asio::io_context>();
      return fail(ErrorCode::timed_out, "It never answered");
    }
    return *std::move(answer);
  }

  static Vault make_vault() { return *Vault::from_hex(Secret(std::string(64, 'a'))); }

  std::unique_ptr<boost::asio::io_context> context_ = std::make_unique<boost::asio::io_context>();
  std::unique_ptr<Vault> vault_ = std::make_unique<Vault>(make_vault());
  std::unique_ptr<http::Client> http_ = http::make_curl_client();
  std::unique_ptr<notify::Notifier> notifier_;
  std::unique_ptr<Service> service_;
};

}  // namespace mayfly::service
