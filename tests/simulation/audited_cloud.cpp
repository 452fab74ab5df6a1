#include "audited_cloud.h"

namespace mayfly::simulation {
namespace {

using clouds::Credentials;

// Longer than this, and a connection that was waited on is gone.
constexpr Duration kConnectionLife = 30s;

class AuditedCloud final : public clouds::Cloud {
 public:
  AuditedCloud(std::unique_ptr<clouds::Cloud> cloud, Auditor& auditor, Life& life, SimLoop& loop,
               Random& random)
      : cloud_(std::move(cloud)), auditor_(auditor), life_(life), loop_(loop), random_(random) {}

  std::string_view name() const override { return cloud_->name(); }
  const CloudTraits& traits() const override { return cloud_->traits(); }

  void check(const Credentials& credentials, Loop& loop,
             Done<CloudResult<clouds::Identity>> done) override {
    cloud_->check(credentials, loop, std::move(done));
  }

  void prepare(const Credentials& credentials, clouds::PrepareSpec spec, Loop& loop,
               Done<CloudResult<std::vector<LaunchTarget>>> done) override {
    leave("prepare leaves");
    cloud_->prepare(credentials, std::move(spec), loop,
                    heard<std::vector<LaunchTarget>>(std::move(done), [](const auto&) {}));
    leave("prepare left");
  }

  void launch(const Credentials& credentials, clouds::LaunchSpec spec, Loop& loop,
              Done<CloudResult<std::vector<Instance>>> done) override {
    ++life_.changing_calls;
    leave("launch leaves");
    auto book = auditor_.launching(traits().idempotent_launch, spec);
    cloud_->launch(credentials, std::move(spec), loop,
                   heard<std::vector<Instance>>(
                       std::move(done), [this, book](const CloudResult<std::vector<Instance>>& it) {
                         auditor_.launched(*book, it);
                       }));
    leave("launch left");
  }

  void look_up(const Credentials& credentials, LookUp what, Loop& loop,
               Done<CloudResult<std::vector<Instance>>> done) override {
    leave("look_up leaves");
    auto heed = [this, tags = what.tags, call = auditor_.next_call(),
                 asked_at = loop.now()](const CloudResult<std::vector<Instance>>& shown) {
      if (shown) auditor_.looked_up(tags, call, asked_at, *shown);
    };
    cloud_->look_up(credentials, std::move(what), loop,
                    heard<std::vector<Instance>>(std::move(done), std::move(heed)));
    leave("look_up left");
  }

  void list(const Credentials& credentials, std::string region, std::string installation,
            Loop& loop, Done<CloudResult<std::vector<Instance>>> done) override {
    leave("list leaves");
    auto heed = [this, region,
                 asked_at = loop.now()](const CloudResult<std::vector<Instance>>& shown) {
      if (shown) auditor_.listed(std::string(name()), region, asked_at, *shown);
    };
    cloud_->list(credentials, region, std::move(installation), loop,
                 heard<std::vector<Instance>>(std::move(done), std::move(heed)));
    leave("list left");
  }

  void terminate(const Credentials& credentials, std::string region, std::vector<std::string> ids,
                 Loop& loop, Done<CloudResult<Terminated>> done) override {
    ++life_.changing_calls;
    leave("terminate leaves");
    auditor_.terminating(ids);
    auto heed = [this, ids](const CloudResult<Terminated>& answer) {
      if (answer) auditor_.terminated(ids, answer->not_found);
    };
    cloud_->terminate(credentials, std::move(region), std::move(ids), loop,
                      heard<Terminated>(std::move(done), std::move(heed)));
    leave("terminate left");
  }

  void ended(const Credentials& credentials, std::string region, std::vector<std::string> ids,
             Loop& loop, Done<CloudResult<std::map<std::string, Time>>> done) override {
    leave("settle leaves");
    cloud_->ended(credentials, std::move(region), std::move(ids), loop,
                  heard<std::map<std::string, Time>>(std::move(done), [](const auto&) {}));
    leave("settle left");
  }

 private:
  void leave(std::string_view what) {
    if (life_.at_call) life_.at_call(what);
  }

  // The answer as a process that may be dead or late by then hears it; `heed` is the auditor's ear.
  template <class T, class Heed>
  Done<CloudResult<T>> heard(Done<CloudResult<T>> done, Heed heed) {
    return [this, of = life_.number, asked_at = loop_.now(), done = std::move(done),
            heed = std::move(heed)](CloudResult<T> answer) mutable {
      if (of != life_.number) return;
      const bool was_frozen =
          loop_.frozen_until() > asked_at && loop_.now() >= asked_at + kConnectionLife;
      if (was_frozen && random_.below(2) == 0) {
        answer = std::unexpected(CloudFailure{.reaction = Reaction::ambiguous,
                                              .code = "ConnectionLost",
                                              .message = "the connection was lost"});
      }
      heed(answer);
      done(std::move(answer));
    };
  }

  std::unique_ptr<clouds::Cloud> cloud_;
  Auditor& auditor_;
  Life& life_;
  SimLoop& loop_;
  Random& random_;
};

}  // namespace

std::unique_ptr<clouds::Cloud> make_audited(std::unique_ptr<clouds::Cloud> cloud, Auditor& auditor,
                                            Life& life, SimLoop& loop, Random& random) {
  return std::make_unique<AuditedCloud>(std::move(cloud), auditor, life, loop, random);
}

}  // namespace mayfly::simulation
