// What the names of an XML document mean, remembered while they mean it: a document has few names,
// and each of them often. Only of names that look the same as one before, so it is never wrong; a
// name that comes into the place of another is worked out again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mayfly::rdf {

template <typename Meaning, std::size_t kPlaces>
class SeenNames {
 public:
  // Null if it is not known what the name means under these bindings (Namespaces::scope()).
  const Meaning* find(std::string_view name, std::uint32_t scope) const {
    const Seen& seen = seen_[place_of(name)];
    return seen.scope == scope && seen.name == name ? &seen.meaning : nullptr;
  }
  // The name stays where it is.
  const Meaning& put(std::string_view name, std::uint32_t scope, const Meaning& meaning) {
    Seen& seen = seen_[place_of(name)];
    seen = {.scope = scope, .name = name, .meaning = meaning};
    return seen.meaning;
  }

 private:
  static constexpr std::uint32_t kNoScope = 0xFFFFFFFF;
  struct Seen {
    std::uint32_t scope = kNoScope;
    std::string_view name;
    Meaning meaning;
  };

  // By the last letters: the first ones are the prefix, which many share.
  static std::size_t place_of(std::string_view name) {
    std::uint64_t letters = name.size();
    if (name.size() >= sizeof letters) {
      std::memcpy(&letters, name.data() + name.size() - sizeof letters, sizeof letters);
    } else {
      for (const char c : name) letters = (letters << 8) | static_cast<unsigned char>(c);
    }
    return static_cast<std::size_t>((letters * 0x9E3779B97F4A7C15U) >> 32) % kPlaces;
  }

  std::array<Seen, kPlaces> seen_;
};

}  // namespace mayfly::rdf
