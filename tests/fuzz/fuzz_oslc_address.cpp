// Addresses that clients name in bodies and queries. One that means something is made and read back
// as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "oslc/addresses.h"

using namespace mayfly;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const oslc::Addresses addresses("http://mayfly.test", oslc::Dialect::both);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view path = text.substr(0, text.find('\n'));
  const auto address = addresses.read(std::string("http://mayfly.test/oslc/").append(path));
  if (address && addresses.read(addresses.of(*address)) != address) std::abort();
  return 0;
}
