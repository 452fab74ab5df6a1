// Finds what answers a path. Patterns are written as people write them in documentation:
// `/users/:UserId/keys`, where `:UserId` takes any one segment. Of two patterns that fit, the one
// that is literal where the other has a parameter wins, counted from the left.
//
// A Router is filled once and then only read, from any thread.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mayfly::rest {

using PathParameters = std::map<std::string, std::string, std::less<>>;

// The part of a Router that does not depend on what it finds.
class PathPattern {
 public:
  explicit PathPattern(std::string_view text);

  const std::string& text() const { return text_; }
  // No empty segment ever fits.
  bool fits(std::span<const std::string> path) const;
  // Precondition: fits(path).
  PathParameters parameters(std::span<const std::string> path) const;
  std::vector<std::string> parameter_names() const;
  // Whether this one is to be asked before the other.
  bool is_before(const PathPattern& other) const;

 private:
  struct Segment {
    std::string text;  // the literal, or the parameter's name
    bool is_parameter = false;
  };
  std::string text_;
  std::vector<Segment> segments_;
};

// What Allow says: HEAD wherever there is GET, and OPTIONS everywhere.
std::string allow_of(std::vector<std::string> methods);

template <class Target>
class Router {
 public:
  struct Match {
    // Null when no pattern fits; then nothing else is set.
    const PathPattern* pattern = nullptr;
    // Null when the path exists and does not know this method. HEAD finds what GET does.
    const Target* target = nullptr;
    PathParameters parameters;
    std::string allow;
  };

  void add(const std::string& method, std::string_view pattern, Target target) {
    entry_of(pattern).targets.insert_or_assign(method, std::move(target));
  }

  Match find(std::string_view method, std::span<const std::string> path) const {
    for (const Entry& entry : entries_) {
      if (!entry.pattern.fits(path)) continue;
      Match match{.pattern = &entry.pattern, .parameters = entry.pattern.parameters(path)};
      const auto found = entry.targets.find(method == "HEAD" ? "GET" : method);
      if (found != entry.targets.end()) match.target = &found->second;
      std::vector<std::string> methods;
      for (const auto& [known, target] : entry.targets) methods.push_back(known);
      match.allow = allow_of(std::move(methods));
      return match;
    }
    return {};
  }

 private:
  struct Entry {
    PathPattern pattern;
    std::map<std::string, Target, std::less<>> targets;  // by method
  };

  Entry& entry_of(std::string_view text) {
    PathPattern pattern(text);
    auto at = entries_.begin();
    for (; at != entries_.end(); ++at) {
      if (at->pattern.text() == text) return *at;
      if (pattern.is_before(at->pattern)) break;
    }
    return *entries_.insert(at, Entry{std::move(pattern), {}});
  }

  std::vector<Entry> entries_;  // in the order of asking
};

}  // namespace mayfly::rest
