// Simulated clouds and stores take one caller at a time; a server has many threads. These hand
// every call to one loop and its answer back to the caller's.
#pragma once

#include <memory>
#include <utility>

#include "clouds/cloud.h"
#include "store/store.h"

namespace mayfly::rest {

// A Done that is called on `home` and answers on `caller`.
template <class T>
Done<T> answered_on(Loop& caller, Done<T> done) {
  return [&caller, done = std::move(done)](T answer) mutable {
    caller.post([done = std::move(done), answer = std::move(answer)]() mutable {
      done(std::move(answer));
    });
  };
}

class SerialStore final : public store::Store {
 public:
  SerialStore(store::Store& inner, Loop& home) : inner_(inner), home_(home) {}

  void commit(store::Batch batch, Loop& loop, Done<Result<void>> done) override {
    home_.post([this, batch = std::move(batch),
                back = answered_on<Result<void>>(loop, std::move(done))]() mutable {
      inner_.commit(std::move(batch), home_, std::move(back));
    });
  }
  void get(std::string collection, std::string id, Loop& loop,
           Done<Result<std::optional<store::Document>>> done) override {
    home_.post([this, collection = std::move(collection), id = std::move(id),
                back = answered_on<Result<std::optional<store::Document>>>(
                    loop, std::move(done))]() mutable {
      inner_.get(std::move(collection), std::move(id), home_, std::move(back));
    });
  }
  void get_all(std::string collection, std::vector<std::string> ids, Loop& loop,
               Done<Result<std::vector<std::optional<store::Document>>>> done) override {
    home_.post([this, collection = std::move(collection), ids = std::move(ids),
                back = answered_on<Result<std::vector<std::optional<store::Document>>>>(
                    loop, std::move(done))]() mutable {
      inner_.get_all(std::move(collection), std::move(ids), home_, std::move(back));
    });
  }
  void query(store::Query query, Loop& loop, Done<Result<store::Page>> done) override {
    home_.post([this, query = std::move(query),
                back = answered_on<Result<store::Page>>(loop, std::move(done))]() mutable {
      inner_.query(std::move(query), home_, std::move(back));
    });
  }
  void count(store::Tally tally, Loop& loop, Done<Result<std::size_t>> done) override {
    home_.post([this, tally = std::move(tally),
                back = answered_on<Result<std::size_t>>(loop, std::move(done))]() mutable {
      inner_.count(std::move(tally), home_, std::move(back));
    });
  }
  void search(store::Search search, Loop& loop, Done<Result<store::Hits>> done) override {
    home_.post([this, search = std::move(search),
                back = answered_on<Result<store::Hits>>(loop, std::move(done))]() mutable {
      inner_.search(std::move(search), home_, std::move(back));
    });
  }

 private:
  store::Store& inner_;
  Loop& home_;
};

class SerialCloud final : public clouds::Cloud {
 public:
  SerialCloud(std::unique_ptr<clouds::Cloud> inner, Loop& home)
      : inner_(std::move(inner)), home_(home) {}

  std::string_view name() const override { return inner_->name(); }
  const CloudTraits& traits() const override { return inner_->traits(); }

  void check(const clouds::Credentials& key, Loop& loop,
             Done<CloudResult<clouds::Identity>> done) override {
    home_.post(
        [this, key,
         back = answered_on<CloudResult<clouds::Identity>>(loop, std::move(done))]() mutable {
          inner_->check(key, home_, std::move(back));
        });
  }

  // The engine lives on the loop already.
  void prepare(const clouds::Credentials& key, clouds::PrepareSpec spec, Loop& loop,
               Done<CloudResult<std::vector<LaunchTarget>>> done) override {
    inner_->prepare(key, std::move(spec), loop, std::move(done));
  }
  void launch(const clouds::Credentials& key, clouds::LaunchSpec spec, Loop& loop,
              Done<CloudResult<std::vector<Instance>>> done) override {
    inner_->launch(key, std::move(spec), loop, std::move(done));
  }
  void look_up(const clouds::Credentials& key, LookUp what, Loop& loop,
               Done<CloudResult<std::vector<Instance>>> done) override {
    inner_->look_up(key, std::move(what), loop, std::move(done));
  }
  void list(const clouds::Credentials& key, std::string region, std::string installation,
            Loop& loop, Done<CloudResult<std::vector<Instance>>> done) override {
    inner_->list(key, std::move(region), std::move(installation), loop, std::move(done));
  }
  void terminate(const clouds::Credentials& key, std::string region, std::vector<std::string> ids,
                 Loop& loop, Done<CloudResult<Terminated>> done) override {
    inner_->terminate(key, std::move(region), std::move(ids), loop, std::move(done));
  }

 private:
  std::unique_ptr<clouds::Cloud> inner_;
  Loop& home_;
};

}  // namespace mayfly::rest
