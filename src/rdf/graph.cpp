#include "rdf/graph.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

namespace mayfly::rdf {
namespace {

constexpr std::size_t kBlockBytes = 8 * 1024;
constexpr std::size_t kSlotsFirst = 128;

std::size_t grown(std::size_t slots) {
  return std::max(kSlotsFirst, slots * 2);
}

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Differs from process to process (where programs are loaded at random places), so that nobody can
// send terms that are known to collide. No order depends on it.
std::uint64_t process_seed() {
  static const char place = 0;
  return reinterpret_cast<std::uintptr_t>(&place) * 0x9E3779B97F4A7C15U;
}

template <typename Word>
std::uint64_t load(const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Two words a step, since each step waits for the one before. Both factors hold the seed: nobody
// can make one of them zero.
std::uint64_t hash_bytes(std::string_view text, std::uint64_t hash) {
  const std::uint64_t secret = process_seed() ^ 0xA0761D6478BD642F;
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left > 16; at += 16, left -= 16)
    hash = mixed(load<std::uint64_t>(at) ^ secret, load<std::uint64_t>(at + 8) ^ hash);
  // The first and the last bytes of what is left, which may be the same.
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (left >= 8) {
    first = load<std::uint64_t>(at);
    last = load<std::uint64_t>(at + left - 8);
  } else if (left >= 4) {
    first = load<std::uint32_t>(at);
    last = load<std::uint32_t>(at + left - 4);
  } else if (left > 0) {
    first = load<std::uint8_t>(at) << 8 | load<std::uint8_t>(at + left / 2);
    last = load<std::uint8_t>(at + left - 1);
  }
  return mixed(mixed(first ^ secret, last ^ hash), text.size() ^ 0xE7037ED1A0B428DB);
}

std::uint64_t hash_of(const Term& term) {
  std::uint64_t hash =
      hash_bytes(term.text, process_seed() + static_cast<std::uint64_t>(term.kind));
  if (term.kind == Kind::literal && term.datatype.data() != kString.data()) {
    if (term.datatype != kString) hash = hash_bytes(term.datatype, hash);
    if (!term.language.empty()) hash = hash_bytes(term.language, hash);
  }
  return hash;
}

std::uint64_t hash_of(const Triple& triple) {
  const std::uint64_t two = (static_cast<std::uint64_t>(triple.subject) << 32) | triple.object;
  return mixed(two ^ process_seed(), 0xA0761D6478BD642F + 2 * std::uint64_t{triple.predicate});
}

}  // namespace

std::string_view Graph::Text::keep(std::string_view text) {
  if (text.size() > left_) {
    const std::size_t bytes = std::max(kBlockBytes, text.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
    at_ = blocks_.back().get();
    left_ = bytes;
  }
  if (!text.empty()) std::memcpy(at_, text.data(), text.size());
  const std::string_view kept(at_, text.size());
  at_ += text.size();
  left_ -= text.size();
  bytes_ += text.size();
  return kept;
}

Graph::Graph(const Graph& other) : prefixes(other.prefixes), blanks_(other.blanks_) {
  for (const Entry& entry : other.terms_) intern(entry.term);
  for (const Triple& triple : other.triples_) add(triple.subject, triple.predicate, triple.object);
}

Graph& Graph::operator=(const Graph& other) {
  if (this != &other) *this = Graph(other);
  return *this;
}

std::uint32_t Graph::term_slot(const Term& term, std::uint64_t hash) const {
  const std::size_t mask = term_slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (term_slots_[slot] != kNone) {
    const Entry& entry = terms_[term_slots_[slot]];
    if (entry.hash == hash && entry.term == term) break;
    slot = (slot + 1) & mask;
  }
  return static_cast<std::uint32_t>(slot);
}

void Graph::grow_terms(std::size_t slots) {
  term_slots_.assign(slots, kNone);
  for (Id id = 0; id < terms_.size(); ++id) {
    std::size_t slot = terms_[id].hash & (slots - 1);
    while (term_slots_[slot] != kNone) slot = (slot + 1) & (slots - 1);
    term_slots_[slot] = id;
  }
}

Id Graph::intern(const Term& term) {
  if (terms_.size() * 2 >= term_slots_.size()) grow_terms(grown(term_slots_.size()));
  const std::uint64_t hash = hash_of(term);
  std::uint32_t slot = term_slot(term, hash);
  if (term_slots_[slot] != kNone) return term_slots_[slot];
  Term kept{.kind = term.kind};
  if (term.is_literal()) {
    // The datatype's text is that of its own term: held once, however many literals have it.
    kept.datatype = term.datatype == kString       ? kString
                    : term.datatype == kLangString ? kLangString
                                                   : this->term(intern(iri(term.datatype))).text;
    kept.language = text_.keep(term.language);
    slot = term_slot(term, hash);
    if (terms_.size() * 2 >= term_slots_.size()) {
      grow_terms(grown(term_slots_.size()));
      slot = term_slot(term, hash);
    }
  }
  kept.text = text_.keep(term.text);
  const Id id = static_cast<Id>(terms_.size());
  if (terms_.empty()) terms_.reserve(kSlotsFirst / 2);
  terms_.push_back({.term = kept, .hash = hash});
  term_slots_[slot] = id;
  return id;
}

void Graph::reserve(std::size_t triples) {
  triples_.reserve(triples);
  next_.reserve(triples);
  terms_.reserve(triples);
  const std::size_t slots = std::bit_ceil(triples * 2 + 1);
  if (slots > term_slots_.size()) grow_terms(slots);
  if (slots > triple_slots_.size()) grow_triples(slots);
}

Id Graph::find(const Term& term) const {
  if (term_slots_.empty()) return kNone;
  return term_slots_[term_slot(term, hash_of(term))];
}

Id Graph::fresh_blank() {
  std::array<char, 16> label{'b'};
  while (true) {
    const char* end = std::to_chars(label.data() + 1, label.data() + label.size(), blanks_++).ptr;
    const std::size_t before = terms();
    const Id node = intern(blank({label.data(), end}));
    if (terms() > before) return node;
  }
}

std::uint32_t Graph::triple_slot(const Triple& triple) const {
  const std::size_t mask = triple_slots_.size() - 1;
  std::size_t slot = hash_of(triple) & mask;
  while (triple_slots_[slot] != kNone && triples_[triple_slots_[slot]] != triple)
    slot = (slot + 1) & mask;
  return static_cast<std::uint32_t>(slot);
}

void Graph::grow_triples(std::size_t slots) {
  triple_slots_.assign(slots, kNone);
  for (std::uint32_t at = 0; at < triples_.size(); ++at) {
    std::size_t slot = hash_of(triples_[at]) & (slots - 1);
    while (triple_slots_[slot] != kNone) slot = (slot + 1) & (slots - 1);
    triple_slots_[slot] = at;
  }
}

bool Graph::add(Id subject, Id predicate, Id object) {
  if (triples_.size() * 2 >= triple_slots_.size()) grow_triples(grown(triple_slots_.size()));
  const Triple triple{.subject = subject, .predicate = predicate, .object = object};
  const std::uint32_t slot = triple_slot(triple);
  if (triple_slots_[slot] != kNone) return false;
  const auto at = static_cast<std::uint32_t>(triples_.size());
  triple_slots_[slot] = at;
  triples_.push_back(triple);
  next_.push_back(kNone);
  Entry& entry = terms_[subject];
  if (entry.first == kNone) {
    entry.first = at;
    subjects_.push_back(subject);
  } else {
    next_[entry.last] = at;
  }
  entry.last = at;
  return true;
}

bool Graph::add(const Term& subject, const Term& predicate, const Term& object) {
  const Id s = intern(subject);
  const Id p = intern(predicate);
  return add(s, p, intern(object));
}

void Graph::add_all(const Graph& other) {
  std::vector<Id> ours(other.terms(), kNone);
  const auto our = [&](Id id) {
    if (ours[id] == kNone) {
      ours[id] = other.term(id).is_blank() ? fresh_blank() : intern(other.term(id));
    }
    return ours[id];
  };
  for (const Triple& triple : other.triples()) {
    const Id subject = our(triple.subject);
    const Id predicate = our(triple.predicate);
    add(subject, predicate, our(triple.object));
  }
}

bool Graph::contains(const Term& subject, const Term& predicate, const Term& object) const {
  const Triple triple{
      .subject = find(subject), .predicate = find(predicate), .object = find(object)};
  if (triple.subject == kNone || triple.predicate == kNone || triple.object == kNone) return false;
  return !triple_slots_.empty() && triple_slots_[triple_slot(triple)] != kNone;
}

Graph::Chain Graph::of(Id subject) const {
  return {next_.data(), subject < terms_.size() ? terms_[subject].first : kNone};
}

std::vector<Id> Graph::objects(Id subject, Id predicate) const {
  std::vector<Id> found;
  for (const std::uint32_t at : of(subject)) {
    if (triples_[at].predicate == predicate) found.push_back(triples_[at].object);
  }
  return found;
}

std::vector<Term> Graph::objects(const Term& subject, std::string_view predicate) const {
  std::vector<Term> found;
  const Id wanted = find(iri(predicate));
  if (wanted == kNone) return found;
  for (const std::uint32_t at : of(find(subject))) {
    if (triples_[at].predicate == wanted) found.push_back(term(triples_[at].object));
  }
  return found;
}

std::optional<Term> Graph::object(const Term& subject, std::string_view predicate) const {
  const Id wanted = find(iri(predicate));
  if (wanted == kNone) return std::nullopt;
  for (const std::uint32_t at : of(find(subject))) {
    if (triples_[at].predicate == wanted) return term(triples_[at].object);
  }
  return std::nullopt;
}

}  // namespace mayfly::rdf
