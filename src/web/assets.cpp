#include "web/assets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/id.h"

extern "C" {
extern const char mayfly_dialogs_script[];
extern const char mayfly_dialogs_script_end[];
extern const char mayfly_dialogs_style[];
extern const char mayfly_dialogs_style_end[];
}

namespace mayfly::web {
namespace {

constexpr std::size_t kHashShown = 12;

Asset make_asset(std::string_view stem, std::string_view extension, std::string_view content_type,
                 const char* begin, const char* end) {
  const std::string_view body(begin, static_cast<std::size_t>(end - begin));
  std::string hash = sha256_hex(body).substr(0, kHashShown);
  return {.name = fmt::format("{}-{}.{}", stem, hash, extension),
          .hash = hash,
          .content_type = content_type,
          .body = body};
}

// In the order of Bundle.
const std::array<Asset, 2>& all_assets() {
  static const std::array<Asset, 2> all = {
      make_asset("dialogs", "js", "text/javascript; charset=utf-8", mayfly_dialogs_script,
                 mayfly_dialogs_script_end),
      make_asset("dialogs", "css", "text/css; charset=utf-8", mayfly_dialogs_style,
                 mayfly_dialogs_style_end),
  };
  return all;
}

}  // namespace

const Asset& asset_of(Bundle bundle) {
  return all_assets()[static_cast<std::size_t>(bundle)];
}

const Asset* find_asset(std::string_view name) {
  const auto& all = all_assets();
  const auto* found = std::ranges::find(all, name, &Asset::name);
  return found == all.end() ? nullptr : found;
}

}  // namespace mayfly::web
