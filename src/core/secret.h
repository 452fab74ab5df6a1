// A value that must never reach a log, an error, a URL or chat. It has no print operator and no
// JSON encoding, is wiped when it dies, and is read only by naming it: reveal().
#pragma once

#include <string>
#include <string_view>

namespace mayfly {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view plain) : plain_(plain) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  std::string_view reveal() const { return plain_; }
  bool empty() const { return plain_.empty(); }
  // Takes the same time wherever the first difference is.
  bool equals(std::string_view other) const;

 private:
  void wipe();
  std::string plain_;
};

}  // namespace mayfly
