// A set of triples that is quick to build and to walk. Each term is held once and known by a small
// number, its Id; triples of one subject are chained. Every order is that of adding, so the same
// calls make the same documents.
//
// Owns all text; the Terms that it answers live as long as it (also when it is moved). Not for
// several threads at once while it is being built. Nothing fails here: what outside input may not
// contain is for the readers to refuse. At most 2^32 - 2 terms and triples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rdf/prefixes.h"
#include "rdf/term.h"

namespace mayfly::rdf {

using Id = std::uint32_t;
inline constexpr Id kNone = 0xFFFFFFFF;

struct Triple {
  Id subject;
  Id predicate;
  Id object;
  bool operator==(const Triple&) const = default;
};

class Graph {
 public:
  Graph() = default;
  Graph(const Graph& other);
  Graph& operator=(const Graph& other);
  Graph(Graph&&) = default;
  Graph& operator=(Graph&&) = default;

  // Room for about so many: only a matter of time.
  void reserve(std::size_t triples);
  // The number of an equal term, now or from before.
  Id intern(const Term& term);
  // A blank node that is in no triple yet.
  Id fresh_blank();
  // False if it was there.
  bool add(Id subject, Id predicate, Id object);
  bool add(const Term& subject, const Term& predicate, const Term& object);
  // All of it, with blank nodes of its own kept apart from ours. Prefixes stay as they are.
  void add_all(const Graph& other);

  const Term& term(Id id) const { return terms_[id].term; }
  std::size_t terms() const { return terms_.size(); }
  Id find(const Term& term) const;  // kNone if no triple or call has named it
  bool contains(const Term& subject, const Term& predicate, const Term& object) const;

  std::span<const Triple> triples() const { return triples_; }
  std::size_t size() const { return triples_.size(); }
  bool empty() const { return triples_.empty(); }
  // Of all its terms, each written out once.
  std::size_t text_bytes() const { return text_.bytes(); }

  // The triples of one subject in the order of adding, as indices into triples().
  class Chain {
   public:
    class Iterator {
     public:
      using value_type = std::uint32_t;
      using difference_type = std::ptrdiff_t;
      Iterator() = default;
      Iterator(const std::uint32_t* next, std::uint32_t at) : next_(next), at_(at) {}
      std::uint32_t operator*() const { return at_; }
      Iterator& operator++() {
        at_ = next_[at_];
        return *this;
      }
      Iterator operator++(int) {
        Iterator before = *this;
        ++*this;
        return before;
      }
      bool operator==(const Iterator& other) const { return at_ == other.at_; }

     private:
      const std::uint32_t* next_ = nullptr;
      std::uint32_t at_ = kNone;
    };
    Chain(const std::uint32_t* next, std::uint32_t first) : next_(next), first_(first) {}
    Iterator begin() const { return {next_, first_}; }
    Iterator end() const { return {next_, kNone}; }
    bool empty() const { return first_ == kNone; }

   private:
    const std::uint32_t* next_;
    std::uint32_t first_;
  };
  Chain of(Id subject) const;
  // Terms that are the subject of something, in the order of becoming so.
  std::span<const Id> subjects() const { return subjects_; }
  std::vector<Id> objects(Id subject, Id predicate) const;
  // For reading one document's answer: the objects of subject and predicate given by IRI.
  std::vector<Term> objects(const Term& subject, std::string_view predicate) const;
  std::optional<Term> object(const Term& subject, std::string_view predicate) const;

  Prefixes prefixes;

 private:
  struct Entry {
    Term term;
    std::uint64_t hash = 0;
    std::uint32_t first = kNone;  // of its triples as subject
    std::uint32_t last = kNone;
  };
  // Bump allocation: text is never freed before the graph is.
  class Text {
   public:
    Text() = default;
    // What is moved from is empty, and may be used again.
    Text(Text&& other) noexcept
        : blocks_(std::move(other.blocks_)),
          at_(std::exchange(other.at_, nullptr)),
          left_(std::exchange(other.left_, 0)),
          bytes_(std::exchange(other.bytes_, 0)) {}
    Text& operator=(Text&& other) noexcept {
      blocks_ = std::move(other.blocks_);
      at_ = std::exchange(other.at_, nullptr);
      left_ = std::exchange(other.left_, 0);
      bytes_ = std::exchange(other.bytes_, 0);
      return *this;
    }
    std::string_view keep(std::string_view text);
    std::size_t bytes() const { return bytes_; }

   private:
    std::vector<std::unique_ptr<char[]>> blocks_;
    char* at_ = nullptr;
    std::size_t left_ = 0;
    std::size_t bytes_ = 0;
  };

  std::uint32_t term_slot(const Term& term, std::uint64_t hash) const;
  std::uint32_t triple_slot(const Triple& triple) const;
  void grow_terms(std::size_t slots);
  void grow_triples(std::size_t slots);

  Text text_;
  std::vector<Entry> terms_;
  std::vector<Triple> triples_;
  std::vector<std::uint32_t> next_;  // parallel to triples_
  std::vector<Id> subjects_;
  std::vector<std::uint32_t> term_slots_;  // open addressing, powers of two
  std::vector<std::uint32_t> triple_slots_;
  std::uint32_t blanks_ = 0;
};

}  // namespace mayfly::rdf
