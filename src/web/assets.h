// The scripts and styles of our pages, as cmake/web.cmake bundled them from web/: bytes of the
// program, so that a page needs nothing but the binary. The name of each holds a hash of its
// content, so whoever has one may keep it for ever, and a new program has new names.
//
// Made once, never changed; any thread.
#pragma once

#include <string>
#include <string_view>

namespace mayfly::web {

struct Asset {
  std::string name;  // "dialogs-0123456789ab.js"
  std::string hash;  // hexadecimal, of the body
  std::string_view content_type;
  std::string_view body;
};

enum class Bundle { dialogs_script, dialogs_style };

const Asset& asset_of(Bundle bundle);
// By its name; null for any other, such as one of a program of yesterday.
const Asset* find_asset(std::string_view name);

}  // namespace mayfly::web
