// What tests of queries share: ways to ask, and a store filled with what nobody launched.
#pragma once

#include "core/id.h"
#include "engine/engine.h"
#include "fixture.h"
#include "store/blocking.h"

namespace mayfly::oslc {

class OslcQuery : public OslcDoor {
 protected:
  void write(store::Batch batch) {
    store::Blocking store(installation_->store(), loop_);
    const auto written = store.commit(std::move(batch));
    EXPECT_TRUE(written) << written.error().message;
  }

  static std::string encoded(std::string_view text) { return http::percent_encode(text); }

  std::string query(std::string_view base, std::vector<std::pair<std::string, std::string>> asked) {
    std::string iri = mine(base);
    for (const auto& [name, value] : asked)
      iri += fmt::format("{}{}={}", iri.find('?') == iri.npos ? "?" : "&", name, encoded(value));
    return iri;
  }

  std::vector<std::string> members(const Reply& reply, std::string_view base) {
    std::vector<std::string> all;
    for (const rdf::Term& member : reply.graph.objects(rdf::iri(mine(base)), kMember))
      all.emplace_back(member.text);
    return all;
  }

  std::string next_page(const Reply& reply) {
    for (const rdf::Triple& triple : reply.graph.triples()) {
      if (reply.graph.term(triple.predicate).text == core::kNextPage)
        return std::string(reply.graph.term(triple.object).text);
    }
    return "";
  }

  std::string total(const Reply& reply) {
    for (const rdf::Triple& triple : reply.graph.triples()) {
      if (reply.graph.term(triple.predicate).text == core::kTotalCount)
        return std::string(reply.graph.term(triple.object).text);
    }
    return "";
  }

  // So many launches, each with the number of its making as name, a second apart.
  std::vector<std::string> fill(std::size_t count) {
    SeededRandom random(count);
    std::vector<std::string> ids;
    const Time first = id_moment(SystemClock{}.now()) - 24h;
    for (std::size_t from = 0; from < count; from += 500) {
      store::Batch batch;
      for (std::size_t number = from; number < std::min(count, from + 500); ++number) {
        Reservation made{.id = new_id("r", first + number * 1s, random), .user = user_};
        made.created_at = first + number * 1s;
        made.request = {.vcpus = 1, .memory_gib = Gib::of(1)};
        made.request.name = fmt::format("no{}", number);
        made.phase = number == 7 ? Phase::provisioning : Phase::ready;
        if (number != 7) made.ready_at = made.created_at + 1min;
        ids.push_back(made.id);
        batch.push_back(
            {.collection = "reservations", .id = made.id, .document = engine::to_document(made)});
      }
      write(std::move(batch));
    }
    return ids;
  }

  ThreadLoop loop_;
};

}  // namespace mayfly::oslc
