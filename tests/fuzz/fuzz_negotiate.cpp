// Accept and Content-Type headers.
#include <cstdint>
#include <string_view>

#include "rdf/format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  mayfly::rdf::negotiate(text);
  mayfly::rdf::format_of_body(text);
  return 0;
}
